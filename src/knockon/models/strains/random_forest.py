"""Random forest on strain vectors."""

from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.ensemble import RandomForestRegressor

from knockon.dataset.genotypes import Genotypes
from knockon.errors import FormatError
from knockon.models.context import Context, Inputs
from knockon.models.estimators import load_estimator, save_estimator
from knockon.models.protocol import Examples, Model, PlainModel
from knockon.models.strains.features import BLOCK, comparable_factors

_TRUSTED = ("sklearn.tree._tree.Tree",)


class RandomForest(PlainModel):
    """Breiman 2001, Machine Learning 45:5.

    trees: their number. depth: largest depth, None for no limit. split: fewest strains of a node that is split.
    features: columns tried at a split, as scikit-learn's max_features. rows_per_tree: strains drawn for each tree at
    most; without a limit, 500 full-depth trees of 300,000 strains would take 10 GB. jobs: parallel fits (-1: all
    cores), without influence on the result.
    """

    name = "random_forest"
    reads_vectors = True

    def __init__(
        self,
        inputs: Inputs,
        trees: int = 100,
        depth: int | None = None,
        split: int = 2,
        features: float | str = "sqrt",
        rows_per_tree: int = 50_000,
        jobs: int = -1,
    ) -> None:
        self._inputs = inputs
        self._trees, self._depth, self._split = trees, depth, split
        self._features, self._rows_per_tree, self._jobs = features, rows_per_tree, jobs
        self._forest = RandomForestRegressor()

    def fit(self, train: Examples, validation: Examples, seed: int) -> None:
        """Fit on the training rows; the validation rows are not looked at."""
        self._forest = RandomForestRegressor(
            n_estimators=self._trees,
            max_depth=self._depth,
            min_samples_split=self._split,
            max_features=self._features,
            max_samples=self._rows_per_tree if len(train) > self._rows_per_tree else None,
            n_jobs=self._jobs,
            random_state=seed,
        )
        vectors = comparable_factors(train.genotypes, self._inputs).product()
        # Trees read columns; a sparse matrix by rows would be converted for each of them.
        columns = sp.csc_matrix(vectors) if sp.issparse(vectors) else np.asfortranarray(vectors)
        self._forest.fit(columns, train.values, sample_weight=train.weights / train.weights.mean())
        # Threads add the trees' answers in any order, which would change the last digits from run to run.
        self._forest.n_jobs = 1

    def predict(self, genotypes: Genotypes) -> NDArray[np.float64]:
        """The label in its unit, shape (strains,)."""
        predicted = np.empty(len(genotypes))
        for rows, block in comparable_factors(genotypes, self._inputs).blocks(BLOCK):
            predicted[rows] = self._forest.predict(block)
        return predicted

    def save(self, folder: Path) -> None:
        """Write the trees."""
        save_estimator(folder / "random_forest.skops", self._forest)

    def load(self, folder: Path) -> None:
        """Read the trees. Raises FormatError where one points outside itself: it would read foreign memory."""
        path = folder / "random_forest.skops"
        self._forest = load_estimator(path, _TRUSTED)
        if not all(_within(estimator.tree_, self._forest.n_features_in_) for estimator in self._forest.estimators_):
            raise FormatError(f"{path}: a tree points outside itself, the file is damaged; train it again")


def random_forest(
    inputs: Inputs,
    context: Context,
    *,
    trees: int = 100,
    depth: int | None = None,
    split: int = 2,
    features: float | str = "sqrt",
    rows_per_tree: int = 50_000,
    jobs: int = -1,
) -> Model:
    """Random forest on strain vectors; see `RandomForest`."""
    return RandomForest(inputs, trees, depth, split, features, rows_per_tree, jobs)


def _within(tree: Any, features: int) -> bool:
    """Whether every inner node leads to later nodes of the same tree and asks for a column that exists."""
    left, right, column = tree.children_left, tree.children_right, tree.feature
    inner = (left != -1) | (right != -1)
    here = np.flatnonzero(inner)
    children = np.stack([left[inner], right[inner]])
    ahead = (children > here).all() and (children < tree.node_count).all()
    return bool(ahead and (column[inner] >= 0).all() and (column[inner] < features).all())
