# make run: set up, demonstration figures if there are none, dashboard on loopback.
# make test: set up, the whole suite. make check: lint, types, contracts, unsafe code.
# make install: only what runs, from the hashed lock. make lock: renew it after a change of requirements.txt.
# make sbom: the bill of materials of the lock. make audit: weaknesses known of it, or "NOT CHECKED".
# make spark: what a Spark warehouse needs.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin

.PHONY: run test check fmt clean pictures install lock sbom audit spark

run: .venv/run
	$(BIN)/python -m etl demo --when-empty
	$(BIN)/python -m metrics publish --when-none
	$(BIN)/streamlit run gate.py

test: .venv/dev
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

check: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/bandit --quiet --configfile pyproject.toml --recursive $(wildcard *.py access) etl metrics pages reports

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

install: requirements.lock
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock

lock: .venv/dev
	$(BIN)/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe --no-emit-index-url \
		--no-emit-find-links --output-file requirements.lock requirements.txt

sbom: .venv/dev
	$(BIN)/cyclonedx-py requirements requirements.lock --of JSON --output-file sbom.json

audit: requirements.lock
	$(PYTHON) -m venv .venv/audit
	.venv/audit/bin/python -m pip install --quiet --disable-pip-version-check "pip-audit>=2.10,<3"
	deploy/audit.sh

spark: .venv/dev
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-spark.txt

pictures: .venv/dev
	$(BIN)/python -m tests.browser.pictures docs/pictures

clean:
	rm -rf .venv
