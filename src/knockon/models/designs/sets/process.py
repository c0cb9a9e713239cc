"""A Gaussian process over sets of knock-outs: additive and pair effects, learnt with what each strain's build adds.

Values stay in their unit, so that a prediction is a sum over genes and pairs (`SetModel.effects`), which is what ranks
millions of sets. Intervals are widened by how far strains of a later cycle lay off when told from those before, see
`forward`. A cycle's shift is a nuisance: a new cycle's is unknown, and widens the intervals.
"""

from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from scipy.linalg import cho_solve

from knockon.arrays import Integers, Values
from knockon.dataset.genotypes import Genotypes
from knockon.errors import KnockonError
from knockon.models.designs.candidates import SetEffects
from knockon.models.designs.protocol import GeneFeatures, Measured, Told
from knockon.models.designs.sets.evidence import Evidence, Problem, most_probable, solvable, tail_weights
from knockon.models.designs.sets.kernel import PARTS, Rows, SetKernel, alikeness
from knockon.models.storage import Arrays, load_arrays, save_arrays

KIND = "design_sets"
FILE = "sets.safetensors"

_MOST = 8_000
"""Strains that a fit may hold: their covariance takes 512 MB."""
_LEARNT_FROM = 400
"""Strains that variances are learnt from at most; beyond them they change in the second digit."""

USUAL = {
    "constant": 0.3, "built": 0.2, "gene": 0.4, "alike": 0.2, "pair": 0.03, "alike_pair": 0.03, "cycle": 0.1,
    "noise": 0.1,
}  # fmt: skip
"""Variances before anything was measured, in units of the measured values' variance.

Where each gene was measured once, nothing tells its effect from the noise of its build: these say which it is.
"""


@dataclass(frozen=True)
class SetSettings:
    """alike: mean difference of two genes' features at which their likeness is 1/e. tail: degrees of freedom of what a
    build adds to its set (above 2; 4 lets every tenth strain be far off). pairs: the usual variance of a pair's effect,
    in units of the values' variance; what is measured moves it. parts: kernels left out have no variance.
    """

    alike: float = 3.0
    tail: float = 4.0
    pairs: float = USUAL["pair"]
    parts: tuple[str, ...] = PARTS

    def __post_init__(self) -> None:
        if not (self.alike > 0 and self.tail > 2 and self.pairs > 0):
            raise KnockonError("sets: alike and pairs must be above 0, and tail above 2, or no interval has a width")
        if unknown := sorted({*self.parts} - {*PARTS}):
            raise KnockonError(f"sets: there is no part {', '.join(unknown)}; the parts are {', '.join(PARTS)}")


class SetModel:
    """See the module. prior: what is known of the sets' values beforehand, e.g. fitness and ε told by other models."""

    def __init__(self, settings: SetSettings | None = None, prior: SetEffects | None = None) -> None:
        self.settings = settings or SetSettings()
        self.prior = prior
        self.inflation = 1.0
        self.evidence: Evidence

    def fit(self, measured: Measured, features: GeneFeatures | None, seed: int, cycles: Integers | None = None) -> None:
        """Learn. cycles: when each strain was built, int64 (strains,), larger is later; all at once where None.

        seed: not used, nothing is drawn. Raises KnockonError where there are fewer than 3 strains, or too many.
        """
        from knockon.models.designs.sets.forward import inflation

        self.learn(measured, features, cycles)
        self.inflation = inflation(self, measured, features, cycles)

    def learn(self, measured: Measured, features: GeneFeatures | None, cycles: Integers | None) -> None:
        """Variances and weights, with no widening of intervals."""
        if not 3 <= len(measured.values) <= _MOST:
            raise KnockonError(f"{len(measured.values)} strains: a model of sets is learnt from 3 to {_MOST:,}")
        numbers = np.zeros(len(measured.values), dtype=np.int64) if cycles is None else cycles
        self.features, self.measured = features, measured
        self.rows = Rows(measured.strains, numbers)
        self.kernel = SetKernel(features, self.settings.alike)
        self._scale_values()
        self.evidence = self._evidence()
        self._solve()

    def _scale_values(self) -> None:
        """What the kernels explain: what the prior does not, about its mean and in units of its deviation."""
        measured = self.measured
        residual = measured.values - self._known(measured.strains)
        self.centre, self.scale = float(residual.mean()), float(residual.std()) or 1.0
        errors = np.where(np.isfinite(measured.errors), measured.errors, 0.0)
        self._measuring = (errors / self.scale) ** 2
        self._values = (residual - self.centre) / self.scale

    def _evidence(self) -> Evidence:
        """Variances by the most probable ones; of many strains from a part of them that is spread evenly."""
        chosen = self._names()
        expected = {**USUAL, "pair": self.settings.pairs, "alike_pair": self.settings.pairs}
        usual = np.array([expected[name] for name in (*chosen, "noise")])
        count = len(self._values)
        part = np.unique(np.linspace(0, count - 1, min(count, _LEARNT_FROM)).astype(np.int64))
        found = most_probable(self._problem(part, chosen, usual), self.settings.tail)
        if len(part) == count or not np.isfinite(self.settings.tail):
            return replace(found, weights=np.ones(count)) if len(part) < count else found
        return replace(found, weights=self._all_weights(found, chosen))

    def _names(self) -> tuple[str, ...]:
        """The kernels that differ from nothing here: one cycle alone has no shift, absent features no likeness."""
        absent = set()
        if len(np.unique(self.rows.cycles)) < 2:
            absent |= {"cycle"}
        if self.features is None or not self.features.names:
            absent |= {"alike", "alike_pair"}
        if int(self.measured.strains.counts.max(initial=0)) < 2:
            absent |= {"pair", "alike_pair"}
        return tuple(name for name in PARTS if name in self.settings.parts and name not in absent)

    def _problem(self, part: Integers, chosen: tuple[str, ...], usual: Values) -> Problem:
        rows = self.rows.take(part)
        kernels = self.kernel.parts(rows, rows, chosen)
        stacked = np.stack([kernels[name] for name in chosen]) if chosen else np.zeros((0, len(part), len(part)))
        return Problem(stacked, self._values[part], self._measuring[part], usual)

    def _all_weights(self, found: Evidence, chosen: tuple[str, ...]) -> Values:
        """Weights of all strains under the variances of a part: one sum of kernels, so that many strains fit."""
        variances = dict(zip(chosen, map(float, found.variances), strict=True))
        total = self.kernel.total(self.rows, self.rows, variances)
        problem = Problem(total[None], self._values, self._measuring, np.ones(2))
        return tail_weights(problem, np.array([1.0, found.noise]), np.ones(len(self._values)), self.settings.tail)

    def _solve(self) -> None:
        """The posterior's factor, from variances and weights."""
        self.variances = dict(zip(self._names(), map(float, self.evidence.variances), strict=True))
        total = self.kernel.total(self.rows, self.rows, self.variances)
        self.factor = solvable(total + np.diag(self.evidence.noise / self.evidence.weights + self._measuring))
        self.solved = cho_solve(self.factor, self._values)

    def _known(self, strains: Genotypes) -> Values:
        return np.zeros(len(strains)) if self.prior is None else self.prior.of(strains)

    def _asked(self, strains: Genotypes) -> Rows:
        return Rows(strains, np.full(len(strains), -1, dtype=np.int64))

    def _mean(self, strains: Genotypes, across: Values) -> Values:
        return np.asarray(self._known(strains) + self.centre + self.scale * (across @ self.solved))

    def predict(self, strains: Genotypes) -> Told:
        """What a new measurement of each strain will show, built in a new cycle."""
        mean, _, deviation = self.told(strains)
        return Told(mean, deviation * self.inflation)

    def told(self, strains: Genotypes) -> tuple[Values, Values, Values]:
        """Mean, and the deviations of the true value and of a new measurement before they are widened; (strains,)."""
        asked = self._asked(strains)
        across = self.kernel.total(asked, self.rows, self.variances)
        own = self.kernel.diagonal(asked, self.variances)
        true = own - np.einsum("ij,ji->i", across, cho_solve(self.factor, across.T))
        true = np.maximum(true, 1e-12)
        new = true + self.variances.get("cycle", 0.0) + self.noise + float(self._measuring.mean())
        return self._mean(strains, across), np.sqrt(true) * self.scale, np.sqrt(new) * self.scale

    @property
    def noise(self) -> float:
        """Variance of what a build adds, in units of scale²: that of Student's t, where the tail is heavy."""
        tail = self.settings.tail
        return self.evidence.noise * (tail / (tail - 2) if np.isfinite(tail) else 1.0)

    def draw(self, strains: Genotypes, draws: int, seed: int) -> Values:
        """Joint draws of the strains' true values (as any cycle would have them, without what a build adds).

        Exact draws of the posterior, widened as the intervals are; float64 (draws, strains).
        """
        asked = self._asked(strains)
        across = self.kernel.total(asked, self.rows, self.variances)
        own = self.kernel.total(asked, asked, self.variances)
        covariance = own - across @ cho_solve(self.factor, across.T)
        # Equal strains have equal values: eigenvectors bear a singular covariance, a factor does not.
        values, vectors = np.linalg.eigh((covariance + covariance.T) / 2)
        normal = np.random.default_rng([seed, 1]).standard_normal((draws, len(strains)))
        spread = (normal * np.sqrt(np.maximum(values, 0))) @ vectors.T
        return np.asarray(self._mean(strains, across) + self.inflation * self.scale * spread)

    def effects(self, genes: tuple[str, ...]) -> SetEffects:
        """The mean of every set of one or more of `genes`, as a sum over genes and pairs. genes: sorted."""
        names = self.measured.strains.genes
        place = np.searchsorted(names, genes)
        if any(names[min(at, len(names) - 1)] != gene for at, gene in zip(place, genes, strict=True)):
            raise KnockonError("effects are asked of genes that the model has never heard of")
        singles, pairs = self._sums(place.astype(np.int64))
        built = float(self.solved[self.measured.strains.counts > 0].sum())
        shift = self.variances.get("constant", 0.0) * self.solved.sum() + self.variances.get("built", 0.0) * built
        base = self.centre + self.scale * float(shift)
        own = SetEffects(tuple(genes), base, self.scale * singles, self.scale * pairs)
        return own if self.prior is None else _added(own, self.prior)

    def _sums(self, asked: Integers) -> tuple[Values, Values]:
        """Effects of the asked genes and pairs, in units of scale, (genes,) and (genes, genes)."""
        matrix = self.measured.strains.matrix().astype(np.float64)
        used = np.union1d(asked, self.measured.strains.indices).astype(np.int64)
        own, at = matrix[:, used], np.searchsorted(used, asked)
        weights = self.solved
        direct = own.T @ weights
        together = (own.T @ own.multiply(weights[:, None])).toarray()
        singles = self.variances.get("gene", 0.0) * direct
        pairs = self.variances.get("pair", 0.0) * together
        alike = alikeness(self.features, used, self.settings.alike)
        if alike is not None:
            near = own @ alike
            singles = singles + self.variances.get("alike", 0.0) * (alike @ direct)
            both = near.T @ (near * weights[:, None]) - (alike * direct) @ alike
            pairs = pairs + self.variances.get("alike_pair", 0.0) * both
        pairs = pairs[np.ix_(at, at)]
        np.fill_diagonal(pairs, 0.0)
        return singles[at], (pairs + pairs.T) / 2

    def save(self, folder: Path) -> None:
        """Write the strains, the features and what was learnt; the factor is computed again."""
        strains = self.measured.strains
        arrays: Arrays = {
            "indptr": strains.indptr, "indices": strains.indices, "cycles": self.rows.cycles,
            "values": self.measured.values, "errors": self.measured.errors, "weights": self.evidence.weights,
            "variances": self.evidence.variances,
        }  # fmt: skip
        if self.features is not None:
            arrays["features"] = self.features.values
        if self.prior is not None:
            arrays |= {"prior_singles": self.prior.singles, "prior_pairs": self.prior.pairs}
        described = {
            "genes": list(strains.genes), "noise": self.evidence.noise, "logarithm": self.evidence.logarithm,
            "inflation": self.inflation, "settings": asdict(self.settings),
            "features": None if self.features is None else list(self.features.names),
            "prior": None if self.prior is None else {"genes": list(self.prior.genes), "base": self.prior.base},
        }  # fmt: skip
        save_arrays(folder / FILE, KIND, arrays, described)

    def load(self, folder: Path) -> None:
        """Read it. Raises KnockonError where it is absent, damaged or of another kind."""
        arrays, told = load_arrays(folder / FILE, KIND)
        genes = tuple(told["genes"])
        self.settings = SetSettings(**{**told["settings"], "parts": tuple(told["settings"]["parts"])})
        names, prior = told["features"], told["prior"]
        self.features = None if names is None else GeneFeatures(genes, tuple(names), arrays["features"])
        self.prior = prior and SetEffects(
            tuple(prior["genes"]), prior["base"], arrays["prior_singles"], arrays["prior_pairs"]
        )
        strains = Genotypes(genes, arrays["indptr"], arrays["indices"])
        self.measured = Measured(strains, arrays["values"], arrays["errors"])
        self.inflation = told["inflation"]
        self.evidence = Evidence(arrays["variances"], told["noise"], arrays["weights"], told["logarithm"])
        self.rows, self.kernel = Rows(strains, arrays["cycles"]), SetKernel(self.features, self.settings.alike)
        self._scale_values()
        self._solve()


def _added(own: SetEffects, prior: SetEffects) -> SetEffects:
    """The sum of what was learnt and what was known, over the genes of `own`; the prior has nothing of other genes."""
    place = {gene: row for row, gene in enumerate(prior.genes)}
    at = np.array([place.get(gene, -1) for gene in own.genes], dtype=np.int64)
    known = at >= 0
    singles, pairs = own.singles.copy(), own.pairs.copy()
    singles[known] += prior.singles[at[known]]
    pairs[np.ix_(known, known)] += prior.pairs[np.ix_(at[known], at[known])]
    np.fill_diagonal(pairs, 0.0)
    return SetEffects(own.genes, own.base + prior.base, singles, pairs)
