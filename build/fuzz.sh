#!/usr/bin/env bash
# Feeds the readers of bundles with whatever the fuzzer thinks of, for a minute
# in all unless told otherwise: build/fuzz.sh [SECONDS OF EACH TARGET]. What it
# finds is written below backend/bundle/testdata/fuzz and fails every test run
# from then on.
set -euo pipefail
cd "$(dirname "$0")/.."
for target in FuzzArchive FuzzEntry FuzzManifest; do
  go test ./backend/bundle -run '^$' -fuzz "^$target\$" -fuzztime "${1:-20}s" -fuzzminimizetime 10x
done
