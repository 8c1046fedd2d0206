# Everything runs in .venv, made from Python 3.11 and the versions of requirements/dev.lock.
PYTHON ?= python3.11
BIN := .venv/bin
PORT ?= 8000
VENDOR := src/duban/config/static/vendor/.ready
SAMPLE := demo/documents/lanqiao-2026-plan.txt

.PHONY: help run sample test setup assets check accuracy bench bench-clocks bench-dispatch bench-rankings bench-site docs lock clean

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort

setup: .venv/ready assets  ## make .venv with the locked versions, and the assets

assets: $(VENDOR)  ## fetch the locked style sheet, icons and charts that pages load

$(VENDOR): package-lock.json src/duban/config/assets.py | .venv/ready
	PYTHONPATH=src $(BIN)/python -m duban.config.assets

.venv/ready: pyproject.toml requirements/dev.lock
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements/dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

run: setup  ## start the site with the demo; PORT=8123, DUBAN_DATA=folder, EMPTY=1 (no demo)
	@$(BIN)/python -m duban serve --prepare --port $(PORT) $(if $(EMPTY),,--demo demo)

sample: setup  ## read the invented sample document and print its ledger
	@$(BIN)/duban extract $(SAMPLE)

test: setup  ## run all tests
	$(BIN)/python -m pytest -n auto --dist loadgroup

check: setup  ## ruff, mypy, import-linter
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

accuracy: setup  ## score the readings of ../shared and compare with the last recorded result
	$(BIN)/python benchmark/accuracy.py

bench: setup  ## speed, beside jionlp in an environment of its own
	$(BIN)/python benchmark/speed.py

bench-clocks: setup  ## time of the nightly clock run and the boards with 20,000 matters (PostgreSQL 15)
	$(BIN)/python benchmark/clocks.py

bench-dispatch: setup  ## 200 liaisons filing at once, the lights of a year, the overview (PostgreSQL 15)
	$(BIN)/python benchmark/dispatch.py

bench-rankings: setup  ## time of a year's rankings of 200 units and 500 tasks, and of their pages (SQLite)
	$(BIN)/python benchmark/rankings.py

bench-site: setup  ## processor time of the pages, one district and 160 (PostgreSQL 15)
	$(BIN)/python benchmark/site.py

docs: setup  ## write docs/rules.md, docs/states.md and docs/permissions.md from what is declared
	$(BIN)/python -m duban.core.extract.rules docs/rules.md
	DJANGO_SETTINGS_MODULE=duban.config.settings $(BIN)/python -m duban.plans.drawing docs/states.md
	$(BIN)/python -m duban.organisations.permissions docs/permissions.md

lock: setup  ## resolve requirements/dev.lock anew
	$(BIN)/python -m pip install --quiet pip-tools
	$(BIN)/pip-compile --quiet --strip-extras --allow-unsafe --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --extra dev --extra site --extra postgres --output-file requirements/dev.lock pyproject.toml

clean:
	rm -rf .venv build dist
