# The commands of the project; `make help` lists them.
SHELL := /bin/sh
.DEFAULT_GOAL := help

PYTHON := .venv/bin/python
LOCAL := $(PYTHON) -m local
TEST := $(PYTHON) -m pytest
PIP = $(PYTHON) -m pip install --quiet --disable-pip-version-check
lacking = echo "error: $(1): the reason stands above; \`make\` again goes on" >&2; exit 1
INSTALLED := .venv/run.stamp
STACK ?= embedded
ifeq ($(STACK),supabase)
LOCAL := $(PYTHON) -m tools.supabase_stack
TEST := $(LOCAL) run $(TEST)
INSTALLED := .venv/dev.stamp
else ifneq ($(STACK),embedded)
$(error STACK is embedded or supabase, not $(STACK))
endif
# Two processes, each with a stack of its own; one where the tests share servers that they did not start.
SIDES := $(if $(filter supabase,$(STACK))$(SUPABASE_URL)$(AUTH_URL)$(STORAGE_URL)$(REST_URL)$(REALTIME_URL),,--numprocesses=2 --dist=loadfile)
DATA ?= all
WEB := --config tools/web_checks/deno.json web/*.js web/api web/components web/pages
FUNCTIONS := supabase/functions local/functions tests/clients/scenarios/echo
VENDOR := web/vendor/fonts.css
PINS := requirements.txt local/requirements.txt
DEV_PINS := $(PINS) requirements-engine.txt requirements-dev.txt
export LOCAL_DIR LOCAL_PORT LOCAL_BEHIND_PROXY FUNCTIONS_DIR SEED_DIR AUTH_URL STORAGE_URL REST_URL REALTIME_URL

.PHONY: help demo open screenshots up down status logs doctor simulate reset seed models env psql test test-product test-local lint fmt types drift docs migration table landed bench bench-scale bench-quality soak check pins contract

help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  %-14s %s\n", $$1, $$2}'

.venv/run.stamp: $(PINS) local/machine.py
	@python3 -m local.machine
	@test -x $(PYTHON) || python3 -m venv --clear .venv || { $(call lacking,python3 cannot make .venv); }
	@echo "installing Python packages"
	@$(PIP) $(PINS:%=-r %) || { $(call lacking,the packages were not installed); }
	@$(PYTHON) tools/model.py
	@touch $@

.venv/dev.stamp: .venv/run.stamp $(DEV_PINS)
	@echo "installing the development tools"
	@$(PIP) $(DEV_PINS:%=-r %) || { $(call lacking,the development tools were not installed); }
	@touch $@

$(VENDOR): tools/web_vendor/deno.lock tools/vendor.py .venv/run.stamp
	@$(PYTHON) -m tools.vendor

.venv/browser.stamp: .venv/dev.stamp $(VENDOR) tools/chromium.py
	@$(PYTHON) -m tools.chromium
	@touch $@

.venv/bench.stamp: .venv/run.stamp requirements-bench.txt
	@echo "installing the peers that benches compare with"
	@$(PIP) -r requirements-bench.txt || { $(call lacking,the peers were not installed); }
	@touch $@

demo: up ## start the stack, load and embed data, and show recommendations
	@$(MAKE) --no-print-directory seed
	@$(LOCAL) run $(PYTHON) -m tools.demo

open: $(INSTALLED) ## open the page of the running stack in a browser, and print its address
	@$(LOCAL) run $(PYTHON) tools/open_page.py

up: $(INSTALLED) $(VENDOR) ## start the stack and print its URL and public keys (STACK=supabase: Supabase's own, in Docker; ONLY=database: for external servers)
	@$(LOCAL) up $(ONLY:%=--only %)

down: $(INSTALLED) ## stop the stack
	@$(LOCAL) down

status: $(INSTALLED) ## show the state of each service
	@$(LOCAL) status

logs: .venv/run.stamp ## the last lines of the logs (PART=rest for one service, FOLLOW=1 to go on)
	@$(LOCAL) logs $(PART) $(FOLLOW:%=--follow)

doctor: ## check this machine, the installation and the stack, and say what to do about each problem
	@python3 -m local.machine
	@test -e .venv/run.stamp || { echo "nothing is installed yet: make demo"; exit 1; }
	@$(PYTHON) -m tools.doctor

simulate: $(INSTALLED) ## let a hundred viewers with tastes search, watch and rate over a simulated month
	@$(LOCAL) run $(PYTHON) -m tools.simulation

reset: $(INSTALLED) ## an empty database, migrations only
	@$(LOCAL) reset $(ONLY:%=--only %)

seed: $(INSTALLED) ## load the data and embed it (DATA=own: our own only; SEED_DIR=folder: TMDB at scale)
	@$(LOCAL) run $(PYTHON) -m seed $(DATA)
	@$(LOCAL) run $(PYTHON) -m workers embedding

models: $(INSTALLED) ## compute the models of recommendations and predictions, as jobs do every night
	@$(LOCAL) run $(PYTHON) -m workers item_model
	@$(LOCAL) run $(PYTHON) -m workers user_similarity
	@$(LOCAL) run $(PYTHON) -m workers blend

env: .venv/run.stamp ## print the environment of a real server that replaces a service (PART=storage PORT=5000)
	@$(LOCAL) env $(PART) $(PORT)

psql: .venv/run.stamp ## open psql on the database
	@$(LOCAL) psql

test: .venv/browser.stamp ## all tests, of the product and of the embedded stack (with SUPABASE_URL and its keys: against that Supabase)
	@$(TEST) $(SIDES)

test-product: .venv/browser.stamp ## the tests of the product
	@$(TEST) $(SIDES) tests

test-local: .venv/dev.stamp ## the tests of the embedded stack
	@$(TEST) $(SIDES) local/tests

screenshots: .venv/browser.stamp ## photograph every page: sizes, themes, directions, states (tests/browser/screenshots)
	@SCREENSHOTS=1 $(TEST) tests/browser/test_pages.py -q

lint: .venv/dev.stamp ## format, lint, types and SQL; needs no database
	@$(PYTHON) -m ruff format --check --quiet .
	@$(PYTHON) -m ruff check --quiet .
	@$(PYTHON) -m mypy
	@$(PYTHON) -m tools.lint_sql
	@$(PYTHON) -m tools.words
	@$(PYTHON) -m tools.names
	@$(PYTHON) -m tools.facts
	@.venv/bin/deno fmt --quiet --check --config supabase/functions/deno.json $(FUNCTIONS)
	@.venv/bin/deno lint --quiet --config supabase/functions/deno.json $(FUNCTIONS)
	@.venv/bin/deno check --quiet supabase/functions/*/index.ts tests/clients/scenarios/echo/index.ts local/functions/main.ts
	@.venv/bin/deno check --quiet --no-lock --node-modules-dir=none tests/clients/types/uses.ts
	@.venv/bin/deno fmt --quiet --check $(WEB)
	@.venv/bin/deno lint --quiet $(WEB)
	@$(PYTHON) -m tools.web_types

fmt: .venv/dev.stamp ## format the Python and TypeScript code
	@$(PYTHON) -m ruff format .
	@$(PYTHON) -m ruff check --fix .
	@.venv/bin/deno fmt --quiet --config supabase/functions/deno.json $(FUNCTIONS)
	@.venv/bin/deno fmt --quiet $(WEB)

types: .venv/dev.stamp ## check the Python types
	@$(PYTHON) -m mypy

drift: .venv/dev.stamp ## check that the migrations match sql/, on PostgreSQL 17 too
	@$(PYTHON) -m tools.drift

docs: .venv/dev.stamp ## write the generated parts of docs/, client_types/ and sql/schema/ again
	@$(PYTHON) -m tools.docs

migration: .venv/dev.stamp ## carry changed files of sql/ in a new migration (name=what_it_does)
	@$(PYTHON) -m tools.migration $(name)

table: .venv/dev.stamp ## write the skeleton of a table: migration, access, triggers, tests (name=watchlists domain=catalog)
	@$(PYTHON) -m tools.new_table "$(name)" "$(domain)"

landed: .venv/run.stamp ## record the migrations that landed on the main branch, which are never edited
	@$(PYTHON) -m tools.landed

contract: .venv/dev.stamp ## compare Auth and Storage with recorded responses of the real servers
	@$(PYTHON) -m pytest local/tests/clients/auth/test_contract.py local/tests/clients/storage/test_contract.py

soak: .venv/dev.stamp ## many rounds of what tests do once, and what takes too long for each run
	@case "$${SOAK_ROUNDS:-20}" in *[!0-9]*) echo "error: SOAK_ROUNDS is a whole number, not $$SOAK_ROUNDS" >&2; exit 1;; esac
	@SOAK_ROUNDS=$${SOAK_ROUNDS:-20} $(PYTHON) -m pytest local/tests/faults local/tests/security tests/workers tests/tools tests/security/test_fuzz_*.py tests/clients/test_scenarios.py local/tests/clients/auth/test_equal_work.py local/tests/clients/realtime/test_attacks.py

bench: .venv/dev.stamp .venv/bench.stamp ## measure, and write bench/RESULTS.md
	@$(PYTHON) -m bench

bench-scale: .venv/dev.stamp .venv/bench.stamp ## measure at a million ratings, and write bench/SCALE.md
	@$(PYTHON) -m bench.scale

bench-quality: .venv/dev.stamp .venv/bench.stamp ## measure how good lists are, and write bench/QUALITY.md
	@$(PYTHON) -m bench.quality

check: lint drift ## what a commit must pass
	@$(PYTHON) -m pytest tests/unit

pins: .venv/dev.stamp ## resolve and pin every version again from the .in files
	@for file in requirements local/requirements requirements-engine requirements-dev requirements-bench; do \
	  .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --no-header --no-emit-index-url $$file.in --output-file $$file.txt; \
	done
