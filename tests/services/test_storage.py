"""A DVC remote on a real S3 server: pushed, pulled by a fresh clone, cut off, corrupted, refused."""

import hashlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from botocore.session import Session

from tests.pipeline.conftest import Clone, make_clone
from tests.services.swift_server import ACCESS, SECRET, Swift, running_swift

pytestmark = [pytest.mark.services, pytest.mark.timeout(900)]

ROOT = Path(__file__).resolve().parents[2]
STAGES = ("yeast_split", "yeast_embed@random_100")


class Bucket:
    """The remote's objects, past DVC."""

    def __init__(self, swift: Swift, name: str) -> None:
        keys = {"aws_access_key_id": ACCESS, "aws_secret_access_key": SECRET}
        self.name = name
        self.client = Session().create_client("s3", region_name="us-east-1", endpoint_url=swift.endpoint, **keys)

    def key(self, digest: str) -> str:
        """The key of the object with this MD5."""
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.name)
        keys = [item["Key"] for page in pages for item in page["Contents"]]
        return next(key for key in keys if key.endswith(f"{digest[:2]}/{digest[2:]}"))

    def put(self, key: str, body: bytes) -> None:
        self.client.put_object(Bucket=self.name, Key=key, Body=body)


@dataclass(frozen=True)
class Remote:
    """A pipeline whose outputs are in the remote, and the remote."""

    clone: Clone
    swift: Swift
    bucket: Bucket

    def fresh(self, folder: Path, secret: str = SECRET) -> Clone:
        """A clone without any data, as another person has it."""
        self.clone.run("git", "clone", "--quiet", str(self.clone.root), str(folder))
        return connect(Clone(folder), self.swift, secret)


def connect(clone: Clone, swift: Swift, secret: str = SECRET) -> Clone:
    """As docs/storage.md says: the endpoint and the keys stay in config.local; one download at a time here."""
    settings = {"endpointurl": swift.endpoint, "region": "us-east-1", "access_key_id": ACCESS}
    for name, value in (settings | {"secret_access_key": secret, "jobs": "1"}).items():
        clone.run("dvc", "remote", "modify", "--local", "lab", name, value)
    return clone


def checksums(root: Path) -> dict[str, str]:
    """Every file of every output."""
    lock = yaml.safe_load((root / "dvc.lock").read_text())
    outs = [root / out["path"] for stage in lock["stages"].values() for out in stage["outs"]]
    files = [path for out in outs for path in ([out] if out.is_file() else out.rglob("*")) if path.is_file()]
    return {str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture(scope="module")
def remote(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Remote]:
    folder = tmp_path_factory.mktemp("storage")
    (folder / "swift").mkdir()
    with running_swift(folder / "swift") as swift:
        clone = make_clone(folder / "clone")
        clone.run("dvc", "repro", *STAGES)
        clone.commit()
        # The remote's URL is the committed one.
        url = clone.run("dvc", "remote", "list").stdout.split()[1]
        bucket = Bucket(swift, url.removeprefix("s3://").split("/")[0])
        bucket.client.create_bucket(Bucket=bucket.name)
        connect(clone, swift).run("dvc", "push", *STAGES, "--with-deps")
        yield Remote(clone, swift, bucket)


def test_git_holds_no_endpoint_and_no_keys(root: Path):
    """The committed configuration names the remote and nothing else about it."""
    text = (root / ".dvc" / "config").read_text()
    assert "url = s3://" in text
    assert not [word for word in ("endpoint", "key", "secret", "password", "profile") if word in text]


def test_a_fresh_clone_pulls_everything_and_has_nothing_to_run(remote: Remote, tmp_path: Path):
    other = remote.fresh(tmp_path / "other")
    other.run("dvc", "pull", *STAGES, "--with-deps")
    assert checksums(other.root) == checksums(remote.clone.root)
    assert "up to date" in other.run("dvc", "status", *STAGES, "--with-deps").stdout
    ended = other.run("dvc", "repro", *STAGES)
    assert "up to date" in ended.stdout
    assert "Running stage" not in ended.stdout


def test_one_stage_is_pulled_alone(remote: Remote, tmp_path: Path):
    """docs/storage.md: only the embeddings, or only one model."""
    other = remote.fresh(tmp_path / "other")
    other.run("dvc", "pull", "yeast_embed@random_100")
    assert (other.root / "data/embeddings/yeast").is_dir()
    assert not (other.root / "data/raw/yeast").exists()


def test_a_pull_that_is_cut_off_is_resumed(remote: Remote, tmp_path: Path):
    """Killed between two files: what has come is kept, whole, and the next pull fetches the rest alone."""
    other = remote.fresh(tmp_path / "other")
    cache = other.root / ".dvc" / "cache" / "files"
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "DVC_NO_ANALYTICS": "1"}
    pull = subprocess.Popen(
        ["dvc", "pull", "--quiet", *STAGES, "--with-deps"], cwd=other.root, env=environment, start_new_session=True
    )
    while pull.poll() is None and sum(path.is_file() for path in cache.rglob("*")) < 5:
        time.sleep(0.002)
    os.killpg(pull.pid, signal.SIGKILL)
    pull.wait()
    kept = {path.name for path in cache.rglob("*") if path.is_file()}
    assert 5 <= len(kept) < len(checksums(remote.clone.root))
    other.run("dvc", "pull", *STAGES, "--with-deps")
    assert checksums(other.root) == checksums(remote.clone.root)


def test_an_object_that_is_corrupted_is_detected(remote: Remote, tmp_path: Path):
    """Other bytes under the same name: DVC must not take them for the data (`verify = true`), and names the output."""
    name = "data/datasets/yeast/splits/pair.parquet"
    path = remote.clone.root / name
    digest = hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()
    key = remote.bucket.key(digest)
    remote.bucket.put(key, path.read_bytes()[:-1] + b"\0")
    try:
        other = remote.fresh(tmp_path / "other")
        ended = other.run("dvc", "pull", "yeast_split", check=False)
        assert ended.returncode != 0
        assert "data/datasets/yeast/splits" in ended.stderr
        assert not (other.root / name).exists()
    finally:
        remote.bucket.put(key, path.read_bytes())
    other.run("dvc", "pull", "yeast_split")
    assert (other.root / name).read_bytes() == path.read_bytes()


def test_wrong_credentials_are_named(remote: Remote, tmp_path: Path):
    other = remote.fresh(tmp_path / "other", secret="guess")
    ended = other.run("dvc", "pull", "yeast_split", check=False)
    assert ended.returncode != 0
    assert "Traceback" not in ended.stderr
    assert "SignatureDoesNotMatch" in ended.stderr or "Access" in ended.stderr or "Forbidden" in ended.stderr
