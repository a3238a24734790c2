# make demo            what kscan does, on KERNEL=dir or on the small kernel of tests/corpus
# make test            the whole gate, each step by name
# make bench           time and memory on KERNEL=dir, against a bare parse
# make bench-bugs      recall on the real bugs of ../shared/bench, with KERNEL_TREES=dir of the kernel trees
# make clean           all that these two made

PYTHON ?= python3
KERNEL ?=
PYTEST_ARGS ?=

VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check --quiet
SOURCES := $(shell find kscan rules -type f ! -name '*.pyc' 2>/dev/null)
# What `make test` installs runs from the checkout and is all that the demo needs, too.
DEMO_READY = $(or $(wildcard $(VENV)/.installed-dev),$(VENV)/.installed)
DEMO_TREE = $(or $(KERNEL),tests/corpus/kernel)
# Nothing here fails because of findings, and rules not stable yet have something to show, too.
DEMO_OPTIONS ?= --preview --fail-on never

define HOW_TO_READ
How to read that: the first line of each finding says where the mistake is, what it is, and the rule
in brackets; the notes are the steps that lead there, each with its place and with how it gets to the
next one; the conditions are what has to hold on the way, and what would make the claim false.
  $(VENV)/bin/kscan rules explain undone-twice        what a rule looks for, and how sure it is
  make demo KERNEL=/path/to/linux                    the same on a kernel of yours
endef
export HOW_TO_READ

.PHONY: demo test format lint types contracts rules pytest bench bench-bugs clean
.NOTPARALLEL:

demo: $(DEMO_READY)
	@$(if $(KERNEL),,cat tests/corpus/kernel/README; echo)
	$(VENV)/bin/kscan scan --tree "$(DEMO_TREE)" $(DEMO_OPTIONS)
	@$(if $(KERNEL),,echo; echo "$$HOW_TO_READ")

test: format lint types contracts rules pytest

format: $(VENV)/.installed-dev
	@echo "== format (ruff format)"
	@$(PY) -m ruff format --check --quiet . || { $(PY) -m ruff format --diff --quiet .; exit 1; }

lint: $(VENV)/.installed-dev
	@echo "== lint (ruff check)"
	@$(PY) -m ruff check --quiet .

types: $(VENV)/.installed-dev
	@echo "== types (mypy)"
	@$(PY) -m mypy --no-error-summary

contracts: $(VENV)/.installed-dev
	@echo "== contracts (lint-imports)"
	@$(VENV)/bin/lint-imports

rules: $(VENV)/.installed-dev
	@echo "== rules (kscan rules check)"
	@$(PY) -m kscan rules check

pytest: $(VENV)/.installed-dev
	@echo "== tests (pytest)"
	@$(PY) -m pytest -m "not kernel" $(PYTEST_ARGS)

bench: $(DEMO_READY)
	@$(PY) -m tests.benchmark --tree "$(or $(KERNEL),$(KSCAN_KERNEL))"

bench-bugs: $(DEMO_READY)
	@$(PY) -m tests.benchmark.bugs --details

$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "kscan needs Python 3.11 or newer, but $(PYTHON) is $$({ $(PYTHON) -V; } 2>/dev/null || echo missing);" \
	       "name another one: make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -m venv --clear $(VENV) || { \
	  echo "$(PYTHON) cannot make a virtual environment (Debian has that in python3-venv)" >&2; exit 1; }
	@touch $@

$(VENV)/.installed: $(VENV)/.made pyproject.toml README.md LICENSE $(SOURCES)
	@echo "== installing kscan into $(VENV)"
	@$(PIP) install .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.made pyproject.toml
	@echo "== installing kscan and its tools into $(VENV)"
	@$(PIP) install --editable '.[dev]'
	@rm -f $(VENV)/.installed
	@touch $@

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
	find kscan tests -name __pycache__ -type d -prune -exec rm -rf {} +
