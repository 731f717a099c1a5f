# The menu of the project: `make` prints it. Needs Python 3.11 or newer with pip, and make; nothing else.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
WORKERS ?= 2
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes

.DEFAULT_GOAL := help
.PHONY: help run demo db test check lint e2e bench soak fmt lock

help:
	@awk 'BEGIN {FS = ":.*## "} \
		/^##@/ {printf "\n%s\n", substr($$0, 5)} \
		/^[a-z0-9]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo

##@ Use it
run: $(VENV)/.installed ## start the service with a demo borough on http://127.0.0.1:8000
	$(BIN)/flask demo start

demo: $(VENV)/.installed ## write the demo borough's files, as another system would send them, to demo-files/
	$(BIN)/flask demo write demo-files

db: $(VENV)/.installed ## bring the database to the current schema
	$(BIN)/flask db upgrade

##@ Prove it
test: $(VENV)/.installed-dev ## the whole test suite: unit, architecture, integration, browser
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

check: lint ## lint, and the quick unit and architecture tests
	HYPOTHESIS_PROFILE=quick $(BIN)/python -m pytest -q -n $(WORKERS) -m "not slow" tests/unit tests/architecture

lint: $(VENV)/.installed-dev ## style, format, types, layers, dependencies
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry .

e2e: $(VENV)/.installed-dev ## the browser tests alone
	$(BIN)/python -m pytest tests/e2e

bench: $(VENV)/.installed-dev ## measure speed and growth against the floors
	$(BIN)/python -m tests.bench

soak: $(VENV)/.installed-dev ## kill a thousand schedulers, and count what arrives
	$(BIN)/python -m tests.soak

##@ Change it
fmt: $(VENV)/.installed-dev ## mend format and order of imports
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: $(VENV)/.installed-dev ## renew both lock files from pyproject.toml
	$(BIN)/uv pip compile pyproject.toml --extra prod $(LOCK_OPTIONS) -o requirements.lock
	$(BIN)/uv pip compile pyproject.toml --all-extras $(LOCK_OPTIONS) -o requirements-dev.lock -c requirements.lock

# The newest versions are taken; the files hold no address of a package index, so yours is used.
LOCK_OPTIONS := --upgrade --quiet --generate-hashes --universal --python-version 3.11 \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"

# The environment is made, or brought up to date, when a lock file is newer than it.
$(VENV)/.installed: requirements.lock | $(BIN)/python
	$(INSTALL) -r requirements.lock
	@touch $@

$(VENV)/.installed-dev: requirements-dev.lock | $(BIN)/python
	$(INSTALL) -r requirements-dev.lock
	@touch $@ $(VENV)/.installed

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed. Name it: make PYTHON=python3.12 ..."; exit 1; }
	$(PYTHON) -m venv $(VENV)
