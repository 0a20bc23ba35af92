# Wegwijs: make run, make test. Everything else is a step of these two.
SHELL := /bin/bash
VENV := .venv
BIN := $(VENV)/bin
ENVIRONMENT := $(VENV)/ready

.PHONY: run test check train bench soak lock audit clean help

help:
	@echo "make run     set everything up and start it; prints where to click"
	@echo "make test    all tests, training included (needs Debian's chromium for the pages)"
	@echo "make check   ruff, mypy, content check"
	@echo "make train   train the model from content/"
	@echo "make bench   measure speed and memory beside the peers"
	@echo "make soak    1,000 people write while everything is killed; 10,000 hostile updates; half an hour"
	@echo "make audit   known weaknesses of the locked packages (needs uv and a package index that offers them)"
	@echo "make lock    write requirements/*.txt anew from pyproject.toml (needs uv)"

$(ENVIRONMENT): requirements/all.txt pyproject.toml scripts/environment.sh
	@scripts/environment.sh $(VENV) requirements/all.txt
	@touch $@

run: $(ENVIRONMENT)
	@$(BIN)/wegwijs run

train: $(ENVIRONMENT)
	@$(BIN)/wegwijs train

check: $(ENVIRONMENT)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	$(BIN)/wegwijs content check

test: $(ENVIRONMENT)
	@scripts/browser.sh
	$(BIN)/wegwijs train
	$(BIN)/python -m pytest

bench: $(ENVIRONMENT)
	$(BIN)/python -m tests.bench

soak: $(ENVIRONMENT)
	$(BIN)/wegwijs train
	$(BIN)/python -m pytest -s tests/faults tests/bot/test_fuzz.py --soak

lock:
	uv pip compile pyproject.toml --extra nlu --extra dev --python-version 3.10 --generate-hashes --no-annotate --no-header \
	  --no-emit-index-url -q -o requirements/all.txt
	uv pip compile pyproject.toml --python-version 3.10 --generate-hashes --no-annotate --no-header --no-emit-index-url -q \
	  -c requirements/all.txt -o requirements/app.txt

audit:
	uv tool run pip-audit==2.10.1 --require-hashes --disable-pip -r requirements/app.txt
	uv tool run pip-audit==2.10.1 --require-hashes --disable-pip -r requirements/all.txt

clean:
	rm -rf $(VENV) .cache models
