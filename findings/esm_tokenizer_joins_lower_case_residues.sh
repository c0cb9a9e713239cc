#!/usr/bin/env bash
# transformers 5.23.0: EsmTokenizer turns a run of lower-case residues, of any length, into one <unk>. Lower case is how FASTA files
# mark masked or low-complexity regions. Nothing is said; the sequence has fewer tokens than residues, so that a vector by residue,
# a mask or a position taken from the tokens belongs to another residue, and all behind the run are shifted. A single letter outside
# of the vocabulary (J) gives one <unk> of its own place, as one would expect of each lower-case letter.
#
# Seen on 2026-11-30 (Python 3.11): 10 residues in upper case are 10 tokens, in lower case 1, the last four masked 7.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
python="$folder/venv/bin/python"
"$python" -m pip install --quiet --disable-pip-version-check transformers==5.23.0
"$python" - "$folder/vocab.txt" <<'PYTHON'
import sys
from transformers import EsmTokenizer

# The vocabulary of ESM-2 (33 tokens), in its order.
tokens = "<cls> <pad> <eos> <unk> L A G V S E R T I D P K Q N F Y M H W C X B U Z O . - <null_1> <mask>"
open(sys.argv[1], "w").write("\n".join(tokens.split()))
tokenizer = EsmTokenizer(sys.argv[1])
found = {text: len(tokenizer(text)["input_ids"]) - 2 for text in ("MSKGEELFTG", "mskgeelftg", "MSKGEElftg", "MSKGEELFTJ")}
for text, count in found.items():
    print(f"{text}: {len(text)} residues, {count} tokens")
assert list(found.values()) == [10, 1, 7, 10], found
PYTHON
