# make run: set up, demonstration figures if there are none, dashboard on loopback.
# make test: set up, the whole suite. make check: lint, types, contracts. make spark: what a Spark warehouse needs.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin

.PHONY: run test check fmt clean pictures spark

run: .venv/run
	$(BIN)/python -m etl demo --when-empty
	$(BIN)/python -m metrics publish --when-none
	$(BIN)/streamlit run app.py

test: .venv/dev
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --dist loadgroup

check: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fmt: .venv/dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.venv/run: requirements.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

.venv/dev: requirements.txt requirements-dev.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	touch $@ .venv/run

spark: .venv/dev
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-spark.txt

pictures: .venv/dev
	$(BIN)/python -m tests.browser.pictures docs/pictures

clean:
	rm -rf .venv
