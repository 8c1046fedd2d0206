# Everything runs in .venv, made from Python 3.11 and the versions of requirements/dev.lock.
PYTHON ?= python3.11
BIN := .venv/bin
SAMPLE := demo/documents/lanqiao-2026-plan.txt

.PHONY: help run test setup check accuracy bench docs lock clean

help:  ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort

setup: .venv/ready  ## make .venv with the locked versions

.venv/ready: pyproject.toml requirements/dev.lock
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements/dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

run: setup  ## read the invented sample document and print its ledger
	@$(BIN)/duban extract $(SAMPLE)

test: setup  ## run all tests
	$(BIN)/python -m pytest -n auto

check: setup  ## ruff, mypy, import-linter
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

accuracy: setup  ## score the readings of ../shared and compare with the last recorded result
	$(BIN)/python benchmark/accuracy.py

bench: setup  ## speed, beside jionlp in an environment of its own
	$(BIN)/python benchmark/speed.py

docs: setup  ## write docs/rules.md from the rules
	$(BIN)/python -m duban.core.extract.rules docs/rules.md

lock: setup  ## resolve requirements/dev.lock anew
	$(BIN)/python -m pip install --quiet pip-tools
	$(BIN)/pip-compile --quiet --strip-extras --allow-unsafe --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --extra dev --output-file requirements/dev.lock pyproject.toml

clean:
	rm -rf .venv build dist
