# Toolbay. `make run` opens the window, `make test` checks everything.
SHELL := /bin/sh
comma := ,
BIN := build/bin
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS := -s -w -X toolbay/backend.Version=$(VERSION)
GOOS := $(shell go env GOOS 2>/dev/null)
EXE := $(if $(filter windows,$(GOOS)),.exe)
WINDOW_TAGS := desktop,production$(if $(filter linux,$(GOOS)),$(comma)webkit2_41)
DEV_TAGS := dev$(if $(filter linux,$(GOOS)),$(comma)webkit2_41)
COUNTS ?= $(BIN)/counts
export TOOLBAY_DATA ?= $(wildcard $(CURDIR)/../shared/data)

.PHONY: run build test test-frontend test-apps fuzz bench deps install uninstall frontend cli window dev-window vet notices runtimes snapshot starter-check starter-sync clean

run: build ## build and open the window
	$(BIN)/toolbay-window$(EXE)

build: deps window cli

deps: ## check what is needed and install what is missing
	@build/deps.sh window

cli:
	CGO_ENABLED=0 go build -trimpath -ldflags '$(LDFLAGS)' -o $(BIN)/toolbay$(EXE) ./cmd/toolbay

window: frontend
	go build -trimpath -tags '$(WINDOW_TAGS)' -ldflags '$(LDFLAGS)' -o $(BIN)/toolbay-window$(EXE) .

# The same window, served to a browser too; the end-to-end tests drive it.
dev-window: frontend
	go build -tags '$(DEV_TAGS)' -o $(BIN)/toolbay-dev$(EXE) .

frontend: frontend/dist/index.html

frontend/dist/index.html: frontend/node_modules/.package-lock.json $(shell find frontend/src frontend/public frontend/index.html frontend/vite.config.ts backend/text/en.json -type f 2>/dev/null)
	cd frontend && npm run --silent build
	@touch frontend/dist/.gitkeep $@

# Not `npm ci`: it refuses a lock without the optional parts for other systems,
# and not every registry has those. The lock still decides every version.
frontend/node_modules/.package-lock.json: frontend/package-lock.json
	cd frontend && npm install --no-save --no-audit --no-fund
	@touch $@

# A container engine of the tests' own needs root and Linux; elsewhere the tests
# that use one are skipped and say so.
ENGINE := $(shell [ "$$(uname -s)$$(id -u)" = Linux0 ] && echo build/engine.sh)

# Two things side by side: what waits for a window, and the Go tests. What fails
# keeps nothing else from running. Each part's output is shown when it ends.
test: ## everything that needs no download over 100 MB
	@build/deps.sh test
	@build/uv.sh
	@mkdir -p $(BIN) && rm -f $(COUNTS)
	@trap 'trap - INT TERM; kill 0' INT TERM; code=0; \
	build/part.sh build $(MAKE) --no-print-directory -j2 cli dev-window window || code=1; \
	(c=0; build/part.sh vitest $(MAKE) --no-print-directory test-frontend || c=1; \
	 build/part.sh window build/e2e.sh $(COUNTS) || c=1; exit $$c) & side=$$!; \
	build/part.sh vet $(MAKE) --no-print-directory vet || code=1; \
	$(ENGINE) build/gotests.sh $(COUNTS) || code=1; \
	wait $$side || code=1; \
	build/total.sh $(COUNTS) || code=1; exit $$code

test-frontend:
	@rm -f $(BIN)/vitest.json; code=0; (cd frontend && npm run --silent lint) || code=1; \
	(cd frontend && npm test --silent -- --reporter=default --reporter=json --outputFile=../$(BIN)/vitest.json) || code=1; \
	node build/count.mjs $(BIN)/vitest.json $(COUNTS) || code=1; exit $$code

test-apps: ## drive real AI apps through what Toolbay writes
	@build/deps.sh test
	@build/uv.sh
	@mkdir -p $(BIN) && rm -f $(COUNTS)
	$(MAKE) --no-print-directory cli
	build/part.sh apps $(ENGINE) build/apptests.sh $(COUNTS)
	@build/total.sh $(COUNTS)

# What comes from strangers as a whole file: a minute for the readers of bundles
# together, and for each format of apps' files a minute of editing it.
FUZZ_TIME ?= 60s
FUZZ_TIME_SHORT ?= 20s
FUZZ := $(foreach f,JSON JSONC TOML YAML,backend/configfile:$(f):$(FUZZ_TIME)) \
	$(foreach f,Archive Entry Manifest,backend/bundle:$(f):$(FUZZ_TIME_SHORT)) \
	$(foreach f,JSON JSONC TOML YAML,backend/repair/tolerant:$(f):$(FUZZ_TIME_SHORT))
fuzz: ## look for what the readers of bundles and of apps' files cannot stand
	@mkdir -p $(BIN) && rm -f $(COUNTS)
	build/part.sh fuzz build/fuzz.sh $(COUNTS) $(FUZZ)
	@build/total.sh $(COUNTS)

vet: ## also for the systems this machine is not
	go vet ./...
	GOOS=windows CGO_ENABLED=0 go vet ./...
	GOOS=darwin CGO_ENABLED=0 go vet ./backend/... ./cmd/... ./internal/...
	test -z "$$(gofmt -l $$(git ls-files '*.go'))"

bench: cli window ## print the measured figures beside their goals
	@build/deps.sh test
	@build/uv.sh
	PATH="$(CURDIR)/.deps/uv:$$PATH" $(ENGINE) build/session.sh go run ./internal/bench

notices: ## write THIRD-PARTY-NOTICES.md from what is really linked
	go run ./internal/notices > THIRD-PARTY-NOTICES.md

runtimes: ## fill the tables of Node and uv digests from their origins
	go run ./internal/runtimestable

snapshot: ## fetch the lists whose licence allows it and bake them into the next build
	go run ./internal/snapshot

starter-check: ## prove that every server of the starter catalogue exists and starts
	go run ./internal/startercheck

install: build ## install for this user, with icon and menu entry
	build/install.sh install

uninstall:
	build/install.sh uninstall

clean:
	rm -rf $(BIN) frontend/dist/assets frontend/dist/index.html
