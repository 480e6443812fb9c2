# Inquest's doors for people: each target installs what is missing first.
# SPDX-License-Identifier: Apache-2.0
#
#   make demo     build, run the memory-leak investigation on the recording shipped with it, write case and report
#   make test     build, run every test: unit, language, attacks, SOPs on recordings, commands, lints
#   make test-live   the program against real servers; installs them for the user first (once, minutes), see tests/live/run
#   make build    build/inquest and what embeds it
#   make bench    Inquest beside its peers on the same work, ratios and bars; BENCH_SIZE=100k for a quick one
#   make asan     unit tests under address and undefined-behaviour sanitizers
#   make fuzz     random bytes into the reader for an hour (SECONDS=n) with clang's libFuzzer and sanitizers
#   make levels   the same document from builds at -O0 and -O2 (the release)
#   make docs     generated pages and stubs: docs/, bindings/meta/
#   make format   clang-format over the C++ sources
BUILD ?= build
JOBS  ?= $(shell nproc)
OUT   ?= out

.PHONY: build program all demo test test-live bench asan fuzz levels docs format install packages clean

packages:
	@.ci/packages

$(BUILD)/CMakeCache.txt: | packages
	@cmake --preset $(or $(PRESET),dev) -B $(BUILD) $(CMAKE_FLAGS) >$(BUILD).log 2>&1 || { cat $(BUILD).log; exit 1; }
	@rm -f $(BUILD).log

build: packages $(BUILD)/CMakeCache.txt
	@cmake --build $(BUILD) -j $(JOBS) --target inquest embed_example

program: packages $(BUILD)/CMakeCache.txt
	@cmake --build $(BUILD) -j $(JOBS) --target inquest | grep -v 'ninja: no work' || true
	@test -x $(BUILD)/inquest

all: packages $(BUILD)/CMakeCache.txt
	@cmake --build $(BUILD) -j $(JOBS)

demo: program
	@mkdir -p $(OUT)
	@$(BUILD)/inquest run memory_leak --demo --case $(OUT)/demo.case --overwrite --report $(OUT)/demo.html

test: all
	@tests/run $(BUILD)

test-live: program
	@tests/live/run $(LIVE) $(BUILD)

bench: packages
	@cmake --preset release -B $(BUILD)-release >/dev/null
	@cmake --build $(BUILD)-release -j $(JOBS) --target inquest make_data ingest_bench step_bench journal_bench kernel_bench
	@tests/bench/run $(BUILD)-release

asan: packages
	@cmake --preset asan -B $(BUILD)-asan >/dev/null
	@cmake --build $(BUILD)-asan -j $(JOBS)
	@tests/run --unit $(BUILD)-asan

fuzz:
	@INQUEST_PACKAGES=fuzz .ci/packages
	@cmake --preset fuzz -B $(BUILD)-fuzz >/dev/null
	@cmake --build $(BUILD)-fuzz -j $(JOBS) --target otlp_fuzz
	@tests/fuzz/run $(BUILD)-fuzz $(SECONDS)

levels: packages
	@$(MAKE) program BUILD=$(BUILD)-O0 CMAKE_FLAGS="-DCMAKE_CXX_FLAGS_RELWITHDEBINFO=-O0 -DINQUEST_EXAMPLES=OFF"
	@$(MAKE) program BUILD=$(BUILD)-release PRESET=release
	@INQUEST=$(CURDIR)/$(BUILD)-release/inquest INQUEST_O0=$(CURDIR)/$(BUILD)-O0/inquest python3 tests/runtime/cli/determinism_test.py

docs: program
	@$(BUILD)/inquest docs --write .

format:
	@git ls-files '*.cpp' '*.h' | xargs clang-format -i

install: build
	@cmake --install $(BUILD) $(if $(PREFIX),--prefix $(PREFIX))

clean:
	@rm -rf $(BUILD) $(BUILD)-asan $(BUILD)-release $(BUILD)-O0 $(OUT)
