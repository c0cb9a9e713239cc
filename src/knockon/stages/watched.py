"""A stage whose trainings are watched: by the trackers that params.yaml names."""

from collections.abc import Callable

from knockon.stages.param_files import read_trackers
from knockon.stages.stage import Params
from knockon.training.followers import followed, followers_from


def watched(main: Callable[..., None]) -> Callable[..., None]:
    """The stage's `main`, with `trackers` of params.yaml following its trainings."""

    def run(params: Params, *arguments: str) -> None:
        with followed(followers_from(read_trackers())):
            main(params, *arguments)

    return run
