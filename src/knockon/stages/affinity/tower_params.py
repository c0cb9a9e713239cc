"""What params.yaml says of two towers, wherever it does: in a model's section, in a transfer, in a task."""

from typing import Annotated, Literal

from pydantic import Field

from knockon.stages.param_kinds import LEFT_OUT, Count, Dropout, NotNegative, Positive, Section

EncoderName = Literal["convolution", "transformer", "features"]
RunName = Annotated[str, Field(pattern=r"^[a-z0-9_]+/[a-z0-9_]+$")]
"""`source/split`."""


class TowerSettings(Section):
    """See `models.binding.sizes.DualSizes`; the threshold of a binder is in `affinity.train.binders`, or the task's."""

    ligand_encoder: EncoderName = LEFT_OUT
    protein_encoder: EncoderName = LEFT_OUT
    width: Count = LEFT_OUT
    layers: Count = LEFT_OUT
    projection: Count = LEFT_OUT
    dropout: Dropout = LEFT_OUT
    tile: Count = LEFT_OUT
    head: Literal["regression", "cosine"] = LEFT_OUT
    loss: Literal["regression", "contrastive", "joint"] = LEFT_OUT
    positives: Literal["known", "diagonal"] = LEFT_OUT
    temperature: Positive = LEFT_OUT
    weight: NotNegative = LEFT_OUT
