"""Errors on variants of more mutations than were fitted: what intervals of such variants are made from.

Those of one mutation more give the width one step beyond what is known, and, beside those of as many as were fitted, by
how much a further step widens it (`evaluation/growing_intervals.py`).
"""

from typing import NamedTuple

import numpy as np

from knockon.arrays import Mask, Rows
from knockon.evaluation.growing_intervals import Widths, all_growing_widths
from knockon.evaluation.intervals import conformal_quantiles
from knockon.models.variants.fitting import Fitted, Setting, fit
from knockon.models.variants.inputs import VariantInputs
from knockon.models.variants.selection import errors_of, few_mutations
from knockon.training.fit_folders import FitFolders


class Step(NamedTuple):
    """A fit on fewer mutations: the fit, the variants as it saw them, and the row numbers of those of one more."""

    fitted: Fitted
    data: VariantInputs
    rows: Rows

    @property
    def judged(self) -> Rows:
        """Row numbers of the variants that intervals are made from: of one more, and validation's of one fewer."""
        validation = self.data.validation
        before = self.data.mutations[validation] == self.data.mutations[self.rows].max(initial=0) - 1
        return np.sort(np.concatenate([self.rows, validation[before]]))


def asks_for_more(data: VariantInputs, tested: Mask) -> bool:
    """Whether every tested variant has more mutations than any that is known; tested: (variants,)."""
    known = np.concatenate([data.train, data.validation])
    return bool(tested.any() and data.mutations[tested].min() > data.mutations[known].max() > 1)


def one_step(model: str, data: VariantInputs, setting: Setting, seed: int, fits: FitFolders | None = None) -> Step:
    """Fit again without the variants of most mutations, which then are as new to the model as tested ones will be.

    Errors on validation variants would promise too narrow intervals: of 90 % they held 55 to 73 % of the variants of
    four or more mutations where the networks of the avGFP study had learnt from three at most. fits: as of `fit`.
    """
    known = np.concatenate([data.train, data.validation])
    most = int(data.mutations[known].max()) - 1
    fewer, rows = few_mutations(data, most)
    if model == "mimo":  # a subnetwork for each number of mutations, and one number is missing
        setting = setting | {"subnetworks": min(int(setting["subnetworks"]), most)}
    return Step(fit(model, fewer, setting, seed, fits), fewer, rows)


def served_widths(joined: Fitted, data: VariantInputs, step: Step | None) -> dict[str, Widths]:
    """Half widths by level as text: of a step to more mutations where there is one, else of validation variants.

    joined: the mean of the fits that will answer.
    """
    if step is None:
        errors, deviations = errors_of(joined, data, data.validation)
        return {level: Widths(quantile) for level, quantile in conformal_quantiles(errors, deviations).items()}
    errors, deviations = errors_of(step.fitted, step.data, step.judged)
    return all_growing_widths(errors, deviations, data.mutations[step.judged])
