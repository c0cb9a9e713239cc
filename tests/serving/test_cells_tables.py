"""Groups, symbols and networks as people keep them: pandas' index, gzip, decoupler's and PRECISE's columns."""

import gzip

import numpy as np
import pytest

from knockon.errors import FormatError, KnockonError
from knockon.serving.cells_files import refuse_other_levels, refuse_twice_logged
from knockon.serving.cells_tables import network_sentence, read_groups, read_network, read_symbols, read_table
from knockon.sources.cellstate.expression import Expression
from knockon.sources.cellstate.genes import GeneTable
from knockon.sources.cellstate.scale import Scale

GENES = GeneTable(["b0001", "b0002", "b0003"], {"b0001": "thrL", "b0003": "thrB"})
SAMPLES = Expression(("s1", "s2"), GENES.ids, np.ones((2, 3), np.float32), Scale("log2", ""), {"kind": ("a", "")})


def written(folder, text, name="t.csv"):
    (folder / name).write_text(text)
    return folder / name


def test_a_table_may_be_packed_and_its_first_column_nameless(tmp_path):
    path = tmp_path / "t.csv.gz"
    path.write_bytes(gzip.compress(b"\xef\xbb\xbf,study,line\r\ns1,x,HeLa\r\ns2,y,HEK\r\n"))
    assert read_table(path).column_names == ["column 1", "study", "line"]
    assert read_groups(str(path), SAMPLES) == ["x", "y"]


def test_a_row_of_another_width_is_named_and_not_lost(tmp_path):
    with pytest.raises(FormatError, match=r"line 3: 3 columns instead of 2 \(1 such lines\)"):
        read_table(written(tmp_path, "sample,group\ns1,x\ns2,y,z\n"))
    with pytest.raises(FormatError, match="two columns are called 'a'"):
        read_table(written(tmp_path, "a,a\n1,2\n"))


def test_a_sample_of_two_groups_or_of_none_is_refused(tmp_path):
    path = written(tmp_path, "sample,group\ns1,x\ns2,y\ns1,z\n")
    with pytest.raises(FormatError, match="the sample 's1' has two groups, 'x' and 'z'"):
        read_groups(str(path), SAMPLES)
    with pytest.raises(KnockonError, match="kind: 1 samples have no group, s2 first"):
        read_groups("kind", SAMPLES)


@pytest.mark.parametrize(
    "text",
    [
        "regulator,target,sign\nthrB,thrL,+\nthrB,b0002,-\nthrL,b0003,+-\n",
        ",regulator,gene_id,effect\n0,thrB,b0001,+\n1,thrB,b0002,-\n2,thrL,thrB,?\n",
        "source\ttarget\tweight\nthrB\tthrL\t0.5\nthrB\tb0002\t-1.0\nthrL\tb0003\t0\n",
        "tf;target;mode\nthrB;thrL;Activation\nthrB;b0002;Repression\nthrL;b0003;Unknown\n",
    ],
)
def test_networks_are_read_as_their_publishers_write_them(tmp_path, text):
    edges = read_network(written(tmp_path, text), GENES)
    found = {(row["regulator"], row["target"]): row["sign"] for row in edges.to_pylist()}
    assert found == {("b0003", "b0001"): 1, ("b0003", "b0002"): -1, ("b0001", "b0003"): 0}
    assert network_sentence(edges, GENES) == "network: 3 edges of 2 regulators to the file's genes"


def test_what_a_network_does_not_say_of_these_genes_is_told(tmp_path):
    edges = read_network(written(tmp_path, "regulator,target\nCrp,b0001\nb0002,b0003\nCrp,xyz\n"), GENES)
    assert "2 edges of 2 regulators" in network_sentence(edges, GENES)
    assert "1 regulators, Crp first, are no genes of the file" in network_sentence(edges, GENES)
    with pytest.raises(FormatError, match="none of its 1 targets, 'TP53' first, is one of the 3 genes, 'b0001' first"):
        read_network(written(tmp_path, "regulator,target\nMDM2,TP53\n"), GENES)
    with pytest.raises(FormatError, match="edge 2: 'up' is no sign"):
        read_network(written(tmp_path, "regulator,target,sign\nCrp,b0001,1\nCrp,b0002,up\n"), GENES)
    with pytest.raises(FormatError, match="has no column target"):
        read_network(written(tmp_path, "regulator,to\nCrp,b0001\n"), GENES)


def test_symbols_name_the_genes_that_have_one(tmp_path):
    ids = GeneTable(GENES.ids)
    path = written(tmp_path, ",start,gene_name\nb0001,189,thrL\nb0002,336,\nb9999,1,abc\n")
    assert read_symbols(path, ids) == {"b0001": "thrL"}
    with pytest.raises(FormatError, match="none of its columns is called symbol"):
        read_symbols(written(tmp_path, "id,start\nb0001,1\n"), ids)
    with pytest.raises(FormatError, match="none of its 1 ids is one of the 3 genes"):
        read_symbols(written(tmp_path, "id,symbol\nTP53,TP53\n"), ids)


def test_a_logarithm_too_many_is_refused_until_it_is_stated():
    levels = np.random.default_rng(1).lognormal(5, 2, (4, 300)).astype(np.float32)
    logged = np.log2(levels + 1)
    genes = tuple(f"G{place}" for place in range(300))
    twice = Expression(tuple("abcd"), genes, np.log2(logged + 1), Scale("log2", "fractions"))
    with pytest.raises(FormatError, match="logarithms of logarithms"):
        refuse_twice_logged(twice, "f")
    refuse_twice_logged(Expression(tuple("abcd"), genes, logged, Scale("log2", "fractions")), "f")
    mean = logged.mean(axis=0).astype(np.float64)
    assert refuse_other_levels(logged * 0.8, mean, False, "f") == ""
    with pytest.raises(FormatError, match="times as far as in the model's compendium"):
        refuse_other_levels(twice.values, mean, False, "f")
    assert "times as far" in refuse_other_levels(twice.values, mean, True, "f")
    with pytest.raises(FormatError, match=r"lie -5\.0 \(log2\) from them"):
        refuse_other_levels(logged - 5, mean, False, "f")
