#!/usr/bin/env bash
# Runs every Go test once: most under the race detector, some without.
#   build/gotests.sh COUNTS
# It adds what it counted to COUNTS. A part that fails keeps none of the others
# from running.
set -uo pipefail
cd "$(dirname "$0")/.."
counts=$1
code=0

# tests NAME ARG…: one part of the run, `go test` with these arguments.
tests() {
  local name=$1
  shift
  build/part.sh "$name" bash -o pipefail -c 'counts=$1; shift; go test -timeout 30m -json "$@" | build/bin/tally -counts "$counts"' tests "$counts" "$@" || code=1
}
go build -o build/bin/tally ./internal/tally || exit 1

# Tests that read or write so much that watching for races takes up to ten times
# as long and finds nothing: nothing runs side by side in them.
much=(backend/catalog backend/catalog/{identity,recipe,serve,trust} backend/changeset backend/configfile)
much_data='^Test(Real|OneGiant|AMirror|Killed|Many|Hostile|SearchOver|Crowded|Restore|GeneratedFiles|LargeFile|Everything$|Golden$|OrderDoesNotMatterForReal|GalleryOnEverything|Valid$)'

# The command line's scripts start a Toolbay per line and wait for each. Under the
# race detector run those in which several things happen at once; what a command
# does inside is watched in the packages that do it.
scripts=cmd/toolbay
at_once='^Test(ToolbaysAtOnce|TwoSwitchesAtOnce|ContainerScripts|InterruptedInstall|Serve)$|^TestRemoteServer|^TestScripts$/^(sources|catalog|update|notices)$'

# Text in, text out: no goroutine is started in these.
alone=(backend/repair{,/pen,/run,/shape,/tolerant} internal/repairscore backend/paste backend/changeset/reverse)

rest=$(go list ./... | grep -v -x -F "$(printf 'toolbay/%s\n' "${much[@]}" "${alone[@]}" "$scripts")")
# shellcheck disable=SC2086
tests go-race -race $rest
tests go-alone "${alone[@]/#/./}"
tests go-race-scripts -race -run "$at_once" "./$scripts"
tests go-race-much -race -skip "$much_data" "${much[@]/#/./}"
tests go-much -run "$much_data" "${much[@]/#/./}"
tests go-scripts -skip "$at_once" "./$scripts"
exit "$code"
