# `make demo` and `make test` do all of the set-up that they need on a fresh machine.

PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	if command -v $$p >/dev/null && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; \
	then echo $$p; break; fi; done)
BIN := .venv/bin

.PHONY: demo test lint types format bench parts clean
.DEFAULT_GOAL := demo

.venv/python:
	@test -n "$(PYTHON)" || { echo "promote needs Python 3.11 or later" >&2; exit 1; }
	$(PYTHON) -m venv .venv
	@touch $@

.venv/installed: .venv/python pyproject.toml
	$(BIN)/pip install --quiet --editable .
	@touch $@

.venv/developing: .venv/python pyproject.toml
	$(BIN)/pip install --quiet --editable '.[dev]'
	@touch .venv/installed $@

demo: .venv/installed  ## play a release from dev to production and DR in a temporary folder
	$(BIN)/python tools/demo.py

parts: .venv/developing  ## build the real programs that tests run, outside the repository
	$(BIN)/python tools/parts.py install --for-tests

test: .venv/developing parts  ## run all tests
	$(BIN)/python -m pytest --cov --cov-report=term:skip-covered

lint: .venv/developing  ## lint, and check the format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/developing  ## check the types
	$(BIN)/mypy

format: .venv/developing  ## put the code in its format
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

bench: .venv/developing parts  ## compare the speed with that of peers
	$(BIN)/python -m benchmarks

clean:  ## remove what the commands above made
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage
