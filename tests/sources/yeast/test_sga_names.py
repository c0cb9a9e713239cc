"""Strain names → gene, kind, allele."""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from knockon.sources.yeast.sga_names import COLLECTIONS, STRAIN_SCHEMA, alleles_of, parse_strains, read_sga_strains

CASES = {
    "YAL001C_sn12": ("YAL001C", "deletion", ""),
    "YAL002W_dma3": ("YAL002W", "deletion", ""),
    "YDL014W_tsq128": ("YDL014W", "ts", "ts128"),
    "YDL014W_tsa128": ("YDL014W", "ts", "ts128"),
    "YOR202W_tsq1": ("YOR202W", "deletion", ""),
    "YAL025C_damp1": ("YAL025C", "damp", ""),
    "YGL143C_S64": ("YGL143C", "suppressor", "S64"),
    "YGL143C_supp7": ("YGL143C", "suppressor", "supp7"),
    "YFL039C_y13188": ("YFL039C", "allele", "y13188"),
    "YGR146C-A_y13166": ("YGR146C-A", "allele", "y13166"),
    "YAL001C_new5": ("YAL001C", "unknown", "new5"),
    "YAL001C": ("YAL001C", "unknown", ""),
    "Q0060_sn3032": ("Q0060", "deletion", ""),
    "": ("", "unknown", ""),
    "_sn1": ("_sn1", "unknown", ""),
}


@pytest.mark.parametrize("dictionary", [False, True])
def test_names_split_by_collection(dictionary: bool) -> None:
    """Protects the identity of experiments: kind and allele are part of it."""
    names = pa.array(list(CASES))
    parsed = parse_strains(names.dictionary_encode() if dictionary else names)
    found = list(zip(parsed.gene.to_pylist(), parsed.kind.to_pylist(), parsed.allele.to_pylist(), strict=True))
    assert dict(zip(CASES, found, strict=True)) == CASES
    assert parsed.strain.to_pylist() == list(CASES)


def test_query_and_array_versions_of_an_allele_are_one() -> None:
    """Protects the pairing of A×B with B×A: tsq128 and tsa128 are both nop1-3, and cdc19-1 is tsq26 and tsa34."""
    parsed = parse_strains(pa.array(["YDL014W_tsq128", "YDL014W_tsa128"]))
    assert parsed.allele[0] == parsed.allele[1]
    parsed = parse_strains(pa.array(["YAL038W_tsq26", "YAL038W_tsa34"]), pa.array(["cdc19-1", "cdc19-1"]))
    assert parsed.allele.to_pylist() == ["cdc19-1", "cdc19-1"]


def test_a_suppressor_is_told_by_the_allele_name() -> None:
    """Protects against a strain with a second mutation read as a plain deletion."""
    parsed = parse_strains(pa.array(["YNL297C_sn408"]), pa.array(["mon2-supp1"]))
    assert (parsed.kind.to_pylist(), parsed.allele.to_pylist()) == (["suppressor"], ["mon2-supp1"])


def test_the_sources_allele_name_wins_where_there_may_be_several() -> None:
    """Protects ts alleles from being merged, and deletions from being parted by the lab's name for them."""
    names = pa.chunked_array([["YDL014W_tsq128", "YDL014W_tsq129"], ["YAL001C_sn1", "YAL025C_damp1"]])
    alleles = pa.chunked_array([["nop1-3", ""], ["tfc3", "mak16_damp"]])
    assert parse_strains(names, alleles).allele.to_pylist() == ["nop1-3", "ts129", "", ""]


def test_strain_list_gives_allele_names(tmp_path: Path) -> None:
    path = tmp_path / "strains.txt"
    path.write_text("Strain\tOrf\tCommon\tAllele\nYDL014W_tsq128\tYDL014W\tNOP1\tnop1-3\nQ0255_sn3\tQ0255\t\tq0255\n")
    strains = read_sga_strains(path).table
    assert strains.schema.equals(STRAIN_SCHEMA)
    assert strains["kind"].to_pylist() == ["ts", "deletion"]
    assert alleles_of(pa.array(["YDL014W_tsq128", "absent_sn1"]), strains).to_pylist() == ["nop1-3", ""]


def test_no_names_give_no_rows() -> None:
    assert len(parse_strains(pa.array([], pa.string())).gene) == 0


@pytest.mark.public
def test_every_collection_of_the_public_list_is_known(public_files: Path) -> None:
    """Protects against a collection that is silently read as unknown; gene and number must agree with the list."""
    strains = read_sga_strains(public_files / "yeast/smf/strain_orf_common_allele_160425.txt").table
    parsed = parse_strains(strains["strain"])
    assert strains.num_rows == 18_636
    assert parsed.gene.equals(strains["gene"].combine_chunks())
    assert set(parsed.kind.unique().to_pylist()) == set(COLLECTIONS.values()) - {"allele"}


@pytest.mark.public
def test_allele_names_of_the_public_list_agree_with_the_kinds(public_files: Path) -> None:
    """Protects deletions in the ts collections (his3 and other controls), and strains that gained a suppressor."""
    strains = read_sga_strains(public_files / "yeast/smf/strain_orf_common_allele_160425.txt").table
    parsed = parse_strains(strains["strain"], strains["allele"])
    named = pc.equal(parsed.allele, "")
    assert set(parsed.kind.filter(named).unique().to_pylist()) == {"deletion", "damp"}
    ts = parsed.allele.filter(pc.equal(parsed.kind, "ts"))
    odd = ts.filter(pc.invert(pc.match_substring(ts, "-"))).unique().to_pylist()
    assert sorted(odd) == ["cdc28", "pol30", "smt3aiir"]
    suppressors = strains["allele"].filter(pc.equal(parsed.kind, "suppressor"))
    assert pc.all(pc.match_substring(suppressors, "-supp")).as_py()
