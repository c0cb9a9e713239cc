"""`knockon predict …`: which studies answer; one file each."""

from typing import ClassVar

from knockon.commands.lazy import Command, LazyGroup, command_group


class Predictions(LazyGroup):
    """The studies with a trained model to ask."""

    listed: ClassVar[dict[str, Command]] = {
        "affinity": Command(
            "knockon.commands.predict.affinity:predict_affinity",
            "Predict how strongly molecules bind proteins, with an interval and the nearest training pairs.",
        ),
        "gfp": Command(
            "knockon.commands.predict.gfp:predict_gfp",
            "Predict the brightness (log10 fluorescence) of avGFP variants, with an interval.",
        ),
        "yeast": Command(
            "knockon.commands.predict.yeast:predict_yeast",
            "Predict the phenotype of yeast knock-outs, beside expectation and measurements.",
        ),
    }


app = command_group(help="Predict from trained models.", cls=Predictions)


@app.callback()
def predict() -> None:
    """Predict from trained models: avGFP variants, binding affinities, yeast knock-outs."""
