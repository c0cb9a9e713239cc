import pyarrow as pa

from knockon.evaluation.training_curves import TRAINING_CURVES, training_curves

LOG = pa.table(
    {
        "part": ["fit", "fit", "validation"],
        "training_step": [1, 2, 2],
        "loss": [0.123456789, None, 0.5],
        "learning_rate": [0.01, 0.02, None],
    }
)


def test_each_value_is_a_row_of_its_panel_and_a_missing_one_is_none():
    table = training_curves(LOG, "pair_network", "pair split")
    assert table.schema == TRAINING_CURVES
    losses = [row for row in table.to_pylist() if row["panel"] == "loss, label in units of its spread: pair split"]
    rates = [row for row in table.to_pylist() if row["panel"] == "learning rate: pair split"]
    assert [(row["part"], row["training_step"]) for row in losses] == [("fit", 1), ("validation", 2)]
    assert [(row["training_step"], row["value"]) for row in rates] == [(1, 0.01), (2, 0.02)]
    assert {row["series"] for row in table.to_pylist()} == {"pair network"}
    # Rounded, so that the committed file does not change with the machine's last digits.
    assert abs(losses[0]["value"] - 0.123456789) < 1e-4
    assert losses[0]["value"] != 0.123456789
