# Two commands are enough: `make demo` and `make test`. Everything lands in .venv, demo-study and the user's cache.
PYTHON ?= $(shell for name in python3 python3.11 python3.12; do \
  $$name -c 'import sys; sys.exit(sys.version_info[:2] not in ((3, 11), (3, 12)))' 2>/dev/null && echo $$name && exit; \
  done; echo python3)
VENV := .venv
BIN := $(VENV)/bin
STUDY ?= demo-study

# One thread a process: several processes share the cores. Nothing reaches the network in a run.
export OMP_NUM_THREADS = 1
export OPENBLAS_NUM_THREADS = 1
export PYANNOTE_METRICS_ENABLED = 0
export HF_HUB_OFFLINE = 1

.PHONY: demo test bench notebook lint types contracts core-tests model-tests models clean help

help:
	@echo "make demo      set everything up and run the main job on the example study"
	@echo "make test      every check of the project"
	@echo "make bench     the long measurements (tests/benchmarks)"
	@echo "make notebook  open the first notebook on the example study"

$(VENV)/.installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if v in ((3, 11), (3, 12)) else f"earful needs Python 3.11 or 3.12, this is {v[0]}.{v[1]}; run: make PYTHON=python3.11 $(MAKECMDGOALS)")'
	test -x $(BIN)/pip || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install -q --upgrade pip==26.3
	# torch first and with its dependencies: the CPU wheel where one is offered, else the CUDA build
	$(BIN)/pip install -q -c requirements.lock torch==2.13.0
	# the rest exactly as locked; --no-deps leaves out what is useless here (triton, 1 GB)
	$(BIN)/pip install -q --no-deps -r requirements.lock
	$(BIN)/pip install -q --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.tested-with: $(VENV)/.installed requirements-dev.lock
	$(BIN)/pip install -q --no-deps -r requirements-dev.lock
	@touch $@

models: $(VENV)/.installed
	$(BIN)/earful models prepare

demo: models
	$(BIN)/earful demo $(STUDY)

test: $(VENV)/.tested-with lint types contracts models core-tests model-tests

lint: $(VENV)/.tested-with
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.tested-with
	$(BIN)/mypy

contracts: $(VENV)/.tested-with
	$(BIN)/lint-imports

core-tests: $(VENV)/.tested-with
	$(BIN)/pytest -m "not models and not browser"

model-tests: $(VENV)/.tested-with models
	$(BIN)/pytest -m "models or browser" tests

bench: $(VENV)/.tested-with models
	@for script in tests/benchmarks/[a-z]*.py; do echo "== $$script"; $(BIN)/python $$script || exit 1; done

notebook: demo $(VENV)/.tested-with
	EARFUL_STUDY=$(CURDIR)/$(STUDY) $(BIN)/jupyter lab notebooks/01_first_look.ipynb

clean:
	rm -rf $(VENV) $(STUDY) build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
