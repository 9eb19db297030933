# Two commands do it all on a machine with Python 3.11+, git and make: `make demo` and `make test`.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: demo test lint bench clean help

demo: $(VENV)/.installed ## set up, build the example corpus, show the lineage of Orca 2
	@$(BIN)/begat demo

test: $(VENV)/.installed-dev ## set up, run all tests
	@$(BIN)/python -m pytest -q

lint: $(VENV)/.installed-dev ## the linter, the formatter and the type checker
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

bench: $(VENV)/.installed-dev ## measure (docs/benchmarks.md says how to read it)
	@$(BIN)/python -m benchmarks.build

clean: ## remove the environment and everything made
	rm -rf $(VENV) build dist *.egg-info out artifacts

help: ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

$(VENV)/.venv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "begat needs Python 3.11 or newer; name one: make PYTHON=python3.12")'
	@echo "Setting up $(VENV) (once; about a minute)"
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.installed: pyproject.toml | $(VENV)/.venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	@touch $@

$(VENV)/.installed-dev: pyproject.toml | $(VENV)/.venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@ $(VENV)/.installed
