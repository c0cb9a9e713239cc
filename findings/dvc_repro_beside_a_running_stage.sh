#!/usr/bin/env bash
# DVC 3.67.1: while a stage runs that reads the output of an unchanged stage, `dvc repro` of another stage that reads the
# same output fails: it checks the unchanged stage under a write lock of its output, although it has nothing to write, and
# neither waits for that lock with --wait-for-lock. `--single-item`, which checks the stage alone, works meanwhile.
#
# Seen on 2026-11-29 (Python 3.11): "failed to reproduce 'common': '…/common.txt' is busy, it is being blocked by: …", exit
# status 255 after 3 s; with --single-item status 0. Who runs branches of one pipeline side by side in one clone must name
# their stages one by one.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check dvc==3.67.1
export PATH="$folder/venv/bin:$PATH" DVC_NO_ANALYTICS=1
mkdir "$folder/repository" && cd "$folder/repository"
git init --quiet && dvc init --quiet
cat > dvc.yaml <<'YAML'
stages:
  common: {cmd: "echo 1 > common.txt", outs: [common.txt]}
  slow: {cmd: "touch running && sleep 40 && cp common.txt slow.txt", deps: [common.txt], outs: [slow.txt]}
  quick: {cmd: "cp common.txt quick.txt", deps: [common.txt], outs: [quick.txt]}
YAML
dvc repro --quiet common
dvc repro --quiet slow &
slow=$!
until [ -e running ]; do sleep 0.2; done
status=0
dvc --wait-for-lock repro quick > told.txt 2>&1 || status=$?
alone=0
dvc --wait-for-lock repro --quiet --single-item quick || alone=$?
kill -0 "$slow" || { echo "the slow stage ended too early to tell"; exit 2; }
wait "$slow"
cat told.txt
echo "repro quick: $status; repro --single-item quick: $alone"
grep -q "failed to reproduce 'common'.*is busy" told.txt && [ "$status" -ne 0 ] && [ "$alone" -eq 0 ]
