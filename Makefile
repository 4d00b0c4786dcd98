# Restorable: see `make help`. Needs Debian 12 (or later) and root for the lab; with KUBECONFIG set, neither.
CACHE := $(or $(RESTORABLE_CACHE),$(HOME)/.cache/restorable)
export RESTORABLE_CACHE := $(CACHE)
export PATH := $(CACHE)/node/bin:$(CURDIR)/node_modules/.bin:$(PATH)
.DEFAULT_GOAL := help
.PHONY: help up down clean ready tools build preview backup shell evidence test test-unit test-policy test-e2e test-mutants lint format bench bench-large bench-gate

help: ## Show this help
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

up: ready ## Lab (or the cluster of KUBECONFIG), stack, real data, backup, drill, evidence; safe to repeat
	@tsx scripts/up.ts

down: ready ## Stop what `make up` started; data is kept
	@tsx scripts/down.ts

clean: ready ## Stop, and remove the data too; built tools are kept
	@tsx scripts/down.ts --data

tools: ready ## Build the lab's tools only (once per machine, about half an hour on 2 idle cores)
	@tsx lab/main.ts tools

build: ready ## Bundle the agent, the policy pack and the library into dist/
	@tsx scripts/build.ts

preview: ready ## pulumi preview of the local stack with the policy pack
	@tsx scripts/stack.ts preview

backup: ready ## Take a backup of each database now, and drill it
	@tsx scripts/stack.ts backup

shell: ready ## A shell in which pulumi, kubectl and restorable know the local stack (CMD=... runs one command)
	@tsx scripts/stack.ts shell $(if $(CMD),'$(CMD)')

evidence: ready ## Show the newest drill evidence of each database (JSON=1 for programs)
	@tsx scripts/stack.ts evidence $(if $(JSON),--json)

test: ready ## Every test: unit, policy, end to end on the lab; ends with one line of counts
	@tsx scripts/test.ts unit policy e2e

test-unit: ready ## Unit tests: no cluster, under two minutes
	@tsx scripts/test.ts unit

test-policy: ready ## Policy tests: the real engine, no cluster
	@tsx scripts/test.ts policy

test-e2e: ready ## End-to-end tests on the lab
	@tsx scripts/test.ts e2e

test-mutants: ready ## Errors made on purpose in checks, gate and retention: every one must fail a test
	@tsx test/mutants/run.ts $(ONLY)

lint: ready ## Format, lint, types, and the rules of the layout
	@npm run --silent lint

format: ready ## Format in place
	@npm run --silent format

bench: ready ## Figures of backups, drills, storage and the gate, measured side by side in one run
	@tsx test/bench/main.ts
	@tsx test/bench/throughput.ts
	@tsx test/bench/catalog.ts
	@tsx test/bench/gate.ts

bench-large: ready ## Memory and time of a backup and a drill of 5 GB and more: some ten minutes, 20 GB of disk
	@tsx test/bench/large.ts

bench-gate: ready ## Figures of the gate alone: previews of stacks of growing size, no cluster
	@tsx test/bench/gate.ts

ready:
	@bash lab/bootstrap.sh >/dev/null
