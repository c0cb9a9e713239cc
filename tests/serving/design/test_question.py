"""What a person may ask, and what is told where it can't be answered."""

import pytest

from knockon.errors import FormatError, KnockonError
from knockon.serving.design.question import (
    allowed_genes,
    check_phenotype,
    genes_of,
    number_of,
    read_gene_list,
)
from tests.serving.design.planted import ESSENTIAL, GENES, genome, question

PHENOTYPES = ("betaxanthin", "tyrosine", "tryptophan", "growth")


def test_a_phenotype_is_found_in_any_case():
    assert check_phenotype("BetaXanthin", PHENOTYPES, ()) == "betaxanthin"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("betaxantin", "'betaxantin' is no phenotype of the study; the nearest that were measured are betaxanthin"),
        ("tyrosin", "the nearest that were measured are tyrosine"),
        ("succinate", "'succinate' is a metabolite of the model, but no screen measured it"),
        ("sucinat", "metabolites of a like name: succinate"),
        ("xyz", r"there are betaxanthin, growth.*or bring your own measurements: --phenotype table.csv"),
    ],
)
def test_an_unknown_product_is_told_with_the_nearest_names(name, said):
    with pytest.raises(KnockonError, match=said):
        check_phenotype(name, PHENOTYPES, ("succinate", "citrate"))


@pytest.mark.parametrize("text", ["0", "many", "2.5", "9", "nan"])
def test_a_number_out_of_range_is_told_by_its_option(text):
    with pytest.raises(KnockonError, match=f"--knockouts is '{text}'; it is a whole number from 1 to 3"):
        number_of("--knockouts", text, 1, 3, whole=True)


def test_kept_and_listed_genes(tmp_path):
    assert genes_of(["tyr1", "ARO4", GENES[2]], genome(), "--keep") == (GENES[2], GENES[3])
    with pytest.raises(KnockonError, match="--keep: gene 'TYR7' is unknown; did you mean TYR1"):
        genes_of(["TYR7"], genome(), "--keep")
    (tmp_path / "genes.txt").write_text("gene\nTYR1 aro4\n# a remark\n" + GENES[8] + "\n")
    assert read_gene_list(tmp_path / "genes.txt", genome(), "--only") == (GENES[2], GENES[3], GENES[8])
    (tmp_path / "genes.txt").write_text("TYR1\nARO9\n")
    with pytest.raises(FormatError, match=r"genes.txt, line 2: gene 'ARO9' is unknown; did you mean ARO4"):
        read_gene_list(tmp_path / "genes.txt", genome(), "--only")


def test_essential_and_kept_genes_are_no_candidates_and_that_is_said():
    asked = question(only=(GENES[2], ESSENTIAL, "YZZ999W"), keep=(GENES[3],))
    found = allowed_genes(asked, GENES, genome())
    assert found.genes == (GENES[2],)
    assert any(f"{ESSENTIAL}: asked for by --only, but essential" in note for note in found.notes)
    assert any("YZZ999W: asked for by --only, but nothing is known" in note for note in found.notes)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"only": (ESSENTIAL,)}, "essential genes takes the last.*asked for by --only, but essential"),
        ({"only": (GENES[2],), "keep": (GENES[2],)}, "no gene is left to delete: --keep takes the last"),
    ],
)
def test_which_constraint_leaves_no_gene(asked, said):
    with pytest.raises(KnockonError, match=said):
        allowed_genes(question(**asked), GENES, genome())
