# Everything starts here: `make help` says what there is.

PYTHON ?= python3
ARGS ?=
# The processes that tests run in; one more than cores only makes them wait for each other.
WORKERS ?= auto

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help install up test check format bench histories clean

help: ## Say what each target does
	@echo 'make TARGET, where TARGET is one of:'
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  \1\t\2/p' $(MAKEFILE_LIST) | expand -t 14

install: $(STAMP) ## Make .venv and install Prodgate with what its tests need (PYTHON=python3.12 picks another)

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Prodgate needs Python 3.11 or newer; try PYTHON=python3.11")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]' -c constraints.txt
	@touch $@

up: $(STAMP) ## Run it all on this machine, demo systems included (ARGS="--port 9000 --data DIR")
	$(BIN)/prodgate up $(ARGS)

test: check ## Check, then run every test and hold the coverage
	@$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest -n $(WORKERS)
	@$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

check: $(STAMP) ## Lint, check the format, the types, the import directions and for holes
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/bandit --quiet --configfile pyproject.toml --recursive *.py activities api clients demo domain record workflows

format: $(STAMP) ## Format the code and mend what the linter can mend
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

bench: $(STAMP) ## Measure what is measured, and print the numbers (ARGS are the bench's own)
	$(BIN)/python -m bench $(ARGS)

histories: $(STAMP) ## Record the workflow histories that replay tests hold; for a changed workflow only
	$(BIN)/python -m tests.workflows.record_histories

clean: ## Remove what was installed, built and measured; the data of `make up` stays
	rm -rf $(VENV) build dist *.egg-info .coverage .coverage.* .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
	find . -name __pycache__ -type d -not -path './node_modules/*' -prune -exec rm -rf {} +
