"""knockon from Python: open a study, read its data and splits, ask its trained model, score predictions.

Nothing here depends on the working directory: a study is opened in the clone, or the demo, that you name.
"""

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Literal, overload

from knockon.errors import KnockonError, nearest
from knockon.stages.params_file import PARAMS_FILE

if TYPE_CHECKING:
    from knockon.api.gfp import GfpStudy
    from knockon.api.yeast import YeastStudy

STUDIES = {"gfp": "GfpStudy", "yeast": "YeastStudy"}


@overload
def open_study(study: Literal["yeast"], root: str | Path) -> "YeastStudy": ...
@overload
def open_study(study: Literal["gfp"], root: str | Path) -> "GfpStudy": ...


def open_study(study: str, root: str | Path) -> "YeastStudy | GfpStudy":
    """A study of the clone, or of the demo folder, at `root`.

    Raises KnockonError for a study that is none of STUDIES, and for a folder that is no clone.
    """
    if study not in STUDIES:
        raise KnockonError(f"there is no study {study!r}{nearest(study, STUDIES)}")
    folder = Path(root).resolve()
    if not (folder / PARAMS_FILE).is_file():
        raise KnockonError(f"{folder}: is no clone of knockon and no demo of it (it has no {PARAMS_FILE})")
    found: YeastStudy | GfpStudy = getattr(import_module(f"{__name__}.{study}"), STUDIES[study])(folder)
    return found
