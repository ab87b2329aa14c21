# One command a line; `make help` lists them. Go fetches modules and tools by
# itself: only Go has to be there.

export CGO_ENABLED ?= 0

TOOL     := go tool -modfile=tools/go.mod
FUZZTIME ?= 10s
COUNT    ?= 6

.DEFAULT_GOAL := build
.PHONY: build run test race lint fmt generate fuzz bench peers compare ci clean help go

build: go ## build bin/analyzer, bin/bench and bin/server
	go build -o bin/ ./cmd/...

run: go ## analyse the sample models and show the report
	@go build -o bin/ ./cmd/analyzer
	@bin/analyzer analyze --min-wall 0.8 --chamber 250x250x300 testdata/models; \
	status=$$?; [ $$status -le 1 ] || exit $$status; \
	[ $$status -eq 0 ] || echo "One sample is broken on purpose, so that exit status 1 is right."

test: go ## run all tests; PARTGAUGE_MODELS=DIR adds those on real models
	go test ./...

# Tests that are long and prove nothing about goroutines.
LONG := Mutations|Refused|OBJVerdicts|Calipers|Predicates|ConcaveHullTurned|ConcaveHullKnown|Rationals|Readme|NeverMilder|SphereStays|UnionLattice|UnionTurned|TooMany|RandomSoup|RaysAgainst|BallAgainst

# What makes a package one that uses goroutines, outside of its tests.
CONCURRENT := ^[[:space:]]*go [a-zA-Z].*\(|"sync"|"sync/atomic"|/internal/parallel"

race: go ## run the tests of packages that use goroutines under the race detector
	@command -v $${CC:-gcc} >/dev/null || { echo "the race detector needs a C compiler: install gcc"; exit 1; }
	CGO_ENABLED=1 go test -race -short -timeout 10m -skip '$(LONG)' $$(git grep -lE '$(CONCURRENT)' -- '*.go' ':!*_test.go' | xargs -n1 dirname | sort -u | sed 's|^|./|')

lint: go ## vet, gofumpt, staticcheck
	go vet ./...
	@unformatted="$$($(TOOL) gofumpt -l $$(git ls-files '*.go'))"; \
	[ -z "$$unformatted" ] || { echo "make fmt would change:"; echo "$$unformatted"; exit 1; }
	$(TOOL) staticcheck ./...

fmt: go ## format the code
	$(TOOL) gofumpt -w $$(git ls-files '*.go')

generate: go ## make generated files again, among them testdata/models
	go generate ./...

fuzz: go ## run every fuzz target for FUZZTIME
	@go test -list '^Fuzz' ./... | awk '/^Fuzz/ { n[++k] = $$1 } /^ok/ { for (i = 1; i <= k; i++) print $$2, n[i]; k = 0 }' | \
	while read -r package target; do \
		echo "$$package $$target"; \
		go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 50x "$$package" || exit 1; \
	done

bench: build ## measure the engine on MODELS="FILE…", default samples and real ones; FLAGS=--peers adds its peers
	bin/bench $(FLAGS) $(MODELS)

# The peers that are programs of our own around libraries of others. Others
# (admesh, prusa-slicer, assimp) are packages of the system.
peers: go ## build the peers of bench into bin/peers; Embree's needs g++ and libembree-dev
	mkdir -p bin/peers
	cd benchmarks/peers/stl && go build -o ../../../bin/peers/ .
	cd benchmarks/peers/fauxgl && go build -o ../../../bin/peers/ .
	$${CXX:-g++} -std=c++17 -O3 -march=native -Wall -Wextra -o bin/peers/embree benchmarks/peers/embree/rays.cpp -lembree3

compare: go ## compare two results of bench: OLD=FILE NEW=FILE
	@[ -n "$(OLD)" ] && [ -n "$(NEW)" ] || { echo "usage: make compare OLD=FILE NEW=FILE"; exit 1; }
	$(TOOL) benchstat $(OLD) $(NEW)

ci: ## everything that is checked before a change is taken
	.ci/run

clean: ## remove what was built
	rm -rf bin dist

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "%-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

go:
	@command -v go >/dev/null || { echo "Go 1.26 or newer is missing: see https://go.dev/doc/install"; exit 1; }
	@case "$$(go env GOVERSION)" in \
	go1.[0-9]|go1.[0-9].*|go1.1[0-9]*|go1.2[0-5]*|"") echo "Go 1.26 or newer is needed, $$(go env GOVERSION) is here: see https://go.dev/doc/install"; exit 1;; \
	esac
