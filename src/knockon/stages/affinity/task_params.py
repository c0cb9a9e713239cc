"""The section `affinity.tasks` of params.yaml: retrieval, screens, batch sizes, and few labels of a new protein."""

from typing import Annotated

from pydantic import Field

from knockon.stages.affinity.tower_params import RunName, TowerSettings
from knockon.stages.param_kinds import (
    LEFT_OUT,
    AtLeastTwo,
    Count,
    Number,
    Positive,
    Probability,
    Section,
    Seed,
    Share,
    Some,
    Text,
    Training,
)

TowerName = Annotated[str, Field(pattern=r"^[a-z0-9_]+$")]


class Task(Section):
    """What any task may be told beside what all share. binder: strength from which on a pair is one."""

    settings: TowerSettings = LEFT_OUT
    training: Training = LEFT_OUT
    binder: Number
    seed: Seed = LEFT_OUT
    resamples: Count = LEFT_OUT


class Shared(Section):
    """What holds for all tasks that do not say otherwise. resamples: of the intervals."""

    settings: TowerSettings
    training: Training
    seed: Seed
    resamples: Count


class RetrievalTask(Task):
    """Whose ligand is it? splits: name → share of 6-mers above which it leaves relatives out.

    selection: validation complexes asked while settings are chosen. same_protein: share of 6-mers from which on two
    sequences are one protein. powers: of the look-up's protein similarity. shares: of the tower in the mix. models:
    name → settings of a tower.
    """

    source: Text
    splits: dict[Text, Share]
    selection: Count
    same_protein: Share
    epochs: Some[Count]
    powers: Some[Positive]
    shares: Some[Probability]
    models: dict[TowerName, TowerSettings]


class ScreeningTask(Task):
    """Actives among decoys. run: whose training pairs teach. decoys: at most so many a target.

    share, near_ligand: from which on a protein or molecule is a relative. without: the model that is fitted without
    proteins, too.
    """

    run: RunName
    share: Share
    near_ligand: Share
    decoys: Count
    without: TowerName
    models: dict[TowerName, TowerSettings]


class BatchSizesTask(Task):
    """Sizes of a contrastive batch. part: largest part of one that is encoded with a graph. samples: seen by each.

    judged: batch size at which validation pairs are judged. The others as in `RetrievalTask`.
    """

    run: RunName
    share: Share
    selection: Count
    same_protein: Share
    sizes: Some[AtLeastTwo]
    part: Count
    samples: Count
    judged: AtLeastTwo
    learning_rates: Some[Positive]


class FewLabelsTask(Task):
    """labels: numbers k of them. repeats: draws a protein. penalties: of ridge."""

    run: RunName
    labels: Some[Count]
    repeats: Count
    penalties: Some[Positive]
    models: dict[TowerName, TowerSettings]


class Tasks(Section):
    """All of `affinity.tasks`."""

    shared: Shared
    retrieval: RetrievalTask
    screening: ScreeningTask
    batch_sizes: BatchSizesTask
    few_labels: FewLabelsTask
