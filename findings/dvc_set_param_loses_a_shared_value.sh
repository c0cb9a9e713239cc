#!/usr/bin/env bash
# DVC 3.67.1: `dvc exp run -S name=value` changes nothing, without a word, where the value's section of params.yaml has an
# anchor (&name) that a later section refers to (*name): the later section's old value is written into the object that both
# share. The experiment runs with the old value.
#
# Seen on 2026-11-30 (dvc 3.67.1): `a.rate=5` leaves rate at 1. Exits 1 once it is 5, or
# DVC refuses.
#
# usage: dvc_set_param_loses_a_shared_value.sh
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check dvc==3.67.1
export PATH="$folder/venv/bin:$PATH" DVC_NO_ANALYTICS=1
mkdir "$folder/project" && cd "$folder/project"
git init --quiet
git config user.name someone && git config user.email someone@example.invalid
dvc init --quiet
cat > params.yaml <<'YAML'
a: &shared
  rate: 1
b: *shared
YAML
cat > dvc.yaml <<'YAML'
stages:
  show:
    cmd: cp params.yaml seen.yaml
    params: [a.rate]
    outs: [seen.yaml]
YAML
git add --all && git commit --quiet --message start
dvc exp run --quiet -S a.rate=5
python - <<'PYTHON'
import sys

from ruamel.yaml import YAML

seen = YAML(typ="safe").load(open("seen.yaml"))
print(f"-S a.rate=5 and the stage saw a.rate = {seen['a']['rate']}, b.rate = {seen['b']['rate']}")
sys.exit(0 if seen["a"]["rate"] == 1 else 1)
PYTHON
