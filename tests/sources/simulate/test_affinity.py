"""The planted set: the published readers read it, the same seed gives the same bytes, and its truth can be found."""

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from knockon.dataset.affinity.collect import collect
from knockon.errors import KnockonError
from knockon.sources.affinity.complexes import read_ids, read_pdbbind
from knockon.sources.affinity.corpora import read_smiles_corpus
from knockon.sources.affinity.matrix import read_davis
from knockon.sources.simulate.affinity import GROUPS, AffinitySimulation, simulate_affinity

SETTINGS = AffinitySimulation(ligands=60, proteins=40, complexes=600, noise=0.2, seed=5)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    target = tmp_path_factory.mktemp("simulated") / "raw"
    simulate_affinity(target, SETTINGS)
    return target


@pytest.fixture(scope="module")
def davis(folder):
    place = folder / "davis"
    folds = [place / "folds" / f"{side}_fold_setting1.txt" for side in ("test", "train")]
    matrix = place / "drug-target_interaction_affinities_Kd__Davis_et_al.2011v1.txt"
    return read_davis(matrix, place / "ligands_iso.txt", place / "proteins.txt", *folds)


@pytest.fixture(scope="module")
def collected(folder, davis):
    return collect({"davis": davis, "pdbbind2016": read_pdbbind(folder / "pdbbind2016/pdbbind2016_deepdtaf_all.csv")})


def test_the_readers_refuse_nothing(folder, davis, collected):
    assert davis.table.num_rows == 60 * 44
    assert collected.rejects.num_rows == 0
    assert read_smiles_corpus(folder / "corpora" / "muv.csv.gz").table.num_rows == 60
    ids = read_ids(folder / "cleansplit" / "PDBbind_data_split_cleansplit.json").table
    assert set(ids["part"].to_pylist()) == {"casf2016", "train", "casf2016_indep"}


def test_it_has_the_faults_of_the_published_files(collected):
    davis, pdbbind = collected.ledger["davis"], collected.ledger["pdbbind2016"]
    assert davis["censored"] > 300
    assert davis["repeated_pairs"] > 20
    assert pdbbind["molecules"]["repaired"] > 20
    assert set(pdbbind["rows_of_repeated_chains"]) == {"2"}


def test_what_was_damaged_is_what_was_clean(collected):
    """Both files write the same molecules and the same chains, one of them with valences that no atom has."""
    assert collected.ligands.num_rows <= 60
    own = pc.unique(collected.pairs.filter(pc.equal(collected.pairs["source"], "pdbbind2016"))["ligand"])
    other = pc.unique(collected.pairs.filter(pc.equal(collected.pairs["source"], "davis"))["ligand"])
    assert set(own.to_pylist()) <= set(other.to_pylist())
    assert collected.proteins.num_rows == 40


def test_the_planted_pockets_are_found_again(folder, davis, collected):
    """A linear model of group × pocket explains what neither the ligand nor the protein does."""
    truth = pq.read_table(folder / "truth" / "ligands.parquet"), pq.read_table(folder / "truth" / "proteins.parquet")
    carried, pockets = (np.column_stack([table[group].to_numpy() for group in GROUPS]) for table in truth)
    rows = davis.table.filter(pc.equal(davis.table["relation"], "="))
    ligand = pc.index_in(rows["ligand"].cast("string"), value_set=truth[0]["smiles"]).to_numpy()
    protein = pc.index_in(rows["sequence"].cast("string"), value_set=truth[1]["sequence"]).to_numpy()
    value = rows["value"].to_numpy()
    met = (carried[ligand] * pockets[protein]).sum(axis=1)
    missed = carried[ligand].sum(axis=1) - met
    design = np.column_stack([np.ones(len(value)), met, missed])
    base, gain, loss = np.linalg.lstsq(design, value, rcond=None)[0]
    assert 1.3 < gain < 1.7
    assert -0.6 < loss < -0.2
    residual = value - design @ [base, gain, loss]
    alone = [value - (np.bincount(by, value) / np.maximum(np.bincount(by), 1))[by] for by in (ligand, protein)]
    assert residual.std() < 0.3 < min(each.std() for each in alone)


def test_the_same_seed_gives_the_same_bytes(folder, tmp_path):
    simulate_affinity(tmp_path / "again", SETTINGS)
    files = sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    assert files == sorted(
        path.relative_to(tmp_path / "again") for path in (tmp_path / "again").rglob("*") if path.is_file()
    )
    assert all((folder / name).read_bytes() == (tmp_path / "again" / name).read_bytes() for name in files)


@pytest.mark.parametrize("wrong", [{"ligands": 3}, {"proteins": 3}, {"complexes": 9}, {"noise": -1.0}, {"seed": -1}])
def test_sizes_that_give_no_splits_are_refused(wrong):
    with pytest.raises(KnockonError, match="simulated affinity"):
        AffinitySimulation(**wrong)
