# The commands that stay stable; each is a script in .ci/ or Tests/Devnet/, so that it can be read and run alone.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup lint test fuzz simulate demo devnet abi bench release release-check format clean

# Runs a program of the development environment, once `make setup` has made it.
python = .ci/ready && .venv/bin/python

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## install what a fresh Debian 12 lacks: system packages, the Python environment
	@.ci/setup

lint: ## formatting, the rules of the layout, undeclared imports
	@.ci/lint

test: ## every test: the local chain and compute, the modules, the built program end to end
	@.ci/test

simulate: ## play simulations from seeds: make simulate SEEDS=3000 START=123456
	@SEEDS=$(SEEDS) START=$(START) .ci/simulate

fuzz: ## play generated cases of strangers' bytes: make fuzz CASES=1000000 START=7
	@CASES=$(CASES) START=$(START) .ci/fuzz

demo: ## the whole way on a local chain and local compute, seen in the terminal
	@.ci/ready && swift build --product lilypad-relayer && $(python) Tests/Devnet/demo.py

devnet: ## a local chain and local compute to try a contract on
	@$(python) Tests/Devnet/devnet.py

abi: ## compile the contracts in abi/ again
	@$(python) Tests/Devnet/compile_contracts.py

bench: ## measure; prints a table, writes .build/bench.json
	@.ci/bench

release: ## the stripped program, Swift linked in, at .build/dist/lilypad-relayer
	@.ci/release

release-check: ## try that program in a bare Debian 12 (as root: it makes a chroot)
	@.ci/release-check

format: ## format every Swift file in place
	@swift format --in-place --parallel --recursive Package.swift Sources Tests

clean: ## remove what was built, not what was set up
	@rm -rf .build
