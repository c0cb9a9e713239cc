"""A small sound file for every format, from which the harness makes broken ones."""

import gzip
import io
import json
import tarfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import yaml

from knockon.sources.affinity.lists import PARTS
from knockon.sources.catalogue import FORMATS
from knockon.sources.simulate.settings import SimulationSettings
from knockon.sources.simulate.yeast import simulate_yeast
from tests.sources.mat_files import numbers, table_file, texts

_LINES = 12
_SCORE = "YAL001C_sn1\tYAL002W_dma2\t1\t1\t0.5\t1\t-0.03\t0.9\t0.1\t0.9\t0.8\t0.1\n"
_PORTAL = "\t".join(["CPX-1", "name", *["-"] * 16, "P00001(2)|[P00002,P00003](1)"]) + "\n"

_SCREEN = ",Unnamed: 0,gene," + ",".join(
    f"{measure}.{hours}_{statistic}"
    for hours in (24, 48)
    for measure in ("corrected_area", "corrected_mean_intensity")
    for statistic in ("mean", "std", "count")
)
_SCREEN += "\n"
_CYCLES = (
    ",Line Name,Line Description,Units,isoprenol,rep,line_name_norep,nt_string,cycle,is_control,sorted_gene_list,"
    "number_of_grna,gRNA_1,gRNA_2,gRNA_3,gRNA_4,PP_0001,PP_0002,PP_0010,pass_to_art\n"
)

PLAIN: dict[str, str] = {
    "sga_scores": _SCORE + _SCORE.replace("YAL002W", "YBL003C"),
    "emap_matrix": "Gene\tYAL003W\tYAL004W\nYAL001C\t1.0\t-2.25\nYAL002W\t0.5\t\n",
    "emap_pairs": "YAL001C\tYAL002W\t-1.5\nYAL001C\tYAL003W\t0.25\n",
    "chip_network": "tf\ttarget\tvalue\tpvalue\tstudy\nSTB4\tYGL184C\t-2.5\t2e-37\tHu_2006\n" * 2,
    "betaxanthin": _SCREEN
    + "0,0,TYR1,0.1,0.2,16,0.3,0.4,16,0.5,0.6,15,0.7,0.8,15\n1,1,ARO4,1.1,0.2,16,1.3,0.4,16,1.5,0.6,15,1.7,0.8,15\n",
    "sgd_phenotypes": "gene_nullphenotypechemical('YAL002W','auxotrophy','lysine').\n"
    "gene_nullphenotypechemical('YAL003W','increased_chemical compound accumulation','calcium ion').\n",
    "isoprenol_screen": "Strain,Isoprenol,Target,CV[%]\nIY2020,412.25,PP_5419,5.5\nIY1688,402.5,PP_0528,2.25\n",
    "isoprenol_cycles": _CYCLES
    + "7,PP_0001_PP_0010-R1,DBTL3_P2_001,mg/L,400.5,1,PP_0001_PP_0010,,3,False,['PP_0001' 'PP_0010'],"
    "2,PP_0001,PP_0010,,,1,0,1,True\n8,Control_P1-R1,DBTL3_P1_032,mg/L,160,1,Control,,3,True,[],0,,,,,0,0,0,True\n",
    "complex_portal": "\t".join("abcdefghijklmnopqrs") + "\n" + _PORTAL + _PORTAL.replace("CPX-1", "CPX-2"),
}


@dataclass(frozen=True)
class Seed:
    """A sound file and the reader's other arguments. `binary`: its bytes are no lines of text."""

    format: str
    suffix: str
    data: bytes
    arguments: dict[str, Any] = field(default_factory=dict)
    binary: bool = False


def make_corpus(folder: Path) -> list[Seed]:
    """Write what readers need beside the file into `folder`; returns a seed for every format of the library."""
    raw = folder / "simulated"
    simulate_yeast(raw, SimulationSettings(genes=100, pairs=200, dcell_pairs=20, triples=20, seed=5))
    seeds = {}
    for entry in yaml.safe_load((raw / "manifest.yaml").read_text()):
        companions = {key: raw / path for key, path in entry.get("companions", {}).items()}
        seed = _shortened(raw / entry["path"], entry["format"], {**entry.get("options", {}), **companions})
        seeds.setdefault(entry["format"], seed)
    seeds |= {name: Seed(name, ".txt", text.encode()) for name, text in PLAIN.items()}
    for name, source in _SAME_FILE.items():
        seeds[name] = Seed(name, seeds[source].suffix, seeds[source].data, seeds[source].arguments)
    seeds |= {name: make(folder) for name, make in _MADE.items()}
    assert set(seeds) == set(FORMATS), set(seeds) ^ set(FORMATS)
    return [seeds[name] for name in sorted(seeds)]


# Formats that read another room's rows from the same file.
_SAME_FILE = {
    "sgd_segments": "sgd_features",
    "go_edges": "go_obo",
    "gem_metabolites": "gem_reactions",
    "fasta": "upstream_fasta",
}


def _shortened(path: Path, name: str, arguments: dict[str, Any]) -> Seed:
    """The first lines of a file; whole where lines hang together."""
    data = path.read_bytes()
    packed = data[:2] == b"\x1f\x8b"
    data = gzip.decompress(data) if packed else data
    if name not in ("gem_reactions", "dcell_topology", "go_obo"):
        data = b"".join(data.splitlines(keepends=True)[:_LINES])
        # Wide matrices keep their first columns.
        data = b"".join(b"\t".join(line.rstrip(b"\n").split(b"\t")[:24]) + b"\n" for line in data.splitlines(True))
    else:
        data = data[: data.rfind(b"\n\n", 0, 4000) + 1] if name == "go_obo" else data
    return Seed(name, ".txt", data, arguments)


def _sheet(rows: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _sga_matrix(folder: Path) -> Seed:
    rows: list[list[object]] = [[None, "YAL001C", "YAL002W"], ["YBL001C", 0.1, -1000], ["YBL002W", -0.2, None]]
    return Seed("sga_matrix", ".xlsx", _sheet(rows), binary=True)


def _parameters(folder: Path) -> Seed:
    header: list[object] = ["id", "name", "displayname", "shortname", "scope", "datatype", "description"]
    rows = [
        header,
        [1, "C11-1_A", "a", "b", "orf", "double", "Whole cell size"],
        [2, "C12-1_A", "a", "b", "orf", "num", "N/A"],
    ]
    return Seed("scmd_parameters", ".xlsx", _sheet(rows), binary=True)


def _sameith(folder: Path) -> Seed:
    columns = {"Name": texts("Q1", "Q2"), "ASG1": numbers(1.5, 0.5), "ASG1_RPN4": numbers(2.0, np.nan)}
    return Seed("sameith_expression", ".mat", table_file(columns), binary=True)


def _avgfp(folder: Path) -> Seed:
    reference = folder / "reference.fa"
    reference.write_text(">reference\nAGCAAGGGCTGA\n")
    text = "aaMutations\tuniqueBarcodes\tmedianBrightness\tstd\n\t3\t3.7\t0.1\nSG2D:SS0A\t2\t1.5\t\n"
    return Seed("avgfp", ".tsv", text.encode(), {"reference": reference})


_CHAIN = "MKTAYIAKQRQISFVKSHFSRQ"
_AFFINITIES = {
    "pdbbind": f"pdbid,split,neg_log10_Kd_Ki,smiles,sequence,pocket\n1abc,training,6.5,CCO,{_CHAIN},MK\n"
    f"2abc,test,7.25,CC[NH3+],{_CHAIN},MK\n",
    "pdbbind_core": "pdbid,neg_log10_affinity_M,Ki/Kd,affinity_uM,smiles_can,seq\n"
    f"1abc,9.0,Ki=1nM,0.001,CCO,{_CHAIN}\n2abc,5.0,Kd=10uM,10,CCN,{_CHAIN}\n",
    "benchmark1k": "seq,smiles,affinity_uM,neg_log10_affinity_M,smiles_can,affinity\n"
    f"{_CHAIN},CCO,0.001,9.0,OCC,1.5\n{_CHAIN},CCN,1,6.0,NCC,0.5\n",
    "affinity_table": f"smiles,sequence,affinity,unit\nCCO,{_CHAIN},6.5,pK\nCCN,{_CHAIN},7.25,pK\n",
    "pdb_ids": '{"train": ["1abc", "2abc"],\n"casf2016": ["3abc"]}\n',
    "smiles_corpus": "mol_id,smiles\na,CCO\nb,CCN\n",
    "dude": "CHEMBL1\tCCO\nZINC2\tCCN\n",
}


_CELLSTATE = {
    "trrust": "AATF\tBAX\tRepression\t22909821\nAATF\tTP53\tUnknown\t17157788;1\n",
    "precise_trn": ",regulator,gene_id,effect\n0,FMN,b3041,-\n1,acrR,b0462,+-\n",
    "deseq2": "gene_ID\tEOMES_KO_baseMean\tEOMES_KO_log2FoldChange\tEOMES_KO_lfcSE\tEOMES_KO_padj\n"
    "ENSG00000271254\t588\t0.787\t0.0879\t1.65e-18\nENSG00000276345\t1.47\t-1.97\t2.02\tNA\n",
}


def _texts(name: str) -> Callable[[Path], Seed]:
    return lambda folder: Seed(name, ".txt", _CELLSTATE[name].encode())


def _affinities(name: str) -> Callable[[Path], Seed]:
    return lambda folder: Seed(name, ".csv", _AFFINITIES[name].encode())


def _matrix(name: str) -> Callable[[Path], Seed]:
    def make(folder: Path) -> Seed:
        beside = {
            "ligands": {"L1": "CCO", "L2": "CCN"},
            "proteins": {"A": _CHAIN, "B": _CHAIN[::-1]},
            "test": [0],
            "train": [[1], [2]],
        }
        for key, value in beside.items():
            (folder / f"{key}.json").write_text(json.dumps(value))
        return Seed(name, ".txt", b"11.5 nan\n10000 12.25\n", {key: folder / f"{key}.json" for key in beside})

    return make


def _metz(folder: Path) -> Seed:
    proteins = folder / "prot_info.csv"
    proteins.write_text(f"name,sequence,index\nCDK7,{_CHAIN},1\n")
    text = "metz,smiles,proteinName,protein_dataset\n6.6,CCO,CDK7,metz\n5.25,CCN,CDK7,metz\n"
    return Seed("metz", ".csv", text.encode(), {"proteins": proteins})


def _table(folder: Path) -> Seed:
    text = "gene,partner,growth,sd,n,celsius,medium\nYAL001C,YAL003W,0.93,0.04,3,30,SC\nYAL002W,,0.81,,,37,\n"
    settings = {"phenotype": "fitness", "unit": "ratio", "genes": ["gene", "partner"], "value": "growth", "error": "sd",
                "error_is": "standard_deviation", "n": "n", "temperature": "celsius", "medium": "medium"}  # fmt: skip
    return Seed("table", ".csv", text.encode(), settings)


def _table_profiles(folder: Path) -> Seed:
    text = "orf;alanine;serine\nYAL001C;-1,5;2,25\nYAL002W;0,5;NA\n"
    settings = {"phenotype": "metabolome", "unit": "z_score", "genes": "orf", "headers": "component", "decimal": ","}
    return Seed("table_profiles", ".csv", text.encode(), settings)


def _bindingdb(folder: Path) -> Seed:
    cells = dict.fromkeys(range(49), "")
    cells |= {0: "50001", 2: "InChI=1S/CH4/h1H4", 10: "7.5", 36: "1", 37: _CHAIN}
    data = ("header\n" + "\t".join(cells.values()) + "\n").encode()
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:xz") as archive:
        for part in PARTS:
            member = tarfile.TarInfo(f"Kd/{part}")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return Seed("bindingdb_kd", ".tar.xz", packed.getvalue(), binary=True)


_MADE: dict[str, Callable[[Path], Seed]] = {
    **{name: _affinities(name) for name in _AFFINITIES},
    **{name: _texts(name) for name in _CELLSTATE},
    "davis": _matrix("davis"),
    "kiba": _matrix("kiba"),
    "metz": _metz,
    "table": _table,
    "table_profiles": _table_profiles,
    "bindingdb_kd": _bindingdb,
    "sga_matrix": _sga_matrix,
    "scmd_parameters": _parameters,
    "sameith_expression": _sameith,
    "avgfp": _avgfp,
}
