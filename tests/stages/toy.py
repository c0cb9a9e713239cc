"""A package of a few lines with two stages, in which code can be changed and the digests seen to follow."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

FILES = {
    "knockon/__init__.py": '"""A toy."""\n',
    "knockon/stages/__init__.py": "",
    "knockon/stages/paths.py": '"""Paths."""\n\nFIRST = "data/first.txt"\nSECOND = "data/second.txt"\n',
    "knockon/stages/first.py": (
        '"""first: writes a number."""\n\nfrom pathlib import Path\n\n'
        "from knockon.numbers import scaled\nfrom knockon.stages import paths\n\nREADS = ()\n\n\n"
        "def main() -> None:\n    scale = int(Path('params.yaml').read_text().split(':')[1])\n"
        "    Path(paths.FIRST).write_text(f'{scaled(scale)}\\n')\n\n\n"
        'if __name__ == "__main__":\n    main()\n'
    ),
    "knockon/stages/second.py": (
        '"""second: reads it."""\n\nfrom pathlib import Path\n\n'
        "from knockon import numbers\nfrom knockon.stages import paths\n\nREADS = (paths.FIRST,)\n\n\n"
        "def main() -> None:\n"
        "    Path(paths.SECOND).write_text(f'{Path(paths.FIRST).read_text()} {numbers.offset()}\\n')\n\n\n"
        'if __name__ == "__main__":\n    main()\n'
    ),
    "knockon/numbers.py": (
        '"""Numbers."""\n\nfrom knockon.units import UNIT\n\nSCALE = 3\nOFFSET = 5\n\n\n'
        'def scaled(by: int) -> int:\n    """The scale, times a number."""\n    return SCALE * by  # a comment\n\n\n'
        "def offset() -> int:\n    return OFFSET + UNIT\n\n\n"
        "def unused() -> int:\n    return 7\n"
    ),
    "knockon/units.py": "UNIT = 1\nOTHER = 2\n",
}

PIPELINE = """
stages:
  code:
    cmd: python -m knockon.stages.code
    deps: [src/knockon]
    outs: [data/code]
  first:
    cmd: python -m knockon.stages.first
    deps: [data/code/first.txt]
    params: [scale]
    outs: [data/first.txt]
  second:
    cmd: python -m knockon.stages.second
    deps: [data/code/second.txt, data/first.txt]
    outs: [data/second.txt]
"""


def write_package(source: Path, files: dict[str, str] = FILES) -> None:
    """Write files below `source`."""
    for name, text in files.items():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text(text)


def change(source: Path, name: str, old: str, new: str) -> None:
    """Replace a text that stands once in a file."""
    path = source / name
    text = path.read_text()
    assert text.count(old) == 1, (name, old)
    path.write_text(text.replace(old, new))
