# Two commands do it all on a machine with Python 3.11+, git and make: `make demo` and `make test`.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: demo test test-neo4j lint bench clean help

demo: $(VENV)/.installed ## set up, build the example corpus, show the lineage of Orca 2
	@$(BIN)/begat demo

test: $(VENV)/.installed-dev ## set up, run all tests
	@$(BIN)/python -m pytest -q

test-neo4j: $(VENV)/.installed-dev .neo4j/lib ## the tests against a real Neo4j (fetched once, needs Java and Maven)
	@BEGAT_NEO4J_LIB=$(CURDIR)/.neo4j/lib $(BIN)/python -m pytest -q -m neo4j

lint: $(VENV)/.installed-dev ## the linter, the formatter and the type checker
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

bench: $(VENV)/.installed-dev ## measure (docs/benchmarks.md says how to read it)
	@$(BIN)/python -m benchmarks.build

clean: ## remove the environment and everything made
	rm -rf $(VENV) build dist *.egg-info out artifacts

help: ## this list
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

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

.neo4j/lib: tests/neo4j_server/pom.xml
	@command -v mvn >/dev/null || { echo "The jars of Neo4j come through Maven, which is not installed (Debian: apt install maven)"; exit 1; }
	@echo "Fetching Neo4j from Maven Central (125 MB, once)"
	@rm -rf .neo4j/new && mvn -q -B -f $< dependency:copy-dependencies -DoutputDirectory=$(CURDIR)/.neo4j/new
	@rm -rf $@ && mv .neo4j/new $@
