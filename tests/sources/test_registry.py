"""The registry of pinned files."""

from pathlib import Path

import pytest
import yaml

from knockon.errors import FormatError, KnockonError
from knockon.sources.catalogue import FORMATS
from knockon.sources.registry import STUDIES, load_registry, select
from knockon.sources.yeast.measurements import MEASUREMENT_SCHEMA
from knockon.sources.yeast.profiles import PROFILE_SCHEMA
from knockon.sources.yeast.smf import GROWTH_SCHEMA

ENTRY = {
    **{"name": "a", "study": "yeast", "path": "yeast/a.txt", "url": None, "sha256": "0" * 64, "bytes": 1},
    **{"licence": "none stated", "citation": "nobody 1999", "format": None},
}


def test_every_entry_is_complete() -> None:
    """Protects against sources without a licence, a citation, or a reader for the format that they name."""
    sources = load_registry()
    assert {source.study for source in sources} == set(STUDIES)
    for source in sources:
        assert source.licence, source.name
        assert source.citation, source.name
        assert source.format is None or source.format in FORMATS, source.name
        assert source.url is None or source.url.startswith("https://"), source.name


def test_experiments_say_where_they_come_from() -> None:
    """Protects the graph: an experiment needs its dataset, publication and medium, and others must not have them."""
    for source in load_registry():
        schema = None if source.format is None else FORMATS[source.format].schema
        is_experiment = schema in (MEASUREMENT_SCHEMA, PROFILE_SCHEMA, GROWTH_SCHEMA)
        for value in (source.dataset, source.publication, source.media):
            assert bool(value) == is_experiment, source.name


def test_companions_and_options_fit_the_reader() -> None:
    """Protects against an option that the reader of the format does not take, or a companion that is not pinned."""
    import inspect

    sources = load_registry()
    paths = {source.path for source in sources}
    for source in sources:
        if source.format is not None:
            taken = set(inspect.signature(FORMATS[source.format].read).parameters)
            assert {*source.options, *source.companions} <= taken, source.name
        assert set(source.companions.values()) <= paths, source.name


def test_selection_brings_companions() -> None:
    names = [source.name for source in select(names=["costanzo2016_metabolic"])]
    assert names == ["costanzo2016_metabolic", "costanzo2016_metabolic_rows", "costanzo2016_metabolic_columns"]
    assert {source.study for source in select("gfp")} == {"gfp"}


@pytest.mark.parametrize(
    ("study", "names", "message"),
    [("yaest", None, "no study 'yaest'; did you mean yeast"), (None, ["go_slm"], "no source 'go_slm'; .* go_slim")],
)
def test_unknown_names_get_the_nearest(study: str | None, names: list[str] | None, message: str) -> None:
    with pytest.raises(KnockonError, match=message):
        select(study, names)


def test_manifest_entries_leave_out_the_study() -> None:
    """Protects the raw folder of a study, whose paths start below the study."""
    (source,) = (source for source in load_registry() if source.name == "costanzo2016_smf_t26")
    assert source.manifest_entry() == {
        "name": "costanzo2016_smf_t26",
        "path": "smf/smf_t26_150803.txt",
        "format": "smf",
        "dataset": "costanzo2016_smf",
        "publication": "10.1126/science.aaf1420",
        "media": "SGA selection medium (SD/MSG)",
        "temperature": 26.0,
        "companions": {"strains": "smf/strain_orf_common_allele_160425.txt"},
    }


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"sha256": "abc"}, r"entry 1 \(a\): sha256"),
        ({"path": "../a"}, "leads out of the folder"),
        ({"path": "/a"}, "leads out of the folder"),
        ({"companions": {"rows": "yeast/../../b"}}, "leads out of the folder"),
        ({"colour": "red"}, "no key colour; the keys are name"),
    ],
)
def test_broken_entries_are_named(tmp_path: Path, change: dict[str, object], message: str) -> None:
    path = tmp_path / "registry.yaml"
    path.write_text(yaml.safe_dump([{**ENTRY, **change}]))
    with pytest.raises(FormatError, match=message):
        load_registry(path)


@pytest.mark.parametrize(("text", "message"), [("a: 1", "must be a list"), ("- 1", "not a mapping"), ("[", "not YAML")])
def test_other_files_are_no_registry(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "registry.yaml"
    path.write_text(text)
    with pytest.raises(FormatError, match=message):
        load_registry(path)


def test_names_and_paths_are_distinct(tmp_path: Path) -> None:
    path = tmp_path / "registry.yaml"
    path.write_text(yaml.safe_dump([ENTRY, {**ENTRY, "name": "b"}]))
    with pytest.raises(FormatError, match=r"two sources have the path yeast/a\.txt"):
        load_registry(path)


@pytest.mark.public
def test_registry_pins_the_public_files(public_files: Path) -> None:
    """Protects against a file that is listed with the mirror but not pinned, or pinned otherwise."""
    lines = (public_files / "SOURCES.tsv").read_text().splitlines()[1:]
    listed = {line.split("\t")[0]: tuple(line.split("\t")[1:3]) for line in lines}
    assert {source.path: (str(source.bytes), source.sha256) for source in load_registry()} == listed
