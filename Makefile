# What there is to do. Needs Python 3.11 or newer, make, and the package registries; `kafka-test` also Java 17, Maven and openssl;
# `client-test` Node.js 20 with npm and a Chromium.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

CLIENTS := tests/clients

.PHONY: help demo test mutants check kafka-test client-test faults soak chaos fuzz schemathesis bench lock clean

help: ## say what there is to do
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

demo: $(INSTALLED) ## simulated shoppers, a broker, a worker, answers: two minutes, and nothing left running
	@$(BIN)/throughline demo

test: $(INSTALLED) ## all tests that need neither Java nor Node.js
	$(BIN)/pytest -m "not kafka and not clients" --numprocesses 2 --dist loadgroup --durations=15

mutants: $(INSTALLED) ## does a test notice each of the changes that break something? half an hour
	$(BIN)/python -m tests.mutants

check: $(INSTALLED) ## lint, types, and the doors between the rooms
	$(BIN)/ruff check .
	$(BIN)/ruff format --check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports

kafka-test: $(INSTALLED) ## the tests against an Apache Kafka from its published jars
	$(BIN)/pytest -m kafka --numprocesses 2 --dist loadfile --durations=15

client-test: $(INSTALLED) $(CLIENTS)/node_modules/.installed $(CLIENTS)/.venv/.installed ## other people's clients send to the collector
	$(BIN)/pytest -m clients --durations=5 $(CLIENTS)

faults: $(INSTALLED) ## 200 faults while history streams in, judged by the oracle; twenty minutes; root, Java, Maven
	$(BIN)/python -m tests.faults --faults 200

soak: $(INSTALLED) ## half an hour under random faults, and what a worker left alone comes to hold; MINUTES=… for less
	$(BIN)/python -m tests.faults --minutes $(or $(MINUTES),30) --days 120 --shoppers 1500 --spare 1

chaos: $(INSTALLED) ## an Apache Kafka away for a minute under 2,000 events a second, and the collector killed; Java, Maven
	$(BIN)/python -m tests.collector.chaos --apache

fuzz: $(INSTALLED) ## 100,000 crooked bodies for the collector; BODIES=… for less
	$(BIN)/python -m tests.collector.fuzz --bodies $(or $(BODIES),100000)

schemathesis: $(INSTALLED) ## the collector is asked more of what its OpenAPI document allows; EXAMPLES=… of each address
	EXAMPLES=$(or $(EXAMPLES),300) $(BIN)/pytest tests/collector/test_openapi.py

bench: $(INSTALLED) ## measure throughput, state and cost per event; prints the table of the README
	$(BIN)/python -m bench

LOCKED := --universal --python-version 3.11 --generate-hashes --no-emit-index-url --quiet --custom-compile-command "make lock"
lock: ## resolve requirements.lock and requirements-run.lock (without the tools of development) anew; needs uv
	uv pip compile pyproject.toml --extra dev --upgrade $(LOCKED) -o requirements.lock
	uv pip compile pyproject.toml --constraint requirements.lock $(LOCKED) -o requirements-run.lock
	uv pip compile bench/peers/requirements.in --upgrade $(LOCKED) -o bench/peers/requirements.txt
	uv pip compile $(CLIENTS)/requirements.in --upgrade $(LOCKED) -o $(CLIENTS)/requirements.txt

clean: ## remove what building, testing and the demo left behind; data of `throughline up` stays
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	rm -rf .throughline/demo $(CLIENTS)/node_modules $(CLIENTS)/.venv
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Locked and hashed; the project itself is linked in place, built with the backend that the lock names.
$(INSTALLED): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed: none was found on the PATH."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; set PYTHON=…"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# The clients stand apart from what we run ourselves: what they need may be other versions than ours. `npm ci` would refuse a lock
# that leaves out what is optional and for other systems; this takes its versions, and checks its hashes, just the same.
$(CLIENTS)/node_modules/.installed: $(CLIENTS)/package.json $(CLIENTS)/package-lock.json
	npm install --prefix $(CLIENTS) --no-save --ignore-scripts --omit=optional --no-audit --no-fund --loglevel error
	@touch $@

$(CLIENTS)/.venv/.installed: $(CLIENTS)/requirements.txt
	$(PYTHON) -m venv $(CLIENTS)/.venv
	$(CLIENTS)/.venv/bin/pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r $(CLIENTS)/requirements.txt
	@touch $@
