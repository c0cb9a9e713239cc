"""Further cohorts and knock-outs: small files in the published forms, and the traps in them."""

import numpy as np
import pytest

from knockon.errors import FormatError
from knockon.evaluation.bootstrap import Resampling
from knockon.stages.cellstate import cohorts
from knockon.stages.cellstate.regulators_real import event_scores
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
    monkeypatch.setattr("knockon.stages.cellstate.response_sets.annotations", lambda folder: family)
    monkeypatch.setattr("knockon.stages.cellstate.response_sets.physical", lambda folder, names: {})


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
    np.testing.assert_allclose(np.diag(found.kernel), 1.0)
    assert set(np.round(found.kernel.ravel(), 6)) == {0.0, 1.0}


def test_files_that_are_fetched_are_pinned_and_go_where_they_are_read():
    paths = {source.path for source in cohorts.wanted()}
    assert f"yeast/{KINASES}" in paths
    assert f"cellstate/{cohorts.DOROTHEA}" in paths
    assert {f"cellstate/{cohorts.ER}", f"cellstate/{cohorts.HER2}"} <= paths
    assert sum("_DEseq2_raw" in path for path in paths) == 18


def test_an_amplicon_that_is_torn_apart_counts_as_more_events():
    import pyarrow as pa

    whole = [{"event": 1, "genes": ["A", "B", "C"]}, {"event": 2, "genes": ["GRB7", "STARD3", "PGAP3", "MIEN1", "X"]}]
    told = event_scores(pa.Table.from_pylist(whole))
    assert told == {"events": 2, "amplicon_events": 1, "amplicon_place": 2, "amplicon_genes": 5, "amplicon_of_five": 4}
    torn = [{"event": 1, "genes": ["GRB7", "A"]}, {"event": 2, "genes": ["STARD3", "B"]}]
    assert event_scores(pa.Table.from_pylist(torn))["amplicon_events"] == 2
