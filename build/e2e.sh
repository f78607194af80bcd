#!/bin/sh
# Drives the built window, in a browser and for real, in a session of its own.
#   build/e2e.sh [COUNTS]
set -u
cd "$(dirname "$0")/.."
go build -o build/bin/fakeregistry ./internal/fakeregistry/cmd || exit 1
go build -o build/bin/fakeremote ./internal/fakeremote/cmd || exit 1
go build -o build/bin/claude-desktop ./internal/fakedesktop/cmd || exit 1
log=build/bin/e2e.tap
build/session.sh node --test --test-concurrency=1 --test-timeout=1500000 --test-reporter=spec --test-reporter-destination=stdout \
  --test-reporter=tap --test-reporter-destination="$log" frontend/e2e/*.test.mjs
code=$?
if [ -n "${1:-}" ]; then
  awk '/^# pass /{p=$3} /^# fail /{f=$3} /^# cancelled /{c=$3} /^# skipped /{s=$3} END {print p+0, f+c, s+0}' "$log" >>"$1"
fi
exit $code
