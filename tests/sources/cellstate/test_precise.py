"""PRECISE: values, metadata and genes fit each other, or the file that does not is named."""

import numpy as np
import pytest

from knockon.dataset.cellstate.reads import read_units
from knockon.errors import FormatError
from knockon.sources.cellstate.knockouts import matched_knockouts
from knockon.sources.cellstate.precise import read_gene_info, read_gene_lengths, read_precise
from knockon.sources.cellstate.regulons import read_precise_trn

FIELDS = (
    "Sample ID,Project ID,Strain Description,Base Media,Carbon Source (g/L),Nitrogen Source (g/L),Electron Acceptor,"
    "Supplement,Temperature (C),pH,Culture Type,Evolved Sample\n"
)
ROW = '{0},fur,Escherichia coli K-12 MG1655{1},M9,glucose(2),"NH4Cl(1)",O2,,37,7,Batch,No\n'


@pytest.fixture
def files(tmp_path):
    values, metadata = tmp_path / "log_tpm.csv", tmp_path / "metadata.csv"
    values.write_text(",w__1,m__1\nb0001,11.5,0\nb0002,3.25,12\n")
    metadata.write_text(FIELDS + ROW.format("m__1", " del_fur del_crp") + ROW.format("w__1", ""))
    return values, metadata


def test_samples_get_their_metadata(files):
    found = read_precise(*files)
    assert found.scale.name == "log2"
    assert found.annotations["deleted"] == ("", "fur crp")
    assert set(found.annotations["strain"]) == {"Escherichia coli MG1655"}
    assert found.annotations["condition"][0] == found.annotations["condition"][1]
    np.testing.assert_array_equal(found.values, [[11.5, 3.25], [0, 12]])


def test_a_sample_without_metadata_is_named(files):
    files[1].write_text(FIELDS + ROW.format("w__1", ""))
    with pytest.raises(FormatError, match=r"metadata\.csv: says nothing of 1 samples .* m__1 first"):
        read_precise(*files)
    files[1].write_text("a,b\n1,2\n")
    with pytest.raises(FormatError, match="has no column 'Sample ID'"):
        read_precise(*files)


def test_lengths_count_the_first_and_the_last_base(tmp_path):
    path = tmp_path / "gene_info.csv"
    path.write_text(
        ",start,stop,strand,gene_name,length,operon,cog\nb0001,189,255,+,thrL,66,thrLABC,x\nb2,90,31,-,a,59,,x\n"
    )
    assert read_gene_lengths(path) == {"b0001": 67.0, "b2": 60.0}


@pytest.mark.public
def test_the_public_levels_are_whole_reads_by_these_lengths(public_files):
    folder = public_files / "cellstate/precise"
    found = read_precise(folder / "log_tpm.csv", folder / "metadata.csv")
    lengths = read_gene_lengths(folder / "gene_info.csv")
    units = read_units(found.values, np.array([lengths[gene] for gene in found.genes]))
    assert np.isfinite(units).all()


@pytest.mark.public
def test_the_public_compendium_has_38_single_deletions_with_a_wild_type(public_files):
    folder = public_files / "cellstate/precise"
    found = read_precise(folder / "log_tpm.csv", folder / "metadata.csv")
    assert found.values.shape == (278, 3923)
    told = {name: np.array(found.annotations[name]) for name in ("study", "deleted", "strain", "condition")}
    kept = np.array([not each for each in found.annotations["evolved"]])
    table, left = matched_knockouts(
        np.array(found.samples)[kept].tolist(),
        told["study"][kept].tolist(),
        [each.split() for each in told["deleted"][kept].tolist()],
        told["strain"][kept].tolist(),
        told["condition"][kept].tolist(),
    )
    assert sum(len(genes) == 1 for genes in table["genes"].to_pylist()) == 38
    assert left == 2
    _, operons = read_gene_info(folder / "gene_info.csv")
    assert operons["b0002"] == "thrLABC"
    network = read_precise_trn(folder / "TRN.csv").table
    assert "crp" in network["regulator"].to_pylist()
