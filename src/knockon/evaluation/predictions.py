"""The predictions table: a model's only product. Every metric is computed from it, and can be again."""

import pyarrow as pa

PREDICTION_SCHEMA = pa.schema(
    [
        pa.field("key", pa.uint64(), nullable=False, metadata={"unit": "the record's identity hash"}),
        pa.field("split", pa.string(), nullable=False, metadata={"unit": "train, validation or test"}),
        pa.field("model", pa.string(), nullable=False, metadata={"unit": "name of the model or baseline"}),
        pa.field("head", pa.string(), nullable=False, metadata={"unit": "the label: interaction, fitness, ..."}),
        pa.field("perturbed", pa.int32(), nullable=False, metadata={"unit": "number of perturbed genes"}),
        pa.field(
            "seen",
            pa.int32(),
            nullable=False,
            metadata={"unit": "number of perturbed genes that training rows contain"},
        ),
        pa.field(
            "unit_a",
            pa.int32(),
            nullable=False,
            metadata={"unit": "resampling unit: index of the first gene"},
        ),
        pa.field(
            "unit_b",
            pa.int32(),
            nullable=False,
            metadata={"unit": "index of the second gene; the first again for singles"},
        ),
        pa.field("n", pa.int32(), nullable=False, metadata={"unit": "number of measurements behind the label"}),
        pa.field("standard_error", pa.float64(), metadata={"unit": "of the label, where reported"}),
        pa.field("value", pa.float64(), nullable=False, metadata={"unit": "the label's unit, measured"}),
        pa.field("predicted", pa.float64(), nullable=False, metadata={"unit": "the label's unit"}),
    ]
)
