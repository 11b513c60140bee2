# Every target does its own set-up; the second time it needs no network.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help run test walk prove bench lint setup setup-test dlib-openblas clean
PY := .venv/bin/python

help:  ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: setup  ## start the portal with demo data on http://national.localhost:8000
	@exec .venv/bin/jianxue run --demo

# What has no database of its own to speak of runs once, on SQLite.
ONCE := base contracts browser walk prove demo web tenancy extension testing flows documents course/test_player.py deadline/test_pages.py \
	attacks/test_faces.py 	presence/test_photo.py presence/test_matching.py presence/test_process.py presence/test_liveness.py
BOTH_CORES := -n 2 --dist worksteal
ON_POSTGRES := $(addprefix --ignore=tests/,$(ONCE)) --ignore=tests/test_run.py

test: setup-test lint  ## lint, types, house rules, all tests on SQLite and PostgreSQL, and the browser's walk
	@$(PY) -m pytest $(BOTH_CORES)
	@echo "on PostgreSQL:"; JIANXUE_TEST_PG=1 $(PY) -m pytest $(BOTH_CORES) $(ON_POSTGRES)
	@$(PY) -m pytest -m walk $(BOTH_CORES)

walk: setup-test  ## the eight steps in a browser; pictures and PDFs in var/walk/
	@$(PY) -m pytest -m walk $(BOTH_CORES)

prove: setup-test  ## the long checks: kills, floods, full numbers; results in var/prove.json
	@$(PY) -m tests.proving

bench: setup-test  ## about eight minutes; a table, and var/bench.json
	@.venv/bin/jianxue bench

lint: setup-test  ## flake8, mypy strict, import-linter
	@$(PY) -m flake8 core plugins tests bench
	@$(PY) -m mypy
	@.venv/bin/lint-imports --no-cache >var/lint-imports.txt 2>&1 || { cat var/lint-imports.txt; exit 1; }

setup:
	@mkdir -p var
	@scripts/setup.sh run

setup-test:
	@mkdir -p var
	@scripts/setup.sh test

dlib-openblas:  ## build dlib for this processor, for faces at a third of the time (docs/operator.md)
	@mkdir -p var
	@JIANXUE_DLIB=openblas scripts/setup.sh run

clean:  ## forget the environment and all local data (var/)
	rm -rf .venv var build *.egg-info .pytest_cache .mypy_cache .hypothesis .import_linter_cache
