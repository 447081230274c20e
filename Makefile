# The commands of this project. `make run` and `make test` do all their own set-up.
PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3.13 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check

.PHONY: run setup test soak check permissions bench attack judge sbom lock format clean help

help:
	@echo "make run     start Sonae on this machine and print the address"
	@echo "make setup   set everything up and leave the command $(BIN)/sonae"
	@echo "make test    run every test (installs a browser where it may)"
	@echo "make soak    kill payments and changes many hundred times, race them, stop the database (takes long; ROUNDS=5)"
	@echo "make check   style, types, architecture, settings"
	@echo "make bench   ratios against named yardsticks, measured in one run"
	@echo "make judge   what Lighthouse, the Nu HTML checker and axe say of the pages"
	@echo "make attack  two tools try to break into a Sonae of their own (takes long)"
	@echo "make sbom    the list of all parts, for auditors"

$(VENV)/base: requirements/base.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Sonae needs Python 3.11 or newer; set PYTHON=/path/to/python3.11")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing what Sonae stands on (once)…"
	@$(PIP) install --require-hashes -r requirements/base.txt
	@$(PIP) install --no-build-isolation --no-deps -e .
	@touch $@

$(VENV)/test: $(VENV)/base requirements/test.txt
	@echo "Installing what the checks and tests need (once)…"
	@$(PIP) install --require-hashes -r requirements/test.txt
	@touch $@

$(VENV)/bench: $(VENV)/test requirements/bench.txt
	@$(PIP) install --require-hashes -r requirements/bench.txt
	@touch $@

setup: $(VENV)/base
	@$(BIN)/sonae setup
	@echo "Ready: $(BIN)/sonae --help"

run: $(VENV)/base
	@$(BIN)/sonae run

check: $(VENV)/test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	DJANGO_SETTINGS_MODULE=sonae.config.settings.check $(BIN)/python -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
	$(BIN)/python -m tests.architecture.deploy_check

test: $(VENV)/test
	@$(BIN)/python -m tests.journeys.browser_setup
	$(BIN)/python -m pytest -n 2 --dist loadgroup $(ARGS)

# The same kills and races as in `make test`, ROUNDS times each; with 5 that is more than a thousand kills.
soak: $(VENV)/test
	SONAE_SOAK_ROUNDS=$(or $(ROUNDS),5) $(BIN)/python -m pytest tests/faults/test_kills.py tests/faults/test_change_kills.py \
	  tests/faults/test_change_races.py tests/faults/test_stopped_batches.py $(ARGS)

# docs/permissions.md, from the table of rights and the desk's addresses.
permissions: $(VENV)/test
	@DJANGO_SETTINGS_MODULE=sonae.config.settings.check $(BIN)/python -m tests.architecture.permissions_page

bench: $(VENV)/bench
	@$(BIN)/python -m bench

# Needs Node and Java beside Chromium. Writes docs/judged/ and the figures that the page about accessibility shows.
judge: $(VENV)/test
	@$(BIN)/python -m tests.journeys.browser_setup
	@$(BIN)/python -m judge

# The tools stand in an environment of their own: they are run as commands and never imported.
attack: $(VENV)/test
	@test -x var/attack-tools/bin/python || $(PYTHON) -m venv var/attack-tools
	@var/attack-tools/bin/python -m pip --quiet --disable-pip-version-check install --require-hashes -r requirements/attack.txt
	@$(BIN)/python -m attack

# The list of all parts that run, for auditors (CycloneDX), from the lock file.
sbom:
	@test -x var/sbom-tool/bin/python || $(PYTHON) -m venv var/sbom-tool
	@var/sbom-tool/bin/python -m pip --quiet --disable-pip-version-check install --require-hashes -r requirements/sbom.txt
	@var/sbom-tool/bin/cyclonedx-py requirements requirements/base.txt --output-reproducible --of JSON -o var/sbom.json
	@echo "var/sbom.json"

lock:
	for part in base test bench sbom attack; do \
	  uv pip compile --quiet --generate-hashes --no-emit-index-url --no-header --python-version 3.11 \
	    requirements/$$part.in --output-file requirements/$$part.txt || exit 1; done

format: $(VENV)/test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf $(VENV) var
