"""Fitted scikit-learn estimators on disk by skops, without pickle.

Equal content gives equal bytes: what skops takes from memory addresses and clocks is made constant.
"""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import skops.io
from skops.io.exceptions import UntrustedTypesFoundException

from knockon.atomic import atomic_path
from knockon.errors import FormatError, KnockonError

_ZIP_DATE = (1980, 1, 1, 0, 0, 0)


def save_estimator(path: Path, estimator: Any) -> None:
    """Write a fitted scikit-learn estimator."""
    with atomic_path(path) as temporary:
        temporary.write_bytes(_canonical(skops.io.dumps(estimator)))


def load_estimator(path: Path, trusted: tuple[str, ...] = ()) -> Any:
    """Read an estimator. trusted: the types beyond skops' own list that this model is known to hold.

    Raises KnockonError where the file is absent or holds any other type, FormatError where it is damaged.
    """
    if not path.exists():
        raise KnockonError(f"{path}: there is no such model; train it with `dvc repro`")
    try:
        return skops.io.load(path, trusted=list(trusted))
    except UntrustedTypesFoundException as error:
        raise KnockonError(f"{path}: holds types that this model never has, so it is not read: {error}") from error
    except (zipfile.BadZipFile, KeyError, ValueError, EOFError) as error:
        raise FormatError(f"{path}: not a readable model file ({error}); train it again") from error


def _canonical(content: bytes) -> bytes:
    """Rewrite a skops archive: objects numbered in order of appearance instead of by address, one constant date."""
    source = zipfile.ZipFile(io.BytesIO(content))
    schema = json.loads(source.read("schema.json"))
    numbers: dict[str, int] = {}
    files: dict[str, str] = {}
    _renumber(schema, numbers, files)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        contents = {new: source.read(old) for old, new in files.items()} | {"schema.json": json.dumps(schema)}
        for name, data in contents.items():
            archive.writestr(zipfile.ZipInfo(name, _ZIP_DATE), data, zipfile.ZIP_DEFLATED, 1)
    return target.getvalue()


def _renumber(node: Any, numbers: dict[str, int], files: dict[str, str]) -> None:
    """Replace every `__id__` and the names of the files made from them, in place; collect old → new names."""
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        _renumber(child, numbers, files)
    if not isinstance(node, dict):
        return
    if "__id__" in node:
        node["__id__"] = numbers.setdefault(str(node["__id__"]), len(numbers) + 1)
    if isinstance(node.get("file"), str):
        ending = Path(node["file"]).suffix
        node["file"] = files.setdefault(node["file"], f"{len(files) + 1}{ending}")
