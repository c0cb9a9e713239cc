from pathlib import Path

from knockon.sources.yeast.dcell import read_dcell_pairs


def _topology(simulated: Path) -> dict[str, tuple[int, set[str], list[str]]]:
    path = next((simulated / "dcell").glob("*_topology"))
    lines = [line.split() for line in path.read_text().splitlines()]
    return {
        root[1]: (int(root[2]), set(genes[1:]), terms[1:])
        for root, genes, terms in zip(lines[0::3], lines[1::3], lines[2::3], strict=True)
    }


def test_every_term_counts_the_genes_below_it_and_names_terms_that_follow(simulated: Path):
    topology = _topology(simulated)

    def below(term: str) -> set[str]:
        _, genes, terms = topology[term]
        return genes.union(*(below(child) for child in terms))

    for term, (number, _, _) in topology.items():
        assert len(below(term)) == number
    covered = set((simulated / "dcell/costanzo_2016_genes").read_text().split())
    assert below(next(iter(topology))) == covered


def test_training_and_test_pairs_do_not_overlap_and_are_covered(simulated: Path):
    covered = set((simulated / "dcell/costanzo_2016_genes").read_text().split())
    pairs = []
    for part in ("training", "testing"):
        path = next((simulated / "dcell").glob(f"*_{part}_data_2016_0"))
        table = read_dcell_pairs(path, kind="deletion").table
        genes = zip(table["gene_a"].to_pylist(), table["gene_b"].to_pylist(), strict=True)
        pairs.append({frozenset(pair) for pair in genes})
    assert not pairs[0] & pairs[1]
    assert len(pairs[0]) > 2 * len(pairs[1])
    assert set().union(*pairs[0], *pairs[1]) <= covered
