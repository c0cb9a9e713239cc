"""From an expression profile to the strain's growth: regressions for few strains and thousands of transcripts.

Each fits on the training strains given, chooses its own penalty among them, and predicts others. Profiles are float64
(strains, transcripts), labels float64 (strains,).
"""

from collections.abc import Callable

import numpy as np
from sklearn.linear_model import ElasticNetCV, LinearRegression, RidgeCV
from sklearn.model_selection import KFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from knockon.arrays import Values

FitPredict = Callable[[Values, Values, Values, int], Values]
"""Training profiles, their labels, the profiles to predict, and a seed; gives the predicted labels."""

CHANGED = 2.0
"""A transcript counts as changed beyond this many standard deviations of the strain's transcripts."""

_PENALTIES = np.logspace(1, 6, 16)
_INNER_FOLDS = 5


def mean(profiles: Values, labels: Values, asked: Values, seed: int) -> Values:
    """The training strains' mean: what a model must beat in squared error."""
    return np.full(len(asked), labels.mean())


def changed(profiles: Values, labels: Values, asked: Values, seed: int) -> Values:
    """A line through the number of changed transcripts: sick strains change more of them."""
    counts = [(np.abs(part) > CHANGED).sum(axis=1, keepdims=True).astype(np.float64) for part in (profiles, asked)]
    found: Values = LinearRegression().fit(counts[0], labels).predict(counts[1])
    return found


def ridge(profiles: Values, labels: Values, asked: Values, seed: int) -> Values:
    """Ridge regression on standardised transcripts; the penalty by leave-one-out among the training strains."""
    found: Values = make_pipeline(StandardScaler(), RidgeCV(_PENALTIES)).fit(profiles, labels).predict(asked)
    return found


def elastic_net(profiles: Values, labels: Values, asked: Values, seed: int) -> Values:
    """Elastic net on standardised transcripts; the penalty by cross-validation among the training strains."""
    folds = KFold(min(_INNER_FOLDS, len(labels)), shuffle=True, random_state=seed)
    # The smallest penalties take most of the time and are never chosen where transcripts are many and strains few.
    net = ElasticNetCV(l1_ratio=0.5, alphas=12, eps=0.05, cv=folds, max_iter=2000, tol=1e-3)
    found: Values = make_pipeline(StandardScaler(), net).fit(profiles, labels).predict(asked)
    return found


REGRESSIONS: dict[str, FitPredict] = {
    "mean": mean,
    "changed_transcripts": changed,
    "ridge": ridge,
    "elastic_net": elastic_net,
}
