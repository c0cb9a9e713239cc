"""One table of genes: names of any kind resolve to one gene or to none, and twins are summed or refused."""

import numpy as np
import pytest

from knockon.errors import FormatError
from knockon.sources.cellstate.expression import Expression
from knockon.sources.cellstate.genes import GeneTable, align, kind_of, without_version
from knockon.sources.cellstate.scale import Scale

IDS = [f"ENSG{place:011d}" for place in range(6)]
TABLE = GeneTable(
    IDS,
    {IDS[0]: "TP53", IDS[1]: "MYC", IDS[2]: "TWIN", IDS[3]: "TWIN", IDS[4]: "SEPTIN1"},
    {IDS[4]: ["SEPT1"], IDS[5]: ["MYC"]},
)


def expression(genes, scale="counts", values=None):
    values = np.arange(2 * len(genes), dtype=np.float32).reshape(2, -1) if values is None else values
    return Expression(("a", "b"), tuple(genes), values, Scale(scale, "stated"))


def test_names_resolve_by_id_then_symbol_then_old_symbol():
    found = TABLE.resolve([f"{IDS[2]}.14", "tp53", "SEPT1", "MYC", "TWIN", "other"])
    assert found.place.tolist() == [2, 0, 4, 1, -1, -1]
    assert found.unknown == ("other",)
    assert found.ambiguous == ("TWIN",)


def test_versions_go_and_the_copy_on_y_stays_its_own():
    assert without_version("ENSG00000002586.20") == "ENSG00000002586"
    assert without_version("ENSG00000002586.20_PAR_Y") == "ENSG00000002586_PAR_Y"
    assert without_version("H2AZ1.1") == "H2AZ1.1"


def test_kinds_of_names_tell_the_organism():
    assert kind_of(["b0001", "b0002", "thrA"]) == "E. coli locus tag"
    assert kind_of(["YAL001C", "YBR160W-A"]) == "yeast locus tag"
    assert kind_of(["TP53", "MYC"]) == "symbol"


def test_twins_are_summed_where_levels_add():
    found = align(expression([IDS[0], "TP53", IDS[1], "nothing"]), TABLE, "f", least=0.2)
    assert (found.shared, found.summed, found.unknown) == (2, 1, ("nothing",))
    np.testing.assert_array_equal(found.expression.values[:, :2], [[0 + 1, 2], [4 + 5, 6]])
    assert np.isnan(found.expression.values[:, 2:]).all()


def test_twins_are_refused_where_levels_are_logarithms():
    with pytest.raises(FormatError, match=r"f: 1 genes stand twice, ENSG0+ first, and logarithms can't be summed"):
        align(expression([IDS[0], "TP53", IDS[1]], "log2"), TABLE, "f", least=0.2)


def test_too_few_shared_genes_are_told_with_their_number_and_another_organism_with_its_kind():
    with pytest.raises(FormatError, match=r"f: 1 of the 6 genes are shared, at least 3 .* Give ids of the kind human"):
        align(expression(["TP53", "A", "B"]), TABLE, "f")
    with pytest.raises(
        FormatError, match=r"0 of the 6 .* kind mouse Ensembl, .* human Ensembl: is it another organism"
    ):
        align(expression([f"ENSMUSG{place:011d}" for place in range(6)]), TABLE, "f")


def test_a_gene_that_a_table_lists_twice_is_refused():
    with pytest.raises(FormatError, match="ENSG00000000001 stands twice"):
        GeneTable(["ENSG00000000001.2", "ENSG00000000001"])
