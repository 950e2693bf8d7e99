# Every path is relative: the folder may have spaces and accents in its name.
PYTHON ?= python3
PY = .venv/bin/python
PYTEST = $(PY) -m pytest
# One for each of two cores; where there are more: make test WORKERS=4.
WORKERS ?= 2
# What touches no database. Everything else runs on both; single tests that ask for none are left out by themselves.
WITHOUT_DATABASE = --ignore tests/rules --ignore tests/architecture --ignore tests/faults --ignore tests/browser

.DEFAULT_GOAL := run
.PHONY: run install install-dev browser test lint audit bench chaos outage lock translations help

run: ## Everything in one terminal, with a demo on an empty database; Ctrl-C stops it.
	@$(PYTHON) install.py
	@$(PY) app.py

install: ## The virtual environment alone.
	@$(PYTHON) install.py

install-dev:
	@$(PYTHON) install.py --dev

# The system's Chromium where there is one, else the one that Playwright brings.
browser: install-dev
	@command -v chromium || command -v chromium-browser || command -v google-chrome || $(PY) -m playwright install chromium

# Hundreds of processes start in these: each would compile the whole product anew where a machine keeps no bytecode.
test chaos: export PYTHONDONTWRITEBYTECODE =

test: install-dev browser ## All the tests: on SQLite, then what touches the database again on PostgreSQL.
	CXWEB_TEST_DATABASE=sqlite $(PYTEST) -n $(WORKERS)
	CXWEB_TEST_DATABASE=postgresql $(PYTEST) -n $(WORKERS) -m "not browser" $(WITHOUT_DATABASE)

lint: install-dev ## Style, types, import directions, templates.
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	.venv/bin/lint-imports
	@# Its formatter is left out: it takes macros and inline conditions apart and loses their indentation.
	$(PY) -m djlint templates --lint --quiet

# Without the outage: it lasts as long as it is asked to, ten minutes and more.
bench: install-dev ## What measures speed; the figures go to bench/RESULTS.md.
	@for script in $(filter-out bench/outage.py,$(wildcard bench/[a-z]*.py)); do name=$$(basename "$$script" .py); echo "== $$name"; $(PY) -m "bench.$$name" || exit 1; done

chaos: install-dev ## What breaks on purpose: dead sockets, busy ports, then 200 kills and freezes for each gateway and database.
	$(PYTEST) tests/faults -v
	$(PY) -m bench.chaos

outage: install-dev ## Valkey stopped for ten minutes under load.
	$(PY) -m bench.outage

audit: install-dev ## Known weaknesses in the pinned libraries: from the service, or ADVISORIES=a copy of them.
	$(PY) advisories.py $(ADVISORIES)

help: ## What there is.
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/:.*## /\t/'

lock: install-dev ## Pin what the .in files ask for, deliberately.
	$(PY) -m uv pip compile --universal --python-version 3.11 --generate-hashes --no-header requirements.in -o requirements.txt
	$(PY) -m uv pip compile --universal --python-version 3.11 --generate-hashes --no-header requirements-dev.in -o requirements-dev.txt

translations: install-dev ## Bring the catalogues up to date with code and templates.
	@mkdir -p var
	.venv/bin/pybabel -q extract -F babel.cfg -k lazy --omit-header --no-location -o var/messages.pot cxweb templates
	@for file in cxweb/translations/*.po; do \
	  .venv/bin/pybabel -q update -i var/messages.pot -o "$$file" -l "$$(basename "$$file" .po)" --no-fuzzy-matching --ignore-obsolete --omit-header; \
	done
