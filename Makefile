# Everything a newcomer needs. `make demo` shows Pulse; `make test` proves it.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help demo test check bench attack docs screenshots assets lock chromium clean

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
TEST_WORKERS ?= 2
export PATH := $(abspath $(BIN)):$(PATH)

help:
	@echo "make demo         a fictional city with 18 months of history, in your browser"
	@echo "make test         every test (finds or installs a Chromium)"
	@echo "make check        style, types, arrows between packages, sizes"
	@echo "make bench        the speed bars, each beside a reference in the same run"
	@echo "make attack       the long attacks: order, traces, watchers, every release of the demo"
	@echo "make docs         the generated parts of docs/"
	@echo "make screenshots  the pictures in docs/images, taken of the demo"

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Pulse needs Python 3.11 or newer; try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
	  { echo "This Python cannot make a virtual environment; on Debian: apt-get install python3-venv"; rm -rf $(VENV); exit 1; }

# The lock holds a hash for every file and no registry address; a changed lock installs again.
$(INSTALLED): requirements.lock pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

assets: $(INSTALLED)
	@$(BIN)/python scripts/build_assets.py

demo: assets
	$(BIN)/pulse demo

chromium: $(INSTALLED)
	@$(BIN)/python scripts/ensure_chromium.py

test: assets chromium
	$(BIN)/python -m pytest -q -n $(TEST_WORKERS) --dist loadgroup

check: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python scripts/check_sizes.py

bench: assets
	@missed=; for each in $$(grep -l __main__ benchmarks/*.py); do \
	  case $$each in */closing.py|*/tables.py) size=--full;; *) size=;; esac; \
	  echo; echo "== $$each $$size"; $(BIN)/python $$each $$size || missed="$$missed $$each"; done; \
	  if [ -n "$$missed" ]; then echo; echo "a bar was missed or a run failed:$$missed"; exit 1; fi

attack: assets
	$(BIN)/python -m tests.attacks.ballot_order
	$(BIN)/python -m tests.attacks.mark_order
	$(BIN)/python -m tests.attacks.marker_sweep
	$(BIN)/python -m tests.attacks.watchers
	$(BIN)/python -m tests.attacks.engine_decisions
	@$(BIN)/pulse demo --build-only >/dev/null
	PULSE_HOME=demo-data/eastmoor $(BIN)/pulse attack
	PULSE_HOME=demo-data/fernhollow $(BIN)/pulse attack

docs: assets
	$(BIN)/python scripts/build_docs.py

screenshots: assets chromium
	$(BIN)/python scripts/take_screenshots.py

# Chooses versions afresh within pyproject.toml; needs uv (https://docs.astral.sh/uv) on the PATH.
lock:
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-emit-find-links --all-extras --no-header --no-annotate pyproject.toml -o requirements.lock
	npm install --package-lock-only

clean:
	rm -rf $(VENV) node_modules pulse/static/built dist build .mypy_cache .ruff_cache .import_linter_cache .hypothesis
