PYTHON ?= python3
SHELL := /bin/bash
BIN := .venv/bin
# From the command line or the environment, else from .env, else the default.
from_env_file = $(shell sed -n 's/^$(1)=//p' .env 2>/dev/null | tail -n 1)
PORT ?= $(or $(call from_env_file,PORT),8080)
HOST ?= $(or $(call from_env_file,HOST),127.0.0.1)
export PORT HOST

.DEFAULT_GOAL := help
.PHONY: help run serve free-port static install install-dev migrate check test test-sqlite test-postgres fuzz bench bench-check bench-science lock messages format

help: ## List the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

run: free-port migrate static ## Set everything up and serve on http://127.0.0.1:8080 (PORT, HOST)
	@$(BIN)/python manage.py seed_demo --if-empty --url http://$(HOST):$(PORT)
	@exec $(BIN)/python -m config.server

serve: free-port static ## Serve without migrating (DATABASE_URL, else SQLite in var/)
	@exec $(BIN)/python -m config.server

free-port: .venv/bin/python
	@$(BIN)/python -m config.free_port

install: .venv/installed ## Create .venv with everything the server needs

install-dev: .venv/installed-dev ## Create .venv with everything the tests and checks need too

migrate: install .env ## Migrate the database
	@$(BIN)/python manage.py migrate --verbosity 0

static: install .env ## Collect the static files
	@$(BIN)/python manage.py collectstatic --no-input --verbosity 0

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "LearnTrace needs Python 3.11 or newer; try make PYTHON=python3.12")'
	$(PYTHON) -m venv .venv

.venv/installed: requirements/base.txt | .venv/bin/python
	@echo "Installing LearnTrace into .venv; this takes one or two minutes."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/base.txt
	@touch $@

.venv/installed-dev: requirements/dev.txt | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@ .venv/installed

.env: | .venv/bin/python
	@umask 077 && sed "s|^SECRET_KEY=.*|SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(50))')|" .env.example > $@
	@echo "Wrote .env with a new secret key."

check: install-dev ## Lint, types, import contracts, dependencies, migrations, deployment, OpenAPI
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	$(BIN)/lint-imports
	$(BIN)/deptry .
	DJANGO_SETTINGS_MODULE=tests.settings $(BIN)/python manage.py makemigrations --check --dry-run
	SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(50))') HTTPS_ONLY=true \
		$(BIN)/python manage.py check --deploy --fail-level WARNING
	DJANGO_SETTINGS_MODULE=tests.settings $(BIN)/python manage.py spectacular --validate --fail-on-warn > /dev/null

test: test-sqlite test-postgres ## The whole suite on SQLite and on PostgreSQL

test-sqlite: install-dev ## The suite on SQLite only: the quick loop
	$(BIN)/python -m pytest -n auto --dist worksteal

test-postgres: install-dev ## The suite on PostgreSQL (TEST_DATABASE_URL, else a temporary server)
	$(BIN)/python -m tests.postgres $(BIN)/python -m pytest -n auto --dist worksteal \
		--ignore tests/analytics/core --ignore tests/config/test_language.py  # need no database; SQLite's run has them

fuzz: install-dev static ## Send requests that the OpenAPI document allows, and others (ARGS="--quick", …)
	@$(BIN)/python benchmarks/fuzz.py $(ARGS)

bench: install-dev static ## Measure the APIs on both databases (ARGS="--quick", "--against REF", "--flat", …)
	@$(BIN)/python -m benchmarks.bench $(ARGS)

bench-check: install-dev static ## Check that no frequent request has become slower (ARGS=--update stores the figures)
	@$(BIN)/python -m benchmarks.regression $(ARGS)

bench-science: install-dev ## Compare the figures of the learner model with their targets (ARGS="--served", …)
	@$(BIN)/python -m benchmarks.science $(ARGS)

messages: install-dev ## Collect and compile the translations (needs gettext)
	$(BIN)/django-admin makemessages --all --no-wrap --add-location file \
		--ignore .venv --ignore var --ignore tests --ignore benchmarks --ignore static
	$(BIN)/django-admin compilemessages --locale ar

format: install-dev ## Format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: install-dev ## Pin the newest versions that pyproject.toml allows
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --upgrade --no-header --no-annotate --no-emit-index-url pyproject.toml -o requirements/base.txt
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --upgrade --no-header --no-annotate --no-emit-index-url pyproject.toml --group dev -c requirements/base.txt -o requirements/dev.txt
