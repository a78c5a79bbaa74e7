# Each target works from a bare clone, given make and Python 3.11 or later, and is quick the second time:
# requirements/install.sh makes what is missing in .venv, and nothing when all is there.

PYTHON ?=
# Test workers: the browser tests need memory, so not one for each core of a large machine.
JOBS ?= 2
# For example: make reports ARGS="--year 2019-20 --service reflect"
ARGS ?=

install := PYTHON="$(PYTHON)" sh requirements/install.sh
bin := .venv/bin

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help reports test check lint format lab data pins clean

help: ## what there is to make
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' Makefile

reports: ## the year's reports, from data/ into outputs/
	@$(install) reports
	@$(bin)/ehp-eval run $(ARGS)

test: ## the tests
	@$(install) test
	@$(bin)/pytest --numprocesses $(JOBS) --dist loadgroup $(ARGS)

check: lint test ## what CI runs: lint, types, tests

lint: ## ruff on code and notebooks, types, and no outputs in notebooks
	@$(install) test
	$(bin)/ruff check
	$(bin)/ruff format --check
	$(bin)/mypy
	$(bin)/nbstripout --verify --keep-id notebooks/*.ipynb

format: ## put code and notebooks in form
	@$(install) test
	$(bin)/ruff check --fix
	$(bin)/ruff format
	$(bin)/nbstripout --keep-id notebooks/*.ipynb

# The kernel named python3 is the one of the environment that JupyterLab runs in, unless a kernel of
# that name in the user's own folders comes first: these two variables see to it that none does.
lab: ## JupyterLab on the notebooks
	@$(install) lab
	JUPYTER_PATH= JUPYTER_PREFER_ENV_PATH=1 .venv-lab/bin/jupyter lab --notebook-dir notebooks $(ARGS)

data: ## the synthetic records in data/records, the same on every machine
	@$(install) reports
	@$(bin)/python -m ehp_eval.synthetic data

# The other two files follow the versions of test.txt, so that all environments agree.
compile := $(bin)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	--custom-compile-command "make pins"

pins: ## newer pinned versions in requirements/*.txt
	@$(install) test
	$(compile) --group install --output-file requirements/uv.txt
	$(compile) --group build --extra test --output-file requirements/test.txt pyproject.toml
	$(compile) --group build --constraint requirements/test.txt --output-file requirements/reports.txt pyproject.toml
	$(compile) --group build --extra lab --constraint requirements/test.txt --output-file requirements/lab.txt pyproject.toml

clean: ## remove the environments and caches; reports in outputs/ stay
	rm -rf .venv .venv-lab .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist
	find ehp_eval tests -name __pycache__ -type d -prune -exec rm -rf {} +
