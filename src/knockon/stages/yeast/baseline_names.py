"""What stands beside every model of the yeast study, in the predictions, the metrics, the plots and the report."""

BASELINES = {
    "mean": "mean",
    "additive": "additive",
    "random": "random vectors",
    "smf_product": "SMF product",
    "factorisation": "factorisation",
}
"""Heading by name; the name is that of the predictions table, and the prefix of the scores in the metrics."""

SHOWN = {name: heading for name, heading in BASELINES.items() if name != "mean"}
"""Those that get a column. The mean knows nothing about a strain and has r = 0 by definition: a column of zeros."""

# A literal: what a stage builds is read from its code, to tell which models' code it reaches.
MODELS = ("mean", "smf_product", "additive", "factorisation")
"""Those that use no representation, in the order of their fits: all but `random`, the experiment's model once more."""
