"""Networks and a booster that learn from one table of pair features, as one learner."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knockon.artifact import UNSTAMPED, check, stamp
from knockon.atomic import write_json
from knockon.errors import FormatError
from knockon.models.pairs.table import PairLearner, PairTable
from knockon.models.selection import rank_key

_FILE = "share.json"
_KIND, _VERSION = "model.blend", 1
_SHARES = np.linspace(0, 1, 21)


class Blend:
    """share · mean of the networks + (1 − share) · booster; the share is the best on held rows, 0.5 without them.

    All predict expectations; so does their mean.
    """

    def __init__(self, networks: list[PairLearner], booster: PairLearner | None) -> None:
        self.networks, self.booster = networks, booster
        self.share = 1.0 if booster is None else 0.5

    @property
    def history(self) -> list[dict[str, Any]]:
        """The metric log of the first network."""
        return self.networks[0].history

    def fit(self, train: PairTable, held: PairTable | None, seed: int) -> None:
        """All learn from the table."""
        for learner in self._learners().values():
            learner.fit(train, held, seed)
        if held is not None and self.booster is not None:
            networks, booster = self._parts(held.values)
            keys = [rank_key(held.examples.values, share * networks + (1 - share) * booster) for share in _SHARES]
            self.share = float(_SHARES[keys.index(max(keys))])

    def refit(self, train: PairTable, seed: int) -> None:
        """All learn from the table, for as long as `fit` found best; the share stays."""
        for learner in self._learners().values():
            learner.refit(train, seed)

    def predict(self, values: NDArray[np.float32]) -> NDArray[np.float64]:
        """The label in its unit, shape (pairs,)."""
        networks, booster = self._parts(values)
        mixed: NDArray[np.float64] = self.share * networks + (1 - self.share) * booster
        return mixed

    def _parts(self, values: NDArray[np.float32]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        mean = np.mean([network.predict(values) for network in self.networks], axis=0)
        return mean, np.zeros(len(values)) if self.booster is None else self.booster.predict(values)

    def parts(self) -> dict[str, PairLearner]:
        """The networks' mean and the booster, where there are both."""
        return {} if self.booster is None else {"boosted": self.booster, "pair_network": Blend(self.networks, None)}

    def save(self, folder: Path) -> None:
        """Write all, each in a folder of its own, and the share."""
        write_json(folder / _FILE, stamp(_KIND, _VERSION) | {"share": self.share})
        for name, learner in self._learners().items():
            (folder / name).mkdir()
            learner.save(folder / name)

    def load(self, folder: Path) -> None:
        """Read them. Raises FormatError where one is absent or damaged."""
        try:
            description = json.loads((folder / _FILE).read_text())
            check(description, _KIND, (UNSTAMPED, _VERSION), folder / _FILE)
            self.share = float(description["share"])
        except (OSError, ValueError, KeyError) as error:
            raise FormatError(f"{folder}: no readable blend ({error}); train it again") from error
        for name, learner in self._learners().items():
            learner.load(folder / name)

    def _learners(self) -> dict[str, PairLearner]:
        networks = {f"network-{place}": network for place, network in enumerate(self.networks)}
        return networks if self.booster is None else {**networks, "booster": self.booster}
