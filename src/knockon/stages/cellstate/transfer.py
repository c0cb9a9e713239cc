"""cellstate_transfer: what a compendium is worth to a cohort of few samples, beside models of the cohort alone."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from knockon.arrays import Integers, Rows
from knockon.atomic import atomic_directory, write_json, write_parquet
from knockon.dataset.cellstate.scaling import Scaling
from knockon.dataset.cellstate.splits import folds_by_group
from knockon.evaluation.bootstrap import Resampling
from knockon.evaluation.evaluate import significant
from knockon.evaluation.reconstruction import centred_interval, centred_r2, paired_difference, sample_sums
from knockon.evaluation.units import Units
from knockon.models.cells.protocol import CellModel, Transcriptomes, hidden_genes, hide
from knockon.progress import track
from knockon.stages.cellstate import paths
from knockon.stages.cellstate.transfer_cohorts import Case, read_cases
from knockon.stages.figures import templates, write_figure
from knockon.stages.stage import Params, run_stage
from knockon.training.fit_folders import FitFolders, kept_fits, name_of

READS = (paths.STORE, paths.COHORTS, paths.COMPENDIA, *templates("cellstate_models"))
PARAMS = ("cellstate.transfer",)

_HELD = 5
"""One sample in so many validates."""

_SCHEMA = pa.schema(
    [(name, pa.string()) for name in ("panel", "group", "series")]
    + [(name, pa.float64()) for name in ("r2", "r2_low", "r2_high")]
)


def draw(case: Case, tested: float, seed: int) -> tuple[Rows, Rows]:
    """Rows of a cohort in the order in which they are learnt from, and those that are tested; replicates together."""
    names, place = np.unique(np.asarray(case.groups), return_inverse=True)
    order = np.random.default_rng([seed, 30]).permutation(len(names))
    rows = np.concatenate([np.flatnonzero(place == group) for group in order])
    sizes = np.cumsum(np.bincount(place)[order])
    number = int(sizes[np.searchsorted(sizes, tested * len(rows))])
    return rows[number:], np.sort(rows[:number])


class Transfer:
    """One case: what the compendium teaches is learnt once, and used in every draw and at every size."""

    def __init__(self, case: Case, section: Mapping[str, Any]) -> None:
        self.case, self.section = case, section
        self.seed: int = section["seed"]
        fold = folds_by_group(case.sources, _HELD, self.seed)
        rows = (np.flatnonzero(fold > 0), np.flatnonzero(fold == 0))
        self.compendium = Transcriptomes(case.compendium, case.sources, *rows)

    def learn(self) -> None:
        """Fit the compendium: its components and each network."""
        from knockon.models.cells.autoencoder import AutoencoderModel
        from knockon.models.cells.pca import Components

        self.components = Components.of(self.compendium, self.section["width"], self.seed)
        self.networks: dict[str, AutoencoderModel] = {}
        for name in self.section["networks"]:
            self.networks[name] = self._network(name, self.section["pretraining"])
            self.networks[name].fit(self.compendium, self.seed)

    def _network(self, name: str, training: Mapping[str, Any]) -> Any:
        from knockon.models.cells.registry import build

        return build("autoencoder", self.section["networks"][name], training)

    def models(self) -> dict[str, CellModel]:
        """Unfitted models of a cohort, by name."""
        from knockon.models.cells.registry import build
        from knockon.models.cells.transfer import BorrowedPca, FineTuned, pooled_pca

        section, width = self.section, self.section["width"]
        found: dict[str, CellModel] = {
            "mean": build("mean", {}),
            "pca": build("pca", {"width": width}),
            "pca_compendium": BorrowedPca(self.components),
            "pca_both": pooled_pca(np.nan_to_num(self.case.compendium), width),
        }
        for name, network in self.networks.items():
            found[f"{name}_scratch"] = self._network(name, section["training"])
            found[f"{name}_tuned"] = FineTuned(network, section["frozen"], section["fine_tuning"])
        return found

    def score(self, number: int, size: int) -> pa.Table | None:
        """Sums of every tested sample by every model; None where the cohort has not so many samples."""
        order, test = draw(self.case, self.section["tested"], self.seed + number)
        if len(order) < size:
            return None
        held = max(size // _HELD, 2)
        train, validation = (np.sort(rows) for rows in (order[: size - held], order[size - held : size]))
        data = Transcriptomes(self.case.values, self.case.samples, train, validation)
        tested, mean = self.case.values[test], Scaling.fit(data.values, train).mean
        hidden = hidden_genes(len(mean), self.section["hidden"], self.seed)
        tables = []
        for name, model in self.models().items():
            model.fit(data, self.seed + number)
            whole = sample_sums(tested, model.reconstruct(tested), mean)
            told = sample_sums(tested, model.reconstruct(hide(tested, hidden)), mean, hidden)
            tables.append(pa.table({**self._keys(name, number, size, test),
                "residual": whole.residual, "about_mean": whole.about_mean,
                "hidden_residual": told.residual, "hidden_about_mean": told.about_mean}))  # fmt: skip
        return pa.concat_tables(tables)

    def _keys(self, model: str, number: int, size: int, test: Integers) -> dict[str, Any]:
        case, rows = self.case, range(len(test))
        return {"cohort": [case.cohort for _ in rows], "size": [size for _ in rows], "draw": [number for _ in rows],
                "model": [model for _ in rows], "sample": [case.samples[row] for row in test],
                "study": [case.studies[row] for row in test]}  # fmt: skip


def run_case(case: Case, section: Mapping[str, Any], fits: FitFolders) -> list[Path]:
    """Folders with the sums of each draw and size; those that are done are found again."""
    transfer = Transfer(case, section)
    done, learnt = [], False
    digest = transfer.compendium.digest()
    for number in track(list(range(section["draws"])), f"{case.cohort}, draws"):
        for size in section["sizes"]:
            place = fits.folder(name_of({"section": section, "data": digest, "draw": number, "size": size}))
            if not place.exists():
                if not learnt:
                    transfer.learn()
                    learnt = True
                table = transfer.score(number, size)
                with atomic_directory(place) as folder:
                    if table is not None:
                        write_parquet(folder / "sums.parquet", table)
            done.append(place / "sums.parquet")
    return [path for path in done if path.exists()]


def scores_of(table: pa.Table, resampling: Resampling) -> dict[str, Any]:
    """By model of one cohort and size: centred R², hidden genes, and what it gains over others; studies are drawn.

    A network that was tuned is set beside its own start from scratch; every model beside the cohort's PCA and beside
    that of both. A study's samples are drawn together, in all draws in which they are tested.
    """
    names = list(dict.fromkeys(table["model"].to_pylist()))
    rows = {name: table.filter(pc.equal(table["model"], name)) for name in names}
    units = Units.groups("study", np.asarray(rows[names[0]]["study"].to_pylist(), dtype=str))
    about = {key: rows[names[0]][f"{key}about_mean"].to_numpy() for key in ("", "hidden_")}
    residual = {name: {key: rows[name][f"{key}residual"].to_numpy() for key in about} for name in names}
    found: dict[str, Any] = {}
    for name in names:
        scores: dict[str, Any] = {}
        for key, title in (("", "centred"), ("hidden_", "hidden")):
            low, high = centred_interval(residual[name][key], about[key], units, resampling)
            scores |= {title: centred_r2(residual[name][key], about[key]), f"{title}_low": low, f"{title}_high": high}
        by_draw = [_centred(rows[name], number) for number in sorted(set(table["draw"].to_pylist()))]
        scores["over_draws"] = float(np.std(by_draw))
        others = ["pca", "pca_both", name.replace("_tuned", "_scratch")]
        for other in dict.fromkeys(others):
            if other != name:
                pair = (residual[name][""], residual[other][""])
                scores[f"over_{other}"] = paired_difference(*pair, about[""], units, resampling)
        found[name] = scores
    return found


def _centred(table: pa.Table, number: int) -> float:
    rows = table.filter(pc.equal(table["draw"], number))
    return centred_r2(rows["residual"].to_numpy(), rows["about_mean"].to_numpy())


def curve_rows(found: Mapping[str, Any]) -> pa.Table:
    """Rows of the plot: centred R² by number of the cohort's samples, a line a model."""
    rows = [
        {"panel": f"{cohort}: {title}", "group": f"{size} samples", "series": model.replace("_", " "),
         "r2": each[key], "r2_low": each[f"{key}_low"], "r2_high": each[f"{key}_high"]}
        for cohort, sizes in found.items() for key, title in (("centred", "whole samples"), ("hidden", "hidden genes"))
        for size, models in sizes.items() for model, each in models.items() if model != "mean"
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=_SCHEMA)


def main(params: Params) -> None:
    """Write data/predictions/cellstate_transfer.parquet, metrics/cellstate/transfer.json and a plot."""
    import torch

    section = params["cellstate.transfer"]
    torch.set_num_threads(section["threads"])
    cases = read_cases(section["cohorts"], section["parts"], section["level"], section["seed"])
    with kept_fits(paths.fits_of("transfer")) as fits:
        files = [path for case in cases for path in run_case(case, section, fits)]
        table = pa.concat_tables([pq.read_table(path) for path in files])
        write_parquet(paths.TRANSFER, table)
    resampling = Resampling(section["resamples"], seed=section["seed"])
    found: dict[str, Any] = {}
    for cohort in dict.fromkeys(table["cohort"].to_pylist()):
        own = table.filter(pc.equal(table["cohort"], cohort))
        sizes = sorted(set(own["size"].to_pylist()))
        found[cohort] = {str(size): scores_of(own.filter(pc.equal(own["size"], size)), resampling) for size in sizes}
    write_json(paths.METRICS / "transfer.json", significant(found))
    write_figure("cellstate_models", curve_rows(found), name="transfer", folder=paths.PLOTS)


if __name__ == "__main__":
    run_stage(main, PARAMS)
