"""The state of a campaign: what was asked, and of every cycle what was measured and what was proposed.

It lies beside the list of designs. A cycle is known by what was measured for it: the same tables give the same cycle
again, with the same bytes; a table that repeats all of it and tells more is that cycle, too, and another table begins
the next one.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from knockon.artifact import check, content, stamp
from knockon.atomic import write_json
from knockon.errors import FormatError, KnockonError
from knockon.serving.design.question import Question
from knockon.serving.design.strain_table import StrainTable

KIND, VERSION = "design.campaign", 1


@dataclass(frozen=True)
class Told:
    """One strain that a laboratory measured; error None where unknown."""

    genes: tuple[str, ...]
    value: float
    error: float | None


@dataclass(frozen=True)
class Cycle:
    """One round. measured: what its table told, none in the first. digest: of that table. proposed: in order."""

    measured: tuple[Told, ...]
    digest: str
    proposed: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Campaign:
    """phenotype, maximise: what all cycles are about. table: digest of the person's own table, "" for none."""

    phenotype: str
    maximise: bool
    table: str
    cycles: tuple[Cycle, ...] = field(default_factory=tuple)

    @property
    def number(self) -> int:
        """Of the present cycle, 1 for the first."""
        return len(self.cycles)

    def measured(self) -> tuple[Told, ...]:
        """All that was measured in it, in the order of the cycles."""
        return tuple(told for cycle in self.cycles for told in cycle.measured)

    def proposing(self, strains: Sequence[tuple[str, ...]]) -> "Campaign":
        """The same with what the present cycle proposes."""
        return replace(self, cycles=(*self.cycles[:-1], replace(self.cycles[-1], proposed=tuple(strains))))


def state_path(out: Path) -> Path:
    """Where the state lies: designs.csv → designs.campaign.json."""
    return out.with_suffix(".campaign.json")


def next_campaign(
    path: Path, question: Question, own: StrainTable | None, measured: Sequence[tuple[Path, StrainTable]]
) -> Campaign:
    """The campaign with its present cycle, still without what that proposes.

    path: of the state, read if it is there. own: the table that stands for the study's phenotype. measured: tables of
    this call. A table that an earlier cycle was told is that cycle again, and so is one that says a part of the last
    one, or the same and more; the last cycle is made again without a new table. Raises KnockonError where the state is
    of another question, or a table was told before the last cycle.
    """
    table = "" if own is None else own.digest
    known = read_campaign(path) if path.is_file() else Campaign(question.phenotype, question.maximise, table)
    if (known.phenotype, known.maximise, known.table) != (question.phenotype, question.maximise, table):
        aim = f"{'higher' if known.maximise else 'lower'} {known.phenotype}"
        raise KnockonError(
            f"{path}: is the campaign for {aim}{' by another table' if known.table != table else ''}; "
            "name another --out, or remove it to begin anew"
        )
    cycles = list(known.cycles) or [Cycle((), "")]
    for file, strains in measured:
        digests = [cycle.digest for cycle in cycles]
        if strains.digest in digests[:-1]:
            raise KnockonError(
                f"{file}: was told in cycle {digests.index(strains.digest) + 1}, and cycle {len(cycles)} is the "
                "present one: give the table of its strains"
            )
        if strains.digest == digests[-1]:
            continue
        told, last = _told(strains), set(cycles[-1].measured)
        if last and set(told) <= last:
            continue
        if last and last < set(told):
            # The list of that cycle, filled in further: what it told before counts once.
            cycles[-1] = Cycle(told, strains.digest)
        else:
            cycles.append(Cycle(told, strains.digest))
    return replace(known, cycles=tuple(cycles))


def _told(strains: StrainTable) -> tuple[Told, ...]:
    read = strains.read
    rows = zip(read.strains, read.values.tolist(), read.errors.tolist(), strict=True)
    return tuple(Told(genes, value, None if math.isnan(error) else error) for genes, value, error in rows)


def write_campaign(path: Path, campaign: Campaign) -> None:
    """Write the state, whole or not at all."""
    write_json(path, {**stamp(KIND, VERSION), **asdict(campaign)})


def read_campaign(path: Path) -> Campaign:
    """Read the state. Raises FormatError where it is damaged, of another kind or of a newer version."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        check(found, KIND, (VERSION,), path)
        return _campaign(content(found))
    except (OSError, UnicodeDecodeError, ValueError, KeyError, TypeError) as error:
        raise FormatError(f"{path}: is damaged ({error}); name another --out, or remove it to begin anew") from error


def _campaign(found: dict[str, Any]) -> Campaign:
    cycles = []
    for cycle in found["cycles"]:
        told = tuple(
            Told(tuple(map(str, each["genes"])), float(each["value"]), each["error"]) for each in cycle["measured"]
        )
        cycles.append(Cycle(told, str(cycle["digest"]), tuple(tuple(map(str, each)) for each in cycle["proposed"])))
    return Campaign(str(found["phenotype"]), bool(found["maximise"]), str(found["table"]), tuple(cycles))
