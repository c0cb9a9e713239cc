"""The stages of the design study, on its public and its simulated files."""

from pathlib import Path

import pytest

from knockon.stages.design import paths, sources
from knockon.stages.stage import Params


@pytest.mark.public
def test_the_public_files_are_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, public_files: Path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KNOCKON_MIRROR", str(public_files))
    sources.main(Params({"design": {"source": "public"}}, sources.PARAMS))
    assert sorted(path.name for path in (tmp_path / paths.RAW).rglob("*.csv")) == [
        "betaxanthin_GA1_2_4_6.csv",
        "betaxanthin_liquid_GA.csv",
        "pputida_isoprenol_crispri_dbtl0.csv",
        "pputida_isoprenol_crispri_dbtl3-6.csv",
    ]
