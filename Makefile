# `make demo` and `make test` need Python 3.11 or later, git and make, and set up the rest by themselves.
# PYTHON=… chooses the interpreter, ARGS=… is handed to pytest, PARTS=… to `make parts`, WORKERS=… says how many
# processes run tests.

PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_DISABLE_PIP_VERSION_CHECK

BIN := .venv/bin
PARTS ?= all
WORKERS ?= $(shell getconf _NPROCESSORS_ONLN)
TEST_PARTS := kustomize kubectl helm crane kubeconform kubeconform-schemas gitea gitlab-openapi azure-openapi
# Files out of npm packages, where there is npm.
TEST_PARTS += $(if $(shell command -v npm),github-openapi github-graphql bitbucket-openapi)
CODE := promote tools tests

.PHONY: help
help:
	@echo "make demo    play a release from dev to production and disaster recovery"
	@echo "make test    run all tests (ARGS='-k name' for some)"
	@echo "make lint    check style and format; make format mends them"
	@echo "make types   check types"
	@echo "make check   all that CI checks"
	@echo "make bench   run the benchmarks"
	@echo "make parts   build the programs that tests and benchmarks compare with"
	@echo "make lock    choose anew the versions that .venv is made of"
	@echo "make clean   remove what these made here"

.PHONY: demo
demo: .venv/made-run
	@$(BIN)/python tools/demo.py

.PHONY: test
test: .venv/made-dev test-parts
	$(BIN)/pytest -n $(WORKERS) --dist worksteal --cov --cov-report=term:skip-covered $(ARGS)

.PHONY: test-parts
test-parts: .venv/made-dev
	@if command -v go >/dev/null; then $(BIN)/python tools/parts install $(TEST_PARTS); \
	else echo "go is not there: tests that compare with $(TEST_PARTS) are skipped"; fi

.PHONY: lint
lint: .venv/made-dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check

.PHONY: format
format: .venv/made-dev
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

.PHONY: types
types: .venv/made-dev
	tools/typecheck

.PHONY: check
check: lint types test

.PHONY: bench
bench: .venv/made-dev
	@$(BIN)/python tools/parts install kustomize
	@set -e; for file in benchmarks/*.py; do echo "== $$file"; $(BIN)/python "$$file"; done

.PHONY: parts
parts: .venv/made-dev
	@$(BIN)/python tools/parts install $(PARTS)

.PHONY: lock
lock:
	tools/venv lock

.PHONY: clean
clean:
	rm -rf .venv build dist htmlcov .coverage .coverage.* .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find promote tools tests -name __pycache__ -type d -prune -exec rm -rf {} +

# `run` is promote and what it needs; `dev` adds what tests and checks need. The stamp is written last,
# so that an installation that was cut off is done again.
.venv/made-%: pyproject.toml tools/constraints.txt tools/venv
	tools/venv $*
