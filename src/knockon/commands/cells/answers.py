"""What `knockon cells` does, once its options are in order: tables, plots, and lines for a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from knockon.arrays import Integers, Matrix, Values
from knockon.commands.cells.plots import draw, draw_map, spaced_labels
from knockon.commands.predict.aside import write_csv
from knockon.commands.printing import plain_table, print_plain
from knockon.errors import FormatError, KnockonError
from knockon.evaluation.table import number, with_interval
from knockon.models.cells.regulon_model import RegulonModel
from knockon.models.cells.response import Predicted
from knockon.progress import console
from knockon.serving.cells import CellsSettings, FittedCells, Score, check_groups, fit_cells, refuse_foreign
from knockon.serving.cells_files import (
    HowToRead,
    gene_table,
    levels,
    places_of,
    read_expression,
    refuse_other_levels,
    refuse_twice_logged,
)
from knockon.serving.cells_measured import read_knockouts
from knockon.serving.cells_tables import network_sentence, read_groups, read_network, read_symbols
from knockon.sources.cellstate.expression import Expression, require_samples

SHOWN = 10
_AMONG = 40
_PLOTTED = 3000


@dataclass(frozen=True)
class Beside:
    """What comes beside the samples of a fit: a column or table of groups, edges, ids with symbols, knock-outs."""

    groups: str | None = None
    network: Path | None = None
    genes: Path | None = None
    knockouts: Path | None = None


def fit(samples: Path, out: Path, beside: Beside, how: HowToRead, steps: int, width: int, seed: int) -> None:
    """See `knockon cells fit`."""
    refuse_foreign(out)
    found = read_expression(samples, how)
    require_samples(found, str(samples))
    refuse_twice_logged(found, str(samples))
    table = gene_table(found)
    symbols = None if beside.genes is None else read_symbols(beside.genes, table)
    table = gene_table(found, symbols)
    named = read_groups(beside.groups, found)
    check_groups(named)
    edges = None if beside.network is None else read_network(beside.network, table)
    measured = None if beside.knockouts is None else read_knockouts(beside.knockouts, found.samples, named, table)
    values = levels(found, table, str(samples))
    _tell_file(samples, found)
    if edges is not None:
        print_plain(network_sentence(edges, table))
    if beside.groups is None:
        console.print("no --groups: samples are held out one by one, and replicates flatter every model")
    settings = CellsSettings(width=width, steps=steps, seed=seed)
    scale = found.scale.name
    scores = fit_cells(out, values, found.samples, table.ids, named, scale, settings, edges, measured, symbols)
    fitted = FittedCells(out)
    places = fitted.latent(np.asarray(fitted.store.values)).astype(np.float64)
    draw_map(out, found.samples, named, places)
    print_scores(scores)
    if (told := fitted.measured()) is not None:
        print_plain(told.sentence())
    print_plain(f"written to {out}: the model, its compendium, and a map of the samples (latent.csv, latent.svg)")


def _tell_file(path: Path, found: Expression) -> None:
    holes = f", {found.holes:,} holes" if found.holes else ""
    print_plain(
        f"{path}: {len(found.samples):,} samples × {len(found.genes):,} genes{holes}; scale {found.scale.name} "
        f"({found.scale.known})"
    )


def print_scores(scores: Sequence[Score]) -> None:
    """Centred R² on held-out groups of every model."""
    shown = plain_table("model", "centred R², held-out groups [95 %]", "over PCA [95 %]")
    for score in scores:
        gained = (
            "" if score.over_pca is None else with_interval(score.over_pca, score.over_pca_low, score.over_pca_high)
        )
        shown.add_row(score.model, with_interval(score.r2, score.low, score.high), gained)
    print_plain(shown)


def _asked(found: FittedCells, path: Path, how: HowToRead) -> tuple[Expression, Matrix]:
    """A file over the model's genes; says on which scale it was read."""
    expression = read_expression(path, how, found.genes)
    values = levels(expression, found.genes, str(path))
    note = refuse_other_levels(values, found.mean, how.scale is not None, str(path))
    _tell_file(path, expression)
    if note:
        print_plain(note)
    return expression, values


def _edges(found: FittedCells, network: Path | None) -> pa.Table | None:
    """A network of this call, over the model's genes; says how much of it they are."""
    if network is None:
        return None
    edges = read_network(network, found.genes)
    print_plain(network_sentence(edges, found.genes))
    return edges


def refuse_file(out: Path) -> None:
    """Raise KnockonError where a file stands in the place of the folder of answers."""
    if out.exists() and not out.is_dir():
        raise KnockonError(f"{out}: is a file; --out is a folder for tables and plots")


def reconstruct(found: FittedCells, samples: Path, out: Path, how: HowToRead) -> None:
    """See `knockon cells reconstruct`."""
    refuse_file(out)
    from knockon.evaluation.reconstruction import centred_r2, sample_sums

    expression, values = _asked(found, samples, how)
    given = found.model().reconstruct(values)
    sums = sample_sums(values, given, found.mean)
    lacking = int(np.isnan(values).all(axis=0).sum())
    r2 = 1 - sums.residual / np.maximum(sums.about_mean, 1e-12)
    rows = zip(found.genes.ids, *(_texts(row) for row in given.astype(np.float64)), strict=True)
    write_csv(out / "reconstructed.csv", ["gene", *expression.samples], rows)
    scored = [(name, f"{score:.4f}") for name, score in zip(expression.samples, r2.tolist(), strict=True)]
    write_csv(out / "samples.csv", ["sample", "centred_r2"], scored)
    count = f"{len(values):,} sample{'' if len(values) == 1 else 's'}"
    print_plain(
        f"{count}: centred R² {number(centred_r2(sums.residual, sums.about_mean))} over "
        f"{values.shape[1] - lacking:,} genes; {lacking:,} genes that the file lacks are told from the others"
    )
    print_plain(f"written to {out}: reconstructed.csv (log2(level + 1)) and samples.csv")


def _texts(values: Values) -> list[str]:
    return [f"{value:.4f}" for value in values.tolist()]


def knockout(
    found: FittedCells, genes: list[str], samples: Path, out: Path, network: Path | None, how: HowToRead
) -> None:
    """See `knockon cells knockout`."""
    refuse_file(out)
    from knockon.serving.cells_knockout import knock_out

    places = places_of(genes, found.genes)
    _, values = _asked(found, samples, how)
    known = network is not None or (found.folder / "regulons.parquet").exists()
    edges = _edges(found, network)
    measured = found.measured(edges)
    regulators = found.regulons(edges) if known else None
    filled = found.filled(values)
    told = knock_out(places, values, filled, found.model(), regulators)
    response = None if measured is None else measured.tell(places, filled.mean(axis=0))
    change = told.change if response is None else response.change
    far = in_spreads(change, found.samples().std(axis=0))
    order = [place for place in np.argsort(-far, kind="stable").tolist() if place not in places]
    regulon = told.regulon if told.regulon is not None else np.full(len(change), np.nan)
    ids, names = found.genes.ids, found.names()
    write_csv(
        out / "knockout.csv",
        ["gene", "symbol", "change", "low", "high", "by_regulon", "by_model", "over_samples", "in_spreads",
         "knocked_out"],
        [
            (ids[place], found.genes.symbols.get(ids[place], ""), f"{change[place]:.4f}", *_interval(response, place),
             "" if np.isnan(regulon[place]) else f"{regulon[place]:.4f}", f"{told.model[place]:.4f}",
             f"{told.scatter[place]:.4f}", f"{far[place]:.3f}", int(place in places))
            for place in [*places, *order]
        ],
    )  # fmt: skip
    drawn = order[:_PLOTTED]
    plotted: dict[str, Any] = {
        "gene": [names[place] for place in drawn], "change": change[drawn], "far": far[drawn],
    }  # fmt: skip
    label = spaced_labels(plotted["gene"], plotted["change"], plotted["far"], range(min(SHOWN, len(drawn))))
    draw("cells_volcano.json", pa.table({**plotted, "label": label}), out, "volcano")
    way = (
        "measured knock-outs of others"
        if measured
        else "its regulon"
        if told.regulon is not None
        else "the model alone: in no network given is it a regulator"
    )
    print_plain(f"knock-out of {' and '.join(names[place] for place in places)}, told by {way}; first genes:")
    print_plain(", ".join(f"{names[place]} {change[place]:+.2f}" for place in order[:SHOWN]))
    if measured is not None:
        print_plain(measured.sentence())
    elif told.regulon is None:
        print_plain("an input that is set to zero tells less than what usually changes: docs/cellstate.md has figures")
    print_plain(f"written to {out}: knockout.csv (log2 changes), volcano.csv and volcano.svg")


def in_spreads(change: Values, spread: Values) -> Values:
    """|change| over a gene's spread and the median gene's: a gene that is hardly expressed has hardly any of its own.

    change, spread: log2, float64 (genes,), of a knock-out and over the compendium's samples.
    """
    return np.abs(change) / (spread + max(float(np.median(spread)), 1e-3))


def _interval(response: Predicted | None, place: int) -> tuple[str, str]:
    """Of a gene's change; empty where no knock-out was measured that could calibrate one."""
    return ("", "") if response is None else (f"{response.low[place]:.4f}", f"{response.high[place]:.4f}")


def regulators(
    found: FittedCells,
    samples: Path,
    against: Path,
    out: Path,
    network: Path | None,
    how: HowToRead,
    pairs: bool,
    per_sample: bool,
    seed: int,
) -> None:
    """See `knockon cells regulators`."""
    refuse_file(out)
    from knockon.models.cells.regulator_moves import cohort_of, ranks

    (mine, values), (others, normal) = (_asked(found, path, how) for path in (samples, against))
    require_samples(others, str(against))
    if both := sorted(set(mine.samples) & set(others.samples)):
        raise FormatError(f"{against}: {len(both)} samples stand in {samples}, too, {both[0]} first")
    model = found.regulons(_edges(found, network))
    cohort, moves = cohort_of(model, found.filled(values), found.filled(normal), seed=seed)
    ids = model.regulons.regulators
    names = [found.genes.symbols.get(name, name) for name in ids]
    order = np.argsort(-cohort.score, kind="stable").tolist()
    write_csv(
        out / "regulators.csv",
        ["rank", "regulator", "symbol", "score", "move", "chance_of_labels", "chance_of_regulons", "fdr", "trust"],
        [
            (rank, ids[row], found.genes.symbols.get(ids[row], ""), f"{cohort.score[row]:.4f}",
             f"{cohort.move[row]:.4f}", f"{cohort.labels[row]:.4g}",
             f"{cohort.regulons[row]:.4g}", f"{cohort.fdr[row]:.4g}", f"{model.trust[row]:.3f}")
            for rank, row in enumerate(order, 1)
        ],
    )  # fmt: skip
    place, score = np.arange(1, len(order) + 1, dtype=np.float64), cohort.score[order]
    ends = [end for row in range(SHOWN) for end in (row, len(order) - 1 - row) if row < len(order)]
    label = spaced_labels([names[row] for row in order], place, score, ends)
    draw("cells_ranks.json", pa.table({"rank": place, "score": score, "label": label}), out, "ranks")
    if per_sample:
        placed = ranks(moves.scores)
        rows = [
            (mine.samples[row], int(placed[row, column]), ids[column], f"{moves.scores[row, column]:.4f}",
             f"{moves.moves[row, column]:.4f}")
            for row in range(len(placed)) for column in np.argsort(placed[row]).tolist()
        ]  # fmt: skip
        write_csv(out / "samples.csv", ["sample", "rank", "regulator", "score", "move"], rows)
    print_plain(f"{len(names)} regulators ({len(model.regulons.small)} have too few targets); a knock-out moves back:")
    print_plain(_scored(names, cohort.score, [row for row in order[:SHOWN] if cohort.score[row] > 0]))
    print_plain("a loss has moved away:")
    print_plain(_scored(names, cohort.score, [row for row in order[: -SHOWN - 1 : -1] if cohort.score[row] < 0]))
    below = int((cohort.fdr <= 0.1).sum())
    print_plain(f"{below} have a false discovery rate of 10 % or less (permuted labels and random regulons)")
    if pairs:
        change = found.filled(values) - found.filled(normal).mean(axis=0)
        _pairs(found, model, np.sort(np.array(order[:_AMONG])), change, out, seed)
    print_plain(f"written to {out}: regulators.csv, ranks.csv and ranks.svg")


def _scored(names: Sequence[str], scores: Values, rows: Sequence[int]) -> str:
    return ", ".join(f"{names[row]} {scores[row]:+.2f}" for row in rows) or "none"


def _pairs(found: FittedCells, model: RegulonModel, among: Integers, change: Values, out: Path, seed: int) -> None:
    """Test the pairs of some regulators over the compendium; what a joint knock-out adds to both single ones."""
    from knockon.models.cells.regulator_pairs import find_pairs, joint_excess

    tested = find_pairs(model, found.samples(), found.groups(), among, seed=seed)
    excess = joint_excess(model, tested, change).mean(axis=0)
    names = [found.genes.symbols.get(name, name) for name in model.regulons.regulators]
    rows = [
        (names[tested.pairs[row, 0]], names[tested.pairs[row, 1]], f"{tested.strength[row]:.3f}",
         f"{tested.chance[row]:.4g}", f"{tested.fdr[row]:.4g}", int(tested.claimed[row]), f"{excess[row]:.5f}")
        for row in tested.order().tolist()
    ]  # fmt: skip
    header = ["first", "second", "strength", "chance", "fdr", "claimed", "excess_move"]
    write_csv(out / "pairs.csv", header, rows)
    claimed = [f"{row[0]} + {row[1]}" for row in rows if row[5]]
    print_plain(f"{len(claimed)} of {len(rows)} pairs cooperate: {', '.join(claimed[:SHOWN]) or 'none'}")
