#!/usr/bin/env bash
# cobra 0.32.1: at its default tolerance, 1e-7, GLPK lets yeast-GEM grow without genes that its vitamins need. Biomass takes
# some cofactors at 1e-6 a gram, so at a growth of .086 /h they need fluxes of 9e-8, which the tolerance forgives. The same
# deletions are lethal at 1e-9. Whoever counts essential genes should set `model.tolerance = 1e-9` first.
#
# Seen on 2026-11-29 (yeast-GEM 9.0.2, optlang 1.9.1, swiglpk 5.0.13): growth without PNC1 (YGL037C) .08584397 at 1e-7, 0 at
# 1e-9; of all 1,161 single deletions five differ so, and growth itself in the eighth decimal.
#
# usage: cobra_tolerance_makes_vitamins.sh [yeast-GEM.yml]; without a file it is downloaded.
set -euo pipefail
model=${1:+$(realpath "$1")}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check cobra==0.32.1
if [ -z "$model" ]; then
    model=$folder/yeast-GEM.yml
    commit=a2a672e367ae22eaf9a44228d6ad69eb4ce5f6b6
    curl -fsSL -o "$model" "https://raw.githubusercontent.com/SysBioChalmers/yeast-GEM/$commit/model/yeast-GEM.yml"
fi
"$folder/venv/bin/python" - "$model" <<'PYTHON'
import logging
import sys

import cobra

logging.disable(logging.WARNING)
model = cobra.io.load_yaml_model(sys.argv[1])
gene = model.genes.get_by_id("YGL037C")
growth = {}
for tolerance in (1e-7, 1e-9):
    model.tolerance = tolerance
    deleted = cobra.flux_analysis.single_gene_deletion(model, [gene], processes=1)
    growth[tolerance] = deleted["growth"].iloc[0]
    print(f"tolerance {tolerance:g}: growth without {gene.id} {growth[tolerance]:.10f}")
sys.exit(0 if growth[1e-7] > 0.08 and growth[1e-9] < 1e-8 else 1)
PYTHON
