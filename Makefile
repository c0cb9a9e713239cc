# Prerequisites: python >= 3.11, git, make. Each is named by the command that misses it.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
export PYTHONHASHSEED := 0
# What make starts may keep its bytecode, in .venv and in __pycache__, also where the environment says that Python may
# not (containers do): a process then compiles what no other has compiled before. To compile the whole of .venv at the
# install takes 95 s of processor time, four times what demo and tests ever import.
unexport PYTHONDONTWRITEBYTECODE
# No telemetry from the tools that we start.
export DVC_NO_ANALYTICS := 1
export WANDB_MODE ?= disabled

.PHONY: install demo test bench fuzz lint format lock clean help services test-services neo4j-up neo4j-down

help:
	@echo "make demo     the whole pipeline on simulated data, in demo/ (offline once installed)"
	@echo "make test     the test suite"
	@echo "make lint     ruff and mypy"
	@echo "make bench    how fast, how much memory, and ratios against the obvious alternatives (an hour)"
	@echo "make fuzz     10^5 broken files through every reader; 50 kills of the data stages (20 minutes)"
	@echo "make lock     requirements.lock from pyproject.toml"
	@echo "make services, make test-services    real Neo4j, SLURM and S3 servers: install, test"
	@echo "make neo4j-up, make neo4j-down       a Neo4j server on this machine"

install: $(STAMP)

$(STAMP): requirements.lock pyproject.toml
	@command -v git >/dev/null || { echo "git is missing: install git and run make again"; exit 1; }
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) is missing: install Python >= 3.11, or run make PYTHON=/path/to/python"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$(PYTHON) is older than Python 3.11: run make PYTHON=/path/to/newer/python"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv || { echo "could not make .venv: is the venv module installed (Debian: apt install python3-venv)?"; exit 1; }
	@test -x $(BIN)/uv || $(BIN)/pip install --quiet uv
	$(BIN)/uv pip sync --quiet --require-hashes requirements.lock
	$(BIN)/uv pip install --quiet --no-deps --editable .
	@touch $(STAMP)

demo: install
	$(BIN)/knockon demo

test: install
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile

bench: install
	$(BIN)/python -m benchmarks.graph
	$(BIN)/python -m benchmarks.dataset
	$(BIN)/python -m benchmarks.represent
	$(BIN)/python -m benchmarks.scale
	$(BIN)/python -m benchmarks.change
	$(BIN)/python -m benchmarks.concordance
	$(BIN)/python -m benchmarks.binding
	$(BIN)/python -m benchmarks.screen
	$(BIN)/python -m benchmarks.flux
	$(BIN)/python -m benchmarks.designs
	$(BIN)/python -m benchmarks.published speed

fuzz: install
	$(BIN)/python -m benchmarks.fuzz
	$(BIN)/python -m benchmarks.kill

services: install
	services/install.sh

test-services: install
	$(BIN)/python -m pytest -m services --numprocesses 2 --dist loadfile tests/services $(SERVICES_OPTIONS)

neo4j-up:
	services/neo4j/neo4j.sh up

neo4j-down:
	services/neo4j/neo4j.sh down

lint: install
	$(BIN)/ruff check src tests
	$(BIN)/ruff format --check src tests
	$(BIN)/mypy

format: install
	$(BIN)/ruff check --fix src tests
	$(BIN)/ruff format src tests

lock: install
	$(BIN)/uv pip compile --quiet --generate-hashes --no-header --extra dev pyproject.toml -o requirements.lock

clean:
	rm -rf demo .mypy_cache .ruff_cache .pytest_cache
