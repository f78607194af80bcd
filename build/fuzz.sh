#!/usr/bin/env bash
# Runs fuzz targets, two at once, and counts them.
#   build/fuzz.sh COUNTS PACKAGE:TARGET:TIME…
# Each has one worker, so that as many run side by side as there are cores here.
set -uo pipefail
cd "$(dirname "$0")/.."
counts=$1
shift
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
go build -o build/bin/tally ./internal/tally || exit 1
one() {
  local package target time
  IFS=: read -r package target time <<<"$2"
  # Making an input shorter is for a person who reads it; a few tries are enough.
  local out="$1/${2//\//_}"
  go test -json -run '^$' -fuzz "^Fuzz$target\$" -fuzztime "$time" -fuzzminimizetime 10x -parallel 1 "./$package" >"$out" 2>&1 || return 1
  if grep -q 'no fuzz tests to fuzz' "$out"; then
    echo "There is no Fuzz$target in $package." >&2
    return 1
  fi
}
export -f one
# Built once before, or each pair would build the same.
printf '%s\n' "$@" | cut -d: -f1 | sort -u | while read -r package; do
  go test -c -o /dev/null -fuzz . "./$package" 2>/dev/null || go vet "./$package"
done
printf '%s\n' "$@" | xargs -P 2 -I {} bash -c 'one "$@"' one "$dir" {}
code=$?
cat "$dir"/* | build/bin/tally -counts "$counts" || code=1
exit "$code"
