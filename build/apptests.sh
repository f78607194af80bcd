#!/usr/bin/env bash
# Runs what `make test` leaves out because it fetches much: the tests with real AI
# apps, and in packages that `make test` has run already those with real servers.
#   build/apptests.sh COUNTS
set -uo pipefail
cd "$(dirname "$0")/.."
counts=$1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
export TOOLBAY_TEST_APPS=1
go build -o build/bin/tally ./internal/tally || exit 1
code=0
go test -json -count=1 -timeout 40m -run '^Test(Real|OfficialTool)' \
  ./backend/bundle ./backend/runtimes/... ./backend/install/... >"$dir/real" 2>&1 &
real=$!
go test -json -count=1 -timeout 40m ./internal/apptest/... >"$dir/apps" 2>&1 || code=1
wait "$real" || code=1
cat "$dir/apps" "$dir/real" | build/bin/tally -counts "$counts" || code=1
exit "$code"
