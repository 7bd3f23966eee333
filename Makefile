# The workbook's commands. Everything they make lives in this folder: .venv, outputs, data and the caches.
# A stamp in .venv says what is installed; it is renewed only when pyproject.toml or constraints.txt change.

PYTHON ?= python3
ARGS ?=
BIN := .venv/bin
MADE := .venv/.made
BASE := .venv/.base
TEST := .venv/.test
PIP := $(BIN)/python -m pip --disable-pip-version-check

# pip's own cache stands outside the folder: off, unless you say PIP_NO_CACHE_DIR=0.
export PIP_NO_CACHE_DIR ?= 1
# The kernel inside .venv is the one that runs, and what Jupyter writes stays there (see jupyter_home.py).
export JUPYTER_PREFER_ENV_PATH := 1
export JUPYTER_CONFIG_DIR := $(CURDIR)/.venv/jupyter/config
export JUPYTER_DATA_DIR := $(CURDIR)/.venv/jupyter/data
export JUPYTER_RUNTIME_DIR := $(CURDIR)/.venv/jupyter/runtime
export IPYTHONDIR := $(CURDIR)/.venv/jupyter/ipython
export MPLCONFIGDIR := $(CURDIR)/.venv/jupyter/matplotlib

.PHONY: help setup weekly test test-long lint bench docs lab lock clean
.DELETE_ON_ERROR:

help:  ## Show these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' Makefile
	@echo '  Options go in ARGS, for example: make weekly ARGS="--as-of 2024-06-28"'

setup: $(BASE)  ## Create .venv with the workbook and its Jupyter kernel

# Exit status 3 is a week without a call: its line has been said and its page is written, so it is no error of make.
weekly: $(BASE)  ## Write this week's report
	@$(BIN)/fiveengines weekly $(ARGS) || [ $$? -eq 3 ]

lab: $(BASE)  ## Open the notebooks in JupyterLab
	@$(BIN)/fiveengines lab $(ARGS)

# In the order of the folders: by the number of their tests the few that take long would come last, one worker alone. Three
# workers suit two cores, because tests wait for servers, browsers and kernels a fifth of their time.
test: $(TEST)  ## Run every test and every notebook
	@$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder $(ARGS)

test-long: $(TEST)  ## Run the long trials (an hour): many seeds, many examples, single changes that a test must notice
	@$(BIN)/python -m pytest -n 2 --dist loadfile -m long
	@$(BIN)/python -m pytest -n 2 --dist loadfile --hypothesis-profile=long tests/indicators tests/model tests/overrides tests/data tests/portfolio
	@$(BIN)/python tests/mutation/run.py $(ARGS)

lint: $(TEST)  ## Check style, types, import directions and house rules
	@failed=0; \
	for check in 'ruff check --output-format=concise .' 'ruff format --check --output-format=concise .' mypy \
	  'deptry lib notebooks' 'deptry tests --ignore DEP002,DEP004' \
	  'lint-imports --no-logo' 'pytest tests/test_house.py'; do \
	  echo "== $$check"; $(BIN)/$$check || failed=1; \
	done; exit $$failed

bench: $(TEST)  ## Measure time and memory of the weekly report and the history
	@$(BIN)/python tests/bench/run.py $(ARGS)

docs: $(BASE)  ## Renew what docs/ and the schemas of the JSON files take from the code and params
	@$(BIN)/python -m fiveengines.indicators.docs
	@$(BIN)/python -m fiveengines.data.providers.docs
	@$(BIN)/python -m fiveengines.report.schemas

# The last few of the list are needed on some systems only; pywinpty has no build for this one, so only its name is asked.
lock:  ## Renew constraints.txt with the newest versions that pyproject.toml allows
	rm -rf build/lock
	$(PYTHON) -m venv build/lock
	build/lock/bin/python -m pip install -q -e '.[test,prices,cluster]' hatchling editables aiohttp appnope colorama
	build/lock/bin/python -m pip download -q --no-deps --only-binary=:all: --platform win_amd64 -d build/lock pywinpty
	@{ sed -n '/^#/p' constraints.txt; \
	   { build/lock/bin/python -m pip freeze --exclude-editable; \
	     ls build/lock | sed -n 's/^pywinpty-\([0-9.]*\)-.*/pywinpty==\1/p'; } | LC_ALL=C sort -f; } > build/constraints.txt
	mv build/constraints.txt constraints.txt
	rm -rf build/lock

clean:  ## Remove .venv and the caches; outputs and data stay
	rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find lib tests notebooks -name __pycache__ -prune -exec rm -rf {} +

$(MADE):
	@command -v "$(PYTHON)" >/dev/null 2>&1 || \
	  { echo 'Python is missing: install Python 3.11 or newer, or name one: make setup PYTHON=/path/to/python3.' >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed, this is %d.%d: install a newer one, or name it: make setup PYTHON=python3.12." % sys.version_info[:2])'
	@echo 'Creating .venv …'
	@"$(PYTHON)" -m venv .venv
	@mkdir -p .venv/jupyter && touch $@

# pip compiles what it installs and leaves out what stays here: where Python may not do it either
# (PYTHONDONTWRITEBYTECODE), every command would compile the package anew.
$(BASE): $(MADE) pyproject.toml constraints.txt
	@echo 'Installing the workbook (a few minutes the first time) …'
	@PIP_CONSTRAINT=constraints.txt PIP_BUILD_CONSTRAINT=constraints.txt $(PIP) install -q -e '.[prices]'
	@$(BIN)/python -m compileall -q lib
	@touch $@

$(TEST): $(BASE)
	@echo 'Installing what the tests need …'
	@PIP_CONSTRAINT=constraints.txt PIP_BUILD_CONSTRAINT=constraints.txt $(PIP) install -q -e '.[test,prices,cluster]'
	@touch $@
