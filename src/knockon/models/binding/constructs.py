"""Constructs: what a source calls its proteins where several share a sequence, as mutants of Davis do."""

from collections import Counter
from dataclasses import dataclass, replace

import numpy as np

from knockon.arrays import Integers, Rows
from knockon.hashing import digest
from knockon.models.binding.protocol import Pairs


@dataclass(frozen=True)
class NamedPairs(Pairs):
    """Pairs whose source names the construct. names: each once; name: int64 (pairs,), their places."""

    names: tuple[str, ...]
    name: Integers

    def take(self, rows: Rows) -> "NamedPairs":
        """See `Pairs.take`."""
        columns = ("ligand", "protein", "values", "relation", "name")
        return replace(self, **{column: getattr(self, column)[rows] for column in columns})

    def digest(self) -> str:
        """See `Pairs.digest`."""
        return digest(self.name, names="\n".join((super().digest(), *self.names)))


@dataclass(frozen=True)
class Constructs:
    """Constructs that pairs name, each once.

    sequence: (constructs,), place of its sequence in `proteins`; name: (constructs,), empty where there is none;
    of_pair: int64 (pairs,), the construct of each pair.
    """

    proteins: tuple[str, ...]
    sequence: Integers
    name: tuple[str, ...]
    of_pair: Integers

    def same_as(self, known: "Constructs") -> Integers:
        """Place of each construct among the known ones, their number where it is none of them.

        An unknown name of a sequence that has one construct is taken for that one: a user gives sequences alone.
        """
        texts = [known.proteins[place] for place in known.sequence]
        exact = {key: number for number, key in enumerate(zip(texts, known.name, strict=True))}
        often = Counter(texts)
        single = {text: number for number, text in enumerate(texts) if often[text] == 1}
        asked = zip((self.proteins[place] for place in self.sequence), self.name, strict=True)
        places = [exact.get(key, single.get(key[0], len(texts))) for key in asked]
        return np.array(places, dtype=np.int64)


def constructs_of(pairs: Pairs) -> Constructs:
    """The constructs of pairs; of pairs without names their sequences."""
    names = pairs.names if isinstance(pairs, NamedPairs) else ("",)
    name = pairs.name if isinstance(pairs, NamedPairs) else np.zeros(len(pairs), dtype=np.int64)
    present, of_pair = np.unique(pairs.protein * len(names) + name, return_inverse=True)
    called = tuple(names[place] for place in present % len(names))
    return Constructs(pairs.proteins, present // len(names), called, of_pair.astype(np.int64))
