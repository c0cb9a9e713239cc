"""What a repository says about itself, in files that others read: licence, citation, version."""

import importlib.metadata
import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def test_the_citation_says_what_the_package_says() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert citation["cff-version"] == "1.2.0"
    assert citation["title"] == PROJECT["name"]
    assert citation["version"] == PROJECT["version"] == importlib.metadata.version("knockon")
    assert citation["license"] == PROJECT["license"]
    assert citation["authors"]


def test_the_licence_is_the_one_that_is_named() -> None:
    text = (ROOT / "LICENSE").read_text()
    assert PROJECT["license"] == "Apache-2.0"
    assert "Apache License" in text.splitlines()[0]
    assert "Version 2.0, January 2004" in text.splitlines()[1]
    assert "END OF TERMS AND CONDITIONS" in text


def test_readme_says_what_a_pull_needs() -> None:
    readme = " ".join((ROOT / "README.md").read_text().split())
    assert "A fresh clone has no data and no access to a remote" in readme
