# `make help` lists the targets. The two to begin with: `make demo` and `make test`.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules --no-print-directory

# Debian packages of Go, and the tarball of go.dev in its usual place; scripts/setup.sh puts a
# newer Node.js into the third folder where the machine's own is too old.
export PATH := $(CURDIR)/bin/tools/node/node_modules/.bin:$(PATH):/usr/local/go/bin

VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
BUILD := CGO_ENABLED=0 go build -trimpath -ldflags '-s -w -X main.version=$(VERSION)'

GOLANGCI_VERSION := $(shell awk '$$1 == "github.com/golangci/golangci-lint/v2" { print $$2 }' tools/go.mod)
GOLANGCI := bin/tools/golangci-lint-$(GOLANGCI_VERSION)

# How long `make fuzz` stays on each target.
FUZZTIME ?= 20s

##@ Use

.PHONY: help
help: ## list the targets
	@awk 'BEGIN { FS = ":.*## " } \
		/^##@ / { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' Makefile

.PHONY: demo
demo: setup-demo build ## install what is missing, build, and run the product with sample partners
	bin/proofwalkd demo

.PHONY: build
build: wasm ## build bin/proofwalk and bin/proofwalkd
	$(BUILD) -o bin/ ./cmd/proofwalk ./cmd/proofwalkd

.PHONY: wasm
wasm: ## build redactor and verifier for the browser, which bin/proofwalkd carries
	@scripts/build_wasm.sh

.PHONY: setup-demo
setup-demo: ## install what the server needs (PostgreSQL)
	@scripts/setup.sh demo

.PHONY: setup
setup: ## install what the server and all tests need
	@scripts/setup.sh test

.PHONY: clean
clean: ## remove what the targets here built or installed into this folder
	rm -rf bin tools/node/node_modules
	rm -f views/assets/gen/*.wasm views/assets/gen/*.wasm.* views/assets/gen/*.js

##@ Test

.PHONY: test
test: setup check-generated wasm ## install what is missing and run every test
	go test -timeout=20m ./...
	@scripts/test_node.sh

.PHONY: race
race: setup wasm ## run the Go tests under the race detector (axe aside, see CONTRIBUTING.md)
	go test -race -vet=off -timeout=20m ./...

.PHONY: faults
faults: setup ## make each mistake at real providers in a real Chromium, compare the findings (ONLY=name, KEEP=folder)
	go run ./internal/e2e/faults $(if $(ONLY),--only '$(ONLY)') $(if $(KEEP),--keep '$(KEEP)')

.PHONY: fuzz
fuzz: ## run every fuzz target for FUZZTIME (20s)
	@scripts/fuzz.sh $(FUZZTIME)

.PHONY: bench
bench: setup wasm ## measure what the README quotes: captures, packets and the audit log, in whole processes
	@scripts/bench.sh

.PHONY: bench-packet
bench-packet: setup ## measure how packets are made, beside Typst, Chromium and WeasyPrint
	@scripts/bench_packet.sh

.PHONY: bench-go
bench-go: setup-demo ## run the Go benchmarks
	go test -run '^$$' -bench . -benchmem ./...

.PHONY: bench-pages
bench-pages: setup-demo ## time every page against a large database and count its queries
	go run ./internal/e2e/benchpages

.PHONY: bench-log
bench-log: setup-demo ## measure what the audit log costs a write, and how fast it grows
	go run ./internal/e2e/benchlog

.PHONY: nightly
nightly: setup wasm check ## what takes too long for every change: shuffled repeats under race, every mistake live, five minutes of each fuzz target, 2 GB redacted
	go run ./internal/e2e/faults
	go test -race -shuffle=on -count=5 -timeout=60m ./...
	go test -race -timeout=60m -run '^TestBuildsAreIdentical$$' ./internal/pdf -builds 1000
	@scripts/fuzz.sh 5m
	@scripts/bench.sh --full

##@ Write

.PHONY: generate
generate: ## write the *_templ.go files anew
	go tool templ generate

.PHONY: schema
schema: setup-demo ## write migrations/schema.sql anew from the migrations
	go run ./internal/testkit/dumpschema

.PHONY: fmt
fmt: ## format Go and templ files
	@scripts/go_files.sh | xargs -r gofmt -l -w
	go tool templ fmt .

##@ Check

.PHONY: check
check: check-fmt vet lint check-generated check-schema check-files ## run every check that is no test

.PHONY: check-fmt
check-fmt: ## fail when a Go or templ file is not formatted
	@scripts/check_fmt.sh

.PHONY: vet
vet: ## go vet
	go vet ./...

.PHONY: lint
lint: $(GOLANGCI) ## golangci-lint, with the import directions of the packages
	$(GOLANGCI) run

$(GOLANGCI):
	@echo 'building golangci-lint $(GOLANGCI_VERSION), once; this takes minutes'
	cd tools && go build -trimpath -o '../$@' github.com/golangci/golangci-lint/v2/cmd/golangci-lint

.PHONY: check-generated
check-generated: ## fail when a *_templ.go file differs from what templ writes
	@scripts/check_generated.sh

.PHONY: check-schema
check-schema: setup-demo ## fail when migrations/schema.sql differs from the migrations
	@scripts/check_schema.sh

.PHONY: check-files
check-files: ## fail on long files, unpaired migrations, stray binaries and open to-dos
	@scripts/check_files.sh
