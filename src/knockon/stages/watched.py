"""A stage whose trainings are watched: by the trackers that params.yaml names."""

from collections.abc import Callable

from knockon.stages.stage import Params, read_params
from knockon.training.followers import followed, followers_from


def watched(main: Callable[[Params], None]) -> Callable[[Params], None]:
    """The stage's `main`, with `trackers` of params.yaml following its trainings.

    Not one of the stage's declared params: who looks on changes none of its outputs, and must not run it again.
    """

    def run(params: Params) -> None:
        with followed(followers_from(read_params(("trackers",))["trackers"])):
            main(params)

    return run
