"""A person's own measured knock-outs: what they say of one that nobody made, with an interval that they calibrate."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from knockon.arrays import Values
from knockon.dataset.cellstate.store import ExpressionStore
from knockon.errors import FormatError, KnockonError
from knockon.models.cells.knockout_features import Describer, Responses
from knockon.models.cells.measured import knowledge, read_responses
from knockon.models.cells.response import LEVEL, Predicted, ResponseModel, ResponseSettings
from knockon.serving.cells_tables import read_table
from knockon.sources.cellstate.genes import GeneTable
from knockon.sources.cellstate.knockouts import matched_knockouts
from knockon.sources.cellstate.regulons import REGULON_SCHEMA
from knockon.sources.tables import trimmed

FEWEST_STUDIES = 3
_SETTINGS = ResponseSettings(rounds=40, rate=0.15)


def read_knockouts(path: Path, samples: Sequence[str], groups: Sequence[str], genes: GeneTable) -> pa.Table:
    """KNOCKOUT_SCHEMA from a table of sample and deleted: genes that it lacks, parted by blanks, none in a wild type.

    Further columns strain and condition say with which wild types a knock-out is compared; samples that the table
    does not name are neither. Raises FormatError for a missing column, an unknown sample or gene, and where knock-outs
    with a wild type are of fewer groups than intervals can be calibrated with.
    """
    table = read_table(path)
    if missing := [name for name in ("sample", "deleted") if name not in table.column_names]:
        raise FormatError(f"{path}: has no column {missing[0]}; knock-outs are told by sample and deleted")
    empty = [""] * table.num_rows
    named, deleted, strains, conditions = (
        trimmed(table, name).to_pylist() if name in table.column_names else empty
        for name in ("sample", "deleted", "strain", "condition")
    )
    group_of = dict(zip(samples, groups, strict=True))
    if unknown := [name for name in named if name not in group_of]:
        raise FormatError(f"{path}: {len(unknown)} samples are not in the file of expression, {unknown[0]} first")
    lacking = [_ids(path, text.split(), genes) for text in deleted]
    found, _ = matched_knockouts(named, [group_of[name] for name in named], lacking, strains, conditions)
    if (studies := len(set(found["study"].to_pylist()))) < FEWEST_STUDIES:
        raise FormatError(
            f"{path}: {found.num_rows} knock-outs with a wild type, of {studies} groups; intervals need at least "
            f"{FEWEST_STUDIES} groups: give --groups, and wild types under the same condition"
        )
    return found


def _ids(path: Path, names: Sequence[str], genes: GeneTable) -> list[str]:
    places = genes.resolve(names).place.tolist()
    if unknown := [name for name, place in zip(names, places, strict=True) if place < 0]:
        raise FormatError(f"{path}: {unknown[0]!r} is none of the {len(genes)} genes of the file of expression")
    return [genes.ids[place] for place in places]


class MeasuredKnockouts:
    """The response model on all measured knock-outs of a store. covered: share of the changes of knock-outs of held-out
    groups that intervals of the level LEVEL hold, whose width other groups calibrated. count: of knock-outs.
    """

    def __init__(self, store: ExpressionStore, knockouts: pa.Table, network: pa.Table | None) -> None:
        regulons = REGULON_SCHEMA.empty_table() if network is None else network
        self._train, _ = read_responses(store, knockouts)
        self._describer = Describer(knowledge(store, regulons, ""))
        self._model = ResponseModel(_SETTINGS)
        self._model.fit(self._train, self._describer)
        self.count, self.covered = len(self._train), self._model.covered

    def tell(self, genes: Sequence[int], controls: Values) -> Predicted:
        """Genes knocked out together, by column, in a cell. controls: (genes,), its levels, log2(level + 1)."""
        if not np.isfinite(controls).all():
            raise KnockonError("knock-out: the cell's levels have holes: fill them first")
        nothing = np.zeros((1, len(controls)), dtype=np.float32)
        asked = Responses(nothing, controls[None].astype(np.float32), (tuple(genes),), ("",))
        return self._model.predict(asked, 0, self._train, self._describer)

    def sentence(self) -> str:
        """What intervals are worth, for a person."""
        return (
            f"intervals of {LEVEL:.0%} are calibrated on {self.count} measured knock-outs; where a group "
            f"is held out, they hold {self.covered:.1%} of its changes"
        )
