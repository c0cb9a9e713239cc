"""The simulated yeast as a whole: what is written, that the readers take it, and that it is the same every time."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
import yaml

from knockon.errors import KnockonError
from knockon.sources.catalogue import FORMATS
from knockon.sources.simulate import SimulationSettings, simulate_yeast

SMALL = SimulationSettings(genes=100, pairs=2000, dcell_pairs=100)
# Digests of a small yeast's texts. A change of the model changes them; a change of machine must not.
PINNED = {
    "digenic/SGA_NxN.txt": "b6000af1102b5e82b2c17a7fa9c808a79b57b0b397647c37e9d4d7e001ef3ecc",
    "smf/smf_t26_150803.txt": "58536eeae54a9194830536f63b9eff570c603b21784934e6280d6e8324ec6303",
    "genome/SGD_features.tab": "f32b65924456fc3154ec28c40082a62cb2dadf0650b0dd07b6ffcea7c02cbcc8",
}

# As in the published files: strains without a fitness, and double mutants measured against a query without one.
EXPECTED_REJECTS = {"no value", "fitness relative to a query of unknown fitness"}


def _digests(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("small") / "yeast"
    simulate_yeast(folder, SMALL)
    return folder


def test_every_file_of_the_manifest_is_read_by_its_format(simulated: Path):
    entries = yaml.safe_load((simulated / "manifest.yaml").read_text())
    assert len({entry["name"] for entry in entries}) == len(entries)
    for entry in entries:
        companions = {key: simulated / path for key, path in entry.get("companions", {}).items()}
        result = FORMATS[entry["format"]].read(simulated / entry["path"], **entry.get("options", {}), **companions)
        assert result.table.num_rows > 0, entry["name"]
        assert set(result.rejects["reason"].to_pylist()) <= EXPECTED_REJECTS, entry["name"]
        if FORMATS[entry["format"]].produces == "experiments":
            assert {"dataset", "publication", "media", "temperature"} <= set(entry)


def test_every_file_but_the_truth_stands_in_the_manifest(simulated: Path):
    entries = yaml.safe_load((simulated / "manifest.yaml").read_text())
    written = {str(p.relative_to(simulated)) for p in simulated.rglob("*") if p.is_file()}
    written = {path for path in written if not path.startswith("truth/")} - {"manifest.yaml"}
    companions = {path for entry in entries for path in entry.get("companions", {}).values()}
    assert written == {entry["path"] for entry in entries} | companions


def test_experiments_name_only_genes_of_the_genome(simulated: Path):
    known = set(pq.read_table(simulated / "truth/genes.parquet")["gene"].to_pylist())
    for entry in yaml.safe_load((simulated / "manifest.yaml").read_text()):
        if FORMATS[entry["format"]].produces == "experiments":
            table = FORMATS[entry["format"]].read(simulated / entry["path"], **entry.get("options", {})).table
            named = {gene for side in ("gene_a", "gene_b", "gene_c") for gene in table[side].unique().to_pylist()}
            assert named - {None} <= known


def test_truth_has_a_row_for_every_measured_pair(simulated: Path):
    for name in ("NxN", "ExN_NxE", "ExE"):
        rows = (simulated / f"digenic/SGA_{name}.txt").read_bytes().count(b"\n") - 1
        assert pq.read_metadata(simulated / f"truth/interactions_{name}.parquet").num_rows == rows


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(small: Path, tmp_path: Path):
    simulate_yeast(tmp_path / "again", SMALL)
    assert _digests(tmp_path / "again") == _digests(small)
    simulate_yeast(tmp_path / "other", SimulationSettings(genes=100, pairs=2000, dcell_pairs=100, seed=1))
    assert _digests(tmp_path / "other")["digenic/SGA_NxN.txt"] != _digests(small)["digenic/SGA_NxN.txt"]


def test_bytes_are_those_of_every_other_machine(small: Path):
    digests = _digests(small)
    assert {name: digests[name] for name in PINNED} == PINNED


def test_bytes_do_not_depend_on_the_vector_instructions_of_the_processor(small: Path, tmp_path: Path):
    """numpy's exp and log differ in their last digit between processors; nothing that is written may."""
    extensions = np.show_config(mode="dicts")["SIMD Extensions"].get("found", [])
    if not extensions:
        pytest.skip("this processor has no more vector instructions than numpy needs")
    code = (
        "from pathlib import Path; from knockon.sources.simulate import SimulationSettings, simulate_yeast; "
        f"simulate_yeast(Path({str(tmp_path / 'plain')!r}), SimulationSettings(genes=100, pairs=2000, dcell_pairs=100))"
    )
    environment = {**os.environ, "NPY_DISABLE_CPU_FEATURES": " ".join(extensions), "PYTHONHASHSEED": "3"}
    subprocess.run([sys.executable, "-c", code], env=environment, check=True, timeout=300)
    assert _digests(tmp_path / "plain") == _digests(small)


def test_noise_leaves_the_planted_truth_alone(small: Path, tmp_path: Path):
    simulate_yeast(tmp_path / "noisy", SimulationSettings(genes=100, pairs=2000, dcell_pairs=100, noise=3.0))
    noisy, quiet = _digests(tmp_path / "noisy"), _digests(small)
    changed = {name for name in quiet if quiet[name] != noisy[name]}
    assert "digenic/SGA_NxN.txt" in changed
    assert not any(name.startswith(("truth/", "genome/", "go/", "networks/")) for name in changed)


def test_a_yeast_that_cannot_be_leaves_the_old_folder_whole(small: Path):
    before = _digests(small)
    with pytest.raises(KnockonError, match="too many"):
        simulate_yeast(small, SimulationSettings(genes=100, pairs=10_000_000))
    assert _digests(small) == before
    assert not list(small.parent.glob("*.tmp-*"))
