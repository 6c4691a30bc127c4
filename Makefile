# Every target sets up what it needs: CPython 3.11 to 3.14, pip, make and git are enough. The checkout may lie anywhere, in
# a folder with spaces in its name too: programs that have a module are called by it, paths are relative or quoted.
# Without PYTHON the environment that is there is kept, or made with the first Python that fits.
ifeq ($(OS),Windows_NT)
$(error Windows itself is not supported: run the same commands in WSL (wsl --install))
endif
PYTHON ?=
VENV := .venv
BIN := $(VENV)/bin
PROTOS := $(shell find protos/tradewind -name '*.proto' 2>/dev/null)
RUN_STAMP := $(VENV)/.run-ready
DEV_STAMP := $(VENV)/.dev-ready
GEN_STAMP := protos/gen/.generated
INSTALL_STAMP := $(VENV)/.installed
PYTHON_MARK := $(VENV)/.python
# There while pip is at work: whoever finds it there later makes the environment anew.
INSTALLING := $(VENV)/.installing
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all:

# The caller's surroundings change nothing that is installed or run: where pip finds packages stays, all else goes.
PIP_SOURCES := PIP_INDEX_URL PIP_EXTRA_INDEX_URL PIP_FIND_LINKS PIP_NO_INDEX PIP_TRUSTED_HOST PIP_CERT PIP_CLIENT_CERT \
  PIP_PROXY PIP_KEYRING_PROVIDER PIP_TIMEOUT PIP_DEFAULT_TIMEOUT PIP_RETRIES PIP_CACHE_DIR PIP_NO_CACHE_DIR
unexport $(filter-out $(PIP_SOURCES) PIP_SOURCES PIP_USER PIP_CONFIG_FILE,$(filter PIP_%,$(.VARIABLES)))
unexport PYTHONPATH PYTHONHOME PYTHONSTARTUP PYTHONUSERBASE PYTHONSAFEPATH PYTHONOPTIMIZE PYTHONINSPECT PYTHONWARNINGS \
  PYTHONPLATLIBDIR PYTHONEXECUTABLE VIRTUAL_ENV __PYVENV_LAUNCHER__ LD_PRELOAD
export PIP_USER := 0

.DEFAULT_GOAL := help

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

.PHONY: setup
setup: $(RUN_STAMP) $(GEN_STAMP) $(INSTALL_STAMP) ## Make the virtual environment and the generated gRPC code

# Made again only when the environment is: what depends on it then follows.
$(PYTHON_MARK): FORCE
	@PYTHON='$(PYTHON)' sh deploy/setup/venv

.PHONY: FORCE
FORCE:

$(RUN_STAMP): requirements/run.txt $(PYTHON_MARK)
	@echo "setting up $(VENV) (once) ..."
	@touch $(INSTALLING) && $(INSTALL) -r requirements/run.txt && rm $(INSTALLING)
	@touch $@

$(DEV_STAMP): requirements/dev.txt $(RUN_STAMP)
	@touch $(INSTALLING) && $(INSTALL) -r requirements/dev.txt && rm $(INSTALLING)
	@touch $@

$(GEN_STAMP): $(PROTOS) $(RUN_STAMP)
	@rm -rf protos/gen && mkdir -p protos/gen
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m grpc_tools.protoc -I protos \
	  --python_out=protos/gen --mypy_out=quiet:protos/gen \
	  --grpc_python_out=protos/gen --mypy_grpc_out=quiet:protos/gen $(PROTOS)
	@touch $@

$(INSTALL_STAMP): pyproject.toml $(RUN_STAMP) | $(GEN_STAMP)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

.PHONY: run
run: setup ## Start the whole stack; Ctrl-C stops it (PORT, MARKET_PROFILE, ...: docs/operations.md)
	@exec $(BIN)/python -m deploy.local run

.PHONY: migrate
migrate: setup ## Bring the schema in DATABASE_URL up to date (`make run` does it for its own)
	@$(BIN)/python -m deploy.local migrate

.PHONY: reset
reset: setup ## Delete the data of a stopped stack (TRADEWIND_DATA_DIR)
	@$(BIN)/python -m deploy.local reset

.PHONY: key
key: setup ## Make an API key for the running stack (ACCOUNT, SCOPES=trade, KEY_NAME, EXPIRES_IN=30d); it is printed once
	@ACCOUNT='$(ACCOUNT)' SCOPES='$(SCOPES)' KEY_NAME='$(KEY_NAME)' EXPIRES_IN='$(EXPIRES_IN)' $(BIN)/python -m deploy.local key

.PHONY: test
test: lint ## Lint, types and the whole suite, real Postgres and Redis included
	@$(BIN)/python -m pytest -n 3 --dist loadfile -m "not alone"
	@$(BIN)/python -m pytest -m alone

.PHONY: test-suites
test-suites: setup $(DEV_STAMP) ## The unit and contract suites alone (PYTHON=/path/to/another tries another Python)
	@$(BIN)/python -m pytest tests/unit tests/contract -n 3 --dist loadfile -m "not alone"

.PHONY: lint
lint: setup $(DEV_STAMP) ## Lint, types, import rules, proto lint
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/python -m mypy gateway executor_service router_service market_service pools servicekit tradewind_client tradewind_cli examples deploy tests
	@$(BIN)/lint-imports
	@cd protos && ../$(BIN)/buf lint

.PHONY: clean
clean: ## Delete the virtual environment, generated code and caches; a stack's data stays (`make reset`)
	@rm -rf $(VENV) protos/gen build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .schemathesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: lock
lock: $(DEV_STAMP) ## Pin the requirements again, with hashes
	@cd requirements && compile() { ../$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-emit-index-url \
	    --generate-hashes --no-header --no-annotate "$$@"; } && \
	  compile base.in build.in run.in -o run.txt && compile dev.in -o dev.txt && \
	  compile base.in -c run.txt -o base.txt && compile build.in -c run.txt -o build.txt && \
	  compile generator.in -o generator.txt

.PHONY: chaos
chaos: setup $(DEV_STAMP) ## The fault campaign on a stack of its own (CHAOS_SECONDS, CHAOS_SEED, CHAOS_RATE)
	@$(BIN)/python -m tests.campaigns.chaos

.PHONY: rude
rude: setup $(DEV_STAMP) ## Slow and rude clients in crowds, and what a polite one has of them (RUDE_CROWDS, RUDE_SECONDS, RUDE_SCALE)
	@$(BIN)/python -m tests.campaigns.rude

.PHONY: bench
bench: setup $(DEV_STAMP) ## The benchmark beside the machine's own limits (BENCH_PARTS, BENCH_QUICK, ...: docs/performance.md)
	@$(BIN)/python -m tests.campaigns.bench

# Containers and clusters: docs/deployment.md.
.PHONY: image
image: setup ## Build the container image with Docker (PYTHON_IMAGE, PIP_INDEX_URL, BUILD_CA, BUILD_PIP_CONF)
	@$(BIN)/python -m deploy.up image

.PHONY: compose-config
compose-config: ## Show the compose file as Docker reads it
	@docker compose --file deploy/compose.yaml --profile observability config

.PHONY: up
up: setup ## The stack in a local kind cluster on 127.0.0.1:3000; again brings it up to date
	@$(BIN)/python -m deploy.up up

.PHONY: down
down: setup ## Delete the kind cluster
	@$(BIN)/python -m deploy.up down

.PHONY: up-smoke
up-smoke: setup ## Restart, kill, deny and scale in the cluster of `make up`, under load
	@$(BIN)/python -m deploy.up smoke

.PHONY: render
render: setup ## Render the overlay of `make up` into deploy/kubernetes/rendered (kubectl or kustomize)
	@$(BIN)/python -m deploy.up render

.PHONY: dashboards
dashboards: setup ## Write the Grafana dashboards from their code (deploy/dashboards)
	@$(BIN)/python -m deploy.dashboards

.PHONY: test-deploy
test-deploy: setup $(DEV_STAMP) ## The tests of images, compose, manifests and docs/grpc.md; no cluster needed
	@$(BIN)/python -m pytest tests/deploy

.PHONY: demo
demo: setup ## Orders of every kind on a running stack, their lives as they happen (TRADEWIND_URL)
	@$(BIN)/python -m tradewind_cli demo
