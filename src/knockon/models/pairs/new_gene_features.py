"""Features of pairs with a gene that no known pair holds: the boosted model's, and those of one more vector."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from knockon.arrays import Matrix, Values
from knockon.models.pairs.features import Column, PairFeatures
from knockon.models.pairs.knowledge import PairKnowledge
from knockon.models.pairs.screen_features import ScreenFeatures
from knockon.models.pairs.screen_knowledge import ScreenKnowledge
from knockon.models.pairs.similarity import Similarities


class NewGeneFeatures(PairFeatures):
    """The columns of `PairFeatures` that have a value where a gene is new; the costly others would all be NaN.

    Leading directions of side information are left out: half of all columns, they tell trees of new genes nothing.

    singles: measured single-mutant fitness by gene. That of a gene without a known pair is hidden: who never screened
    a gene has not grown it either, and trees that see it of genes put aside would rely on what the test lacks.
    """

    def __init__(
        self, knowledge: PairKnowledge, similarities: Similarities, singles: Values, screen: ScreenKnowledge | None
    ) -> None:
        super().__init__(knowledge, similarities, np.where(knowledge.place >= 0, singles, np.nan))
        self._screen = _Screen(screen, similarities, len(singles)) if screen else None

    def _of_completion(self, lookup: Any) -> Iterator[Column]:
        yield from ()

    def _of_process(self, lookup: Any) -> Iterator[Column]:
        yield from ()

    def _of_profiles(self, lookup: Any) -> Iterator[Column]:
        yield from ()

    def _of_directions(self, pairs: NDArray[np.integer[Any]]) -> Iterator[Column]:
        yield from ()


class _Screen(ScreenFeatures):
    """The same of the screen's two sides."""

    def columns(self, pairs: NDArray[np.integer[Any]]) -> Iterator[Column]:
        yield from self._of_effects(pairs)
        if self._similarities.kinds:
            yield from self._of_kernel(pairs)


class VectorFeatures(NewGeneFeatures):
    """What genes show that are alike by one kind of vector: the columns of that kind, each with its name before it."""

    def __init__(self, knowledge: PairKnowledge, vector: "OneKind", singles: Values) -> None:
        super().__init__(knowledge, vector, singles, None)
        self._name = vector.kinds[0]

    def table(self, pairs: NDArray[np.integer[Any]]) -> tuple[tuple[str, ...], Matrix]:
        """Names and values, shape (pairs, features), for pairs of gene numbers of shape (pairs, 2)."""
        names, values = super().table(pairs)
        return tuple(f"{self._name}_{name}" for name in names), values

    def _of_genes(self, pairs: NDArray[np.integer[Any]]) -> Iterator[Column]:
        yield from ()


class OneKind(Similarities):
    """Likeness of one kind, which is all that is combined."""

    def __init__(self, name: str, vectors: sp.csr_matrix) -> None:
        super().__init__({name: vectors}, vectors.shape[0])

    @property
    def kinds(self) -> tuple[str, ...]:
        """The one kind, without its combination."""
        return super().kinds[:1]
