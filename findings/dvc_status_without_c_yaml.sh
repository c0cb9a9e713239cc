#!/usr/bin/env bash
# dvc 3.67.1 with ruamel.yaml 0.19.1: `pip install dvc` brings no C parser of YAML (ruamel.yaml 0.19 dropped its dependency on
# ruamel.yaml.clib), and `dvc status` parses params.yaml once for every stage that names a parameter. With fifty such stages and
# 400 parameters `dvc status` takes more than twice the processor time that it takes once ruamel.yaml.clib is installed too.
# What is read is the same.
#
# Seen on 2026-11-29 (Python 3.11, dvc 3.67.1, ruamel.yaml 0.19.1, ruamel.yaml.clib 0.2.15): 4.68 s without, 2.01 s with it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export DVC_NO_ANALYTICS=1
python3 -m venv "$folder/venv"
python="$folder/venv/bin/python"
"$python" -m pip install --quiet --disable-pip-version-check dvc==3.67.1 ruamel.yaml==0.19.1
mkdir "$folder/project" && cd "$folder/project"
git init --quiet . && "$python" -m dvc init --quiet
"$python" - <<'PYTHON'
from pathlib import Path
sections = (f"section_{i}:\n" + "".join(f"  key_{j}: {i + j / 10}\n" for j in range(8)) for i in range(50))
Path("params.yaml").write_text("".join(sections))
stages = (f"  stage_{i}:\n    cmd: echo {i} > out_{i}\n    params: [section_{i}]\n    outs: [out_{i}]\n" for i in range(50))
Path("dvc.yaml").write_text("stages:\n" + "".join(stages))
PYTHON
"$python" -m dvc repro --quiet
cat > seconds.py <<'PYTHON'
import resource, statistics, subprocess, sys
def seconds():
    subprocess.run([sys.executable, "-m", "dvc", "status"], check=True, stdout=subprocess.DEVNULL)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
ends = [0.0, *(seconds() for _ in range(4))]
print(statistics.median(later - earlier for earlier, later in zip(ends[1:], ends[2:])))
PYTHON
without=$("$python" seconds.py)
"$python" -c 'import ruamel.yaml.main as main; assert main.CParser is None'
"$python" -m pip install --quiet --disable-pip-version-check ruamel.yaml.clib==0.2.15
with=$("$python" seconds.py)
"$python" -c 'import ruamel.yaml.main as main; assert main.CParser is not None'
printf 'dvc status, 50 stages: %.2f s of processor time without ruamel.yaml.clib\n' "$without"
printf 'dvc status, 50 stages: %.2f s of processor time with it\n' "$with"
"$python" -c 'import sys; sys.exit(float(sys.argv[1]) < 1.5 * float(sys.argv[2]))' "$without" "$with"
