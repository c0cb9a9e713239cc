"""Which aggregations are one and the same to a model that only compares strains within a column."""

from knockon.dataset.genotypes import Genotypes


def canonical(aggregation: str, strains: Genotypes) -> str:
    """The first of the aggregations that give such a model the same answer on these strains.

    A model that standardises every column (elastic net, support vectors), or splits it at a threshold (a forest), sees
    no difference between x and a · x + b with one a and b a column. The sum over intact genes is the genome's sum less
    that over the perturbed ones, so intact_sum is pert_sum. Where all strains have one number k of knock-outs, the
    means are these sums over k and over genes − k: all four are one. strains: all that are fitted and predicted.
    """
    counts = strains.counts
    if not len(counts) or (counts == counts[0]).all() or aggregation == "intact_sum":
        return "pert_sum"
    return aggregation
