"""Further cohorts and knock-outs: small files in the published forms, and the traps in them."""

import numpy as np
import pyarrow as pa
import pytest

from knockon.errors import FormatError
from knockon.evaluation.bootstrap import Resampling
from knockon.models.cells.kin import kinship
from knockon.sources.cellstate.expression import expression
from knockon.sources.cellstate.genes import GeneTable
from knockon.sources.reading import ReadResult
from knockon.sources.yeast.profiles import profiles
from knockon.stages.cellstate import cohorts, doubles, transfer_cohorts
from knockon.stages.cellstate.response_sets import KEMMEREN, KINASES, read_set
from knockon.stages.cellstate.responses import METHODS, set_scores, tell

RANDOM = np.random.default_rng(3)
TESTS = [f"YAL{place:03d}C" for place in range(1, 13)]
GENES = [f"YBR{place:03d}W" for place in range(1, 61)]


@pytest.fixture
def folder(tmp_path):
    """Kemmeren's form, annotations in which every three knocked-out genes share a complex, and kinases."""
    base = tmp_path / KEMMEREN
    base.mkdir(parents=True)
    shared = np.repeat(RANDOM.normal(0, 1.2, (4, 60)), 3, axis=0)
    values = shared + RANDOM.normal(0, 0.2, (12, 60))
    np.savetxt(base / "hk_expression_all.csv", np.vstack([values, np.zeros(60)]).T, delimiter=",")
    (base / "hk_sample_list_all.csv").write_text("\n".join([*TESTS, "WT"]) + "\n")
    (base / "hk_gene_list.csv").write_text("\n".join(GENES) + "\n")
    lines = ["\t".join(["target", *TESTS])]
    lines += [
        "\t".join([gene, *(f"{value:.4f}" for value in column)]) for gene, column in zip(GENES, values.T, strict=True)
    ]
    (tmp_path / KINASES).write_text("\n".join(lines) + "\n")
    return tmp_path


def annotated(monkeypatch, names):
    family = {name: {f"complex {row // 3}": 1.0} for row, name in enumerate(names)}
    kernels = {"family": kinship(names, [family]), "none": np.zeros((len(names), len(names)))}
    monkeypatch.setattr("knockon.stages.cellstate.response_sets.yeast_kernels", lambda folder, names: kernels)


@pytest.mark.parametrize("name", ["kemmeren", "kinases"])
def test_knock_outs_are_read_without_the_invented_wild_type_and_told_from_kin(folder, monkeypatch, name):
    annotated(monkeypatch, TESTS)
    found = read_set(name, folder, 1.0)
    assert found.changes.shape == (12, 60)
    assert "WT" not in found.names
    assert found.groups == found.names
    rows = tell(name, found)
    scores = set_scores(rows, Resampling(50))
    assert tuple(scores) == METHODS
    assert scores["response"]["auroc"] > scores["mean_response"]["auroc"] + 0.1
    assert scores["response"]["signed_r"] > 0.5
    assert scores["response"]["auroc_matched"] is None
    assert scores["mean_response"]["auroc_over_mean_response"]["difference"] == 0


def test_a_list_that_does_not_fit_the_matrix_is_refused(folder, monkeypatch):
    annotated(monkeypatch, TESTS)
    (folder / KEMMEREN / "hk_gene_list.csv").write_text("\n".join(GENES[:-1]) + "\n")
    with pytest.raises(FormatError, match="59 genes"):
        read_set("kemmeren", folder, 1.0)


def test_morphic_holds_releases_out_and_counts_what_stands_out_of_noise(tmp_path):
    (tmp_path / "morphic").mkdir()
    for place, gene in enumerate(("PAX6", "GCM1", "SP8", "EOMES")):
        lines = ["gene_ID\tbaseMean\tlog2FoldChange\tlfcSE\tstat\tpvalue\tpadj"]
        for number in range(30):
            padj = "0.01" if number < 12 else "0.9"
            lines.append(
                f"ENSG{number:011d}\t{number + place}\t{(-1) ** number * (1 + number % 3)}\t0.1\t1\t0.01\t{padj}"
            )
        cell = "CBO_day_9" if place % 2 else "PrS_day_6_nor"
        name = f"2024_09_JAX_RNAseq{place // 2}_Diverse_{cell}_{gene}_DEseq2_raw.tsv"
        (tmp_path / "morphic" / name).write_text("\n".join(lines) + "\n")
    found = read_set("morphic", tmp_path, 0.5)
    assert sorted(set(found.groups)) == ["RNAseq0", "RNAseq1"]
    assert (found.counted != 0).sum(axis=1).tolist() == [12] * 4
    assert (found.changes != 0).all()
    # Only knock-outs of one kind of cell are kin.
    np.testing.assert_allclose(np.diag(found.kernels["cell"]), 1.0)
    assert set(np.round(found.kernels["cell"].ravel(), 6)) == {0.0, 1.0}


def test_doubles_are_told_from_kemmerens_singles_and_by_strangers_alone(folder, monkeypatch):
    annotated(monkeypatch, TESTS)
    singles = read_set("kemmeren", folder, 0.585)
    pairs = [(0, 1), (2, 3), (4, 5), (6, 7), (8, 9), (10, 11), (1, 0)]
    named = ["_".join(TESTS[place] for place in pair) for pair in pairs]
    both = np.array([singles.changes[list(pair)].sum(axis=0) for pair in pairs])
    ratios = np.exp2(np.concatenate([both, RANDOM.normal(0, 1, (1, 60))]))
    strains, genes = pa.array([*named, "YAL001C_YZZ999W"]), pa.array(GENES)
    table = profiles(np.arange(1, 61)[None], strains, pa.array([[]] * 8, pa.list_(pa.string())), genes, ratios,
                     "expression", "ratio")  # fmt: skip
    monkeypatch.setattr(doubles, "read_sameith", lambda path: ReadResult(table))
    (folder / "SGD_features.tab").write_text(
        "".join(f"S{row:09d}\tORF\tVerified\t{name}\tG{row}\t\tchromosome 1\t\t1\t{row + 1}\t{row + 9}\tW\t\t\t\t\n"
                for row, name in enumerate(TESTS))
    )  # fmt: skip
    found = doubles.read_doubles(folder, folder, 0.585)
    assert (found.measured, len(found.pairs)) == (8, 7)
    np.testing.assert_allclose(found.both, found.first + found.second, atol=1e-6)
    rows = doubles.tell(found, 0.585)
    order = [row["double"] for row in rows[:: len(doubles.METHODS)]]
    scores = doubles.double_scores(rows, order, Resampling(50))
    assert scores["additive"]["signed_r"] == pytest.approx(1)
    assert scores["model"]["auroc"] > scores["mean_response"]["auroc"] + 0.1
    assert 0.7 < scores["model"]["covered"] <= 1


def test_files_that_are_fetched_are_pinned_and_go_where_they_are_read():
    paths = {source.path for source in cohorts.wanted()}
    assert f"yeast/{KINASES}" in paths
    assert f"cellstate/{cohorts.DOROTHEA}" in paths
    assert {f"cellstate/{cohorts.ER}", f"cellstate/{cohorts.HER2}"} <= paths
    assert sum("_DEseq2_raw" in path for path in paths) == 18


def test_tissues_and_patients_share_genes_by_symbol_and_sources_count_from_their_own_mean(tmp_path, monkeypatch):
    ids = [f"ENSG{number:011d}" for number in range(120)]
    symbols = {gene: f"SYM{number}" for number, gene in enumerate(ids)}
    table = GeneTable(ids, symbols)

    def source(names, shift):
        levels = RANDOM.gamma(2, 50, (len(names), 120)).astype(np.float32) * shift
        return expression(tmp_path, names, ids, levels, "linear")

    class Patients:
        """Six patients, whose genes are symbols, one of which nobody knows."""

        def __init__(self, folder, level):
            self.patients, self.genes = [f"p{row}" for row in range(6)], [*list(symbols.values())[:100], "NOBODY"]
            self.values = RANDOM.normal(6, 1, (6, 101))

    monkeypatch.setattr(transfer_cohorts, "Brca", Patients)
    sources = [source([f"{name}{row}" for row in range(4)], shift) for name, shift in (("a", 1), ("b", 9), ("c", 3))]
    monkeypatch.setattr(transfer_cohorts, "tissues", lambda folder: (table, sources))
    (case,) = transfer_cohorts.read_cases(["brca"], 3, 1.0, 1)
    assert case.compendium.shape == (12, 100)
    assert case.values.shape == (6, 100)
    assert case.sources[4] == "hpa b0"
    for start in (0, 4, 8):
        np.testing.assert_allclose(case.compendium[start : start + 4].mean(axis=0), 0, atol=1e-5)
