# Every task of this repository. `make help` lists them; each makes .venv first if it is not up to date.
.DEFAULT_GOAL := help
.NOTPARALLEL:
SHELL := /bin/sh

bin := .venv/bin
MODULE ?= 02
SUBMISSION ?=
OUT ?= out
TO ?= ../track-release
SUBMISSIONS ?=
ROSTER ?=
INSTALL ?=

export UV_PYTHON_DOWNLOADS = never
export NO_MKDOCS_2_WARNING = 1

.PHONY: help setup grade class doctor release test lint format types layers pytest course docs serve-docs reference verify prove bench build clean

##@ Begin here

help: ## List these targets
	@awk -F ':.*## ' '/^##@ / { print "\n" substr($$0, 5) } /^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile
	@printf '\nMore, such as score, judge, export and review: $(bin)/grader --help, docs/instructors/, docs/authors/\n'

setup: ## Make the environment in .venv (PYTHON=/path/to/python3.13 to choose the Python)
	@scripts/setup

doctor: setup ## Say what this machine has for grading, and how to get what it lacks
	@$(bin)/grader doctor

##@ For instructors

grade: preflight setup ## Grade a bundled sample, or SUBMISSION=path MODULE=02; writes the report below out/
	@scripts/grade "$(MODULE)" "$(SUBMISSION)" "$(OUT)"

class: preflight setup ## Grade all in SUBMISSIONS=folder for MODULE=02 (ROSTER=list.csv); again: goes on where it stopped
	$(if $(SUBMISSIONS),,$(error Say which folder holds the submissions: make class SUBMISSIONS=folder MODULE=02))
	@$(bin)/grader class "$(SUBMISSIONS)" --module "$(MODULE)" --out "$(OUT)/class-$(MODULE)" \
		$(if $(ROSTER),--roster "$(ROSTER)") $(if $(wildcard $(OUT)/class-$(MODULE)/class.sqlite3),--resume)

release: setup ## Write what learners of MODULE=02 receive to the new folder TO=../track-release
	@$(bin)/grader release "$(TO)" --module "$(MODULE)"

##@ Before a change is merged

test: complete setup lint types layers course pytest ## Everything that has to hold (INSTALL=yes lets sudo install what lacks)

.PHONY: preflight complete
preflight:
	@scripts/preflight grade

complete:
	@INSTALL="$(INSTALL)" scripts/preflight test

lint: setup ## Check style, formatting and docstrings, and the names in every state of the application
	$(bin)/ruff check
	$(bin)/ruff format --check
	$(bin)/interrogate grader
	$(bin)/grader course lint

format: setup ## Format the code and mend what can be mended by itself
	$(bin)/ruff format
	$(bin)/ruff check --fix

types: setup ## Check the types
	$(bin)/mypy

layers: setup ## Check that the packages import only what is below them
	$(bin)/lint-imports --no-cache

course: setup ## Check that the committed starters are what the reference projects to, and the ledger
	$(bin)/grader course build --check

pytest: setup ## Run the grader's own tests, slow ones last (ARGS="tests/scoring -k weights")
	$(bin)/python -m pytest --numprocesses=3 --dist loadgroup --no-loadscope-reorder --durations=10 $(ARGS)

##@ For course authors

build: setup ## Project the reference to the committed starters, and build the wheel into dist/
	$(bin)/grader course build
	$(bin)/uv build --python $(bin)/python --wheel --no-build-isolation --quiet

reference: setup ## Write anew what pages take from the program and the manifests
	$(bin)/python -m scripts.cli_reference
	$(bin)/python -m scripts.criteria_tables
	$(bin)/python -m scripts.unseen_table
	$(bin)/python -m scripts.permission_tables

verify: setup ## Let the course prove itself, quickly (see docs/authors/proof.md)
	$(bin)/grader course verify

prove: setup ## Grade every state and mutant, a solution on a busy machine, and all that is right under five seeds, write the ledgers, and try the gates in full
	$(bin)/grader course prove --older-grader
	$(bin)/grader course prove --under-load
	$(bin)/grader course prove --seeds 5
	$(bin)/python -m pytest -m exhaustive

##@ The site, the speed, and the rest

docs: setup ## Build the site strictly into site/
	$(bin)/mkdocs build --strict --quiet
	@echo "site/index.html"

serve-docs: setup ## Show the site at http://127.0.0.1:8000 and rebuild it on change
	$(bin)/mkdocs serve --strict

bench: setup ## Measure the speed of the grader, as ratios of one run
	$(bin)/python -m benchmarks

clean: ## Remove everything that was made here, .venv included
	rm -rf .venv site build dist out .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache htmlcov .coverage
	find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +
