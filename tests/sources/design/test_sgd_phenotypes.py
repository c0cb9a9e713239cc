"""Chemical phenotypes of null mutants."""

import pyarrow.compute as pc
import pytest

from knockon.errors import FormatError
from knockon.sources.design.sgd_phenotypes import ACCUMULATION, read_sgd_phenotypes


def fact(gene, phenotype, chemical):
    return f"gene_nullphenotypechemical('{gene}','{phenotype}','{chemical}')."


def read(tmp_path, *lines):
    path = tmp_path / "facts.dl"
    path.write_text("\n".join(lines) + "\n")
    return read_sgd_phenotypes(path)


def test_facts_and_what_is_wrong_with_others(tmp_path):
    found = read(
        tmp_path,
        "% a comment",
        fact("YA", "increased_chemical compound accumulation", "0.1 mM potassium tellurite,  tellurium atom"),
        fact("YA", "auxotrophy", "lysine"),
        "",
        fact("YB", "decreased rate_utilization of carbon source", " "),
        "gene(YA).",
        fact("YA", "auxotrophy", "lysine"),
        fact("YC", "increased_chemical compound accumulation", "lithium(1+), 0.2 M LiCl lithium(1+)"),
    )
    columns = ["line", "gene", "effect", "observed", "chemical"]
    assert [tuple(row.values()) for row in found.table.select(columns).to_pylist()] == [
        (2, "YA", "increased", ACCUMULATION, "tellurium atom"),
        (3, "YA", "", "auxotrophy", "lysine"),
        (8, "YC", "increased", ACCUMULATION, "lithium(1+)"),
    ]
    assert list(zip(found.rejects["line"].to_pylist(), found.rejects["reason"].to_pylist(), strict=True)) == [
        (5, "no chemical"),
        (6, "not a fact gene_nullphenotypechemical('…','…','…')."),
        (7, "a fact that came before"),
    ]


def test_another_file_is_an_error(tmp_path):
    with pytest.raises(FormatError, match="no line is a fact"):
        read(tmp_path, "gene,chemical", "YA,lysine")


@pytest.mark.public
def test_the_published_facts(public_files):
    found = read_sgd_phenotypes(public_files / "yeast/design/sgd_null_chemical_phenotypes_nomull.dl")
    assert (found.table.num_rows, found.rejects.num_rows) == (8025, 29)
    up = pc.and_(pc.equal(found.table["effect"], "increased"), pc.equal(found.table["observed"], ACCUMULATION))
    assert pc.sum(up).as_py() == 1829
