# `make run` serves the demo district. `make test` runs all checks and tests except `make test-long`.

CARGO ?= cargo
BIN    = target/debug/onemap

.PHONY: run test test-long test-deps rust web-check browser deny docs bench clean

run: node
	$(CARGO) run --release -- serve --demo

# The commands of onemap write Chinese or English by the locale, and the tests compare their output.
rust test-long: export LC_ALL = C

# The random tests draw the same cases in every run, so that only a change can make one fail. `make test-long` draws new
# ones.
rust: export PROPTEST_RNG_SEED ?= 1

# Many tests over HTTP wait for a lease or for a killed server to return, so more of them run at once than there are
# processor cores.
rust: export RUST_TEST_THREADS ?= $(shell expr 2 '*' $$(nproc))

test: test-deps node rust web-check browser
	@echo "All tests passed."

# Tests with killed processes, long load and millions of features, and the random tests with many more rounds, with the
# release build. They take over an hour, so they are not part of `make test`.
test-long: test-deps node
	ONEMAP_SKIP_WEB=1 ONEMAP_LONG=1 $(CARGO) test --release --locked --lib
	ONEMAP_SKIP_WEB=1 ONEMAP_LONG=1 $(CARGO) test --release --locked --test main offline::
	ONEMAP_SKIP_WEB=1 $(CARGO) test --release --locked --test long -- --test-threads 1 --nocapture

# Installs what the tests need (PostgreSQL with PostGIS, Chromium, a Chinese font), or lists what is missing.
test-deps:
	@scripts/test-deps.sh

node:
	@command -v $(CARGO) >/dev/null || { echo "Rust 1.95 or newer is needed: https://rustup.rs" >&2; exit 1; }
	@command -v cc >/dev/null || { echo "A C compiler is needed (Debian: apt-get install build-essential)" >&2; exit 1; }
	@node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' \
	  || { echo "Node.js 20.19 or newer is needed: https://nodejs.org" >&2; exit 1; }

rust:
	@$(CARGO) fmt --version >/dev/null 2>&1 && $(CARGO) clippy --version >/dev/null 2>&1 \
	  || { echo "rustfmt and clippy are needed: rustup component add rustfmt clippy" >&2; exit 1; }
	$(CARGO) fmt --check
	$(CARGO) clippy --all-targets --locked -- -D warnings
	$(CARGO) test --locked

web-check: web/node_modules/.package-lock.json
	cd web && npm run check && npm run test

web/node_modules/.package-lock.json: web/package-lock.json
	cd web && npm ci --no-audit --no-fund

# Tests every page in a real browser with the program that `cargo test` builds. `cargo build` would compile some
# libraries again, with other features.
browser: web/node_modules/.package-lock.json
	$(CARGO) test --no-run --locked
	cd web && ONEMAP_BIN="$(CURDIR)/$(BIN)" npm run e2e

# Checks the libraries by deny.toml: known vulnerabilities, licences and origins. Downloads the advisories; OFFLINE=1
# uses the copy from an earlier download (docs/dependencies.md).
deny:
	@$(CARGO) deny --version >/dev/null 2>&1 || { echo "cargo-deny is needed: cargo install --locked cargo-deny" >&2; exit 1; }
	$(CARGO) deny $(if $(OFFLINE),--offline) check

# Generates the documentation of the data, the OpenAPI document and the types of the web client from the code.
# A file is replaced only after the command that writes it has succeeded.
docs:
	$(call generate,data-doc,docs/data.md)
	$(call generate,openapi,web/src/core/api/openapi.json)
	cd web && npm run types

define generate
	$(CARGO) run -- $(1) > $(2).new || { rm -f $(2).new; exit 1; }
	mv $(2).new $(2)
endef

# Measures the figures of docs/benchmarks.md with a city of a million buildings. Needs wrk.
bench:
	$(CARGO) bench --bench index
	ONEMAP_SKIP_WEB=1 $(CARGO) bench --bench service
	ONEMAP_SKIP_WEB=1 $(CARGO) bench --bench siting

clean:
	$(CARGO) clean
	rm -rf web/node_modules web/dist
