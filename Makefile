# Two commands: `make app` opens the dashboard, `make test` runs every check. Set-up happens by itself.

# An unreachable wheel page costs seconds, not minutes.
export PIP_RETRIES ?= 1
export PIP_DISABLE_PIP_VERSION_CHECK = 1

VENV := .venv
BIN := $(VENV)/bin
BENCH := .venv-bench
PYTHON ?= $(shell for p in python3.12 python3.13 python3.11 python3 python; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null && echo $$p && break; done)

.PHONY: app test format lint types unit browser bench screenshots clean

app: $(VENV)/app.stamp
	$(BIN)/streamlit run Home.py

test: lint types unit

format: $(VENV)/dev.stamp
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lint: $(VENV)/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/dev.stamp
	$(BIN)/mypy

unit: $(VENV)/dev.stamp
	OMP_NUM_THREADS=1 $(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder  # long files come first

browser: $(VENV)/dev.stamp
	$(BIN)/pytest -m browser

bench: $(BENCH)/stamp
	$(BENCH)/bin/python -m benchmarks $(PARTS)

screenshots: $(VENV)/dev.stamp
	$(BIN)/python -m tests.browser.screenshots

clean:
	rm -rf $(VENV) $(BENCH) static .pytest_cache .mypy_cache .ruff_cache

$(VENV)/python.stamp:
	@test -n "$(PYTHON)" || { echo "This project needs Python 3.11, 3.12 or 3.13; install one, or run: make PYTHON=/path/to/python3.12 app"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	touch $@

$(VENV)/app.stamp: requirements.txt $(VENV)/python.stamp
	$(BIN)/python -m pip install --quiet -r requirements.txt
	touch $@

$(VENV)/dev.stamp: requirements-dev.txt requirements.txt $(VENV)/python.stamp
	$(BIN)/python -m pip install --quiet -r requirements-dev.txt
	touch $(VENV)/app.stamp $@

# The peers live in an environment of their own. The book's package names TensorFlow and an old numpy
# among its dependencies; what is measured needs neither.
$(BENCH)/stamp: requirements-dev.txt requirements.txt
	@test -n "$(PYTHON)" || { echo "The benchmarks need Python 3.11, 3.12 or 3.13; install one, or run: make PYTHON=/path/to/python3.12 bench"; exit 1; }
	test -d $(BENCH) || $(PYTHON) -m venv $(BENCH)
	$(BENCH)/bin/python -m pip install --quiet -r requirements-dev.txt
	$(BENCH)/bin/python -m pip install --quiet --no-deps llms-from-scratch==1.0.19
	touch $@
