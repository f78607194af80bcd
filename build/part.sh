#!/bin/sh
# Runs one part of a longer run, keeps what it prints apart, and writes down how
# long it took. Parts that run side by side are each shown whole, when they end.
#   build/part.sh NAME COMMAND…
# The log is build/bin/log/NAME. The time is one line in the file TOOLBAY_TIMES.
# A part that hangs is ended after 40 minutes, or at the time TOOLBAY_UNTIL (seconds
# as of date +%s), so that the others still count.
set -u
name=$1
shift
cd "$(dirname "$0")/.."
mkdir -p build/bin/log
log="build/bin/log/$name"
began=$(date +%s)
code=0
left=2400
if [ -n "${TOOLBAY_UNTIL:-}" ] && [ $((TOOLBAY_UNTIL - began)) -lt $left ]; then
  left=$((TOOLBAY_UNTIL - began))
  [ $left -gt 0 ] || left=1
fi
limit=
command -v timeout >/dev/null && limit="timeout -k 30 $left"
# shellcheck disable=SC2086
$limit "$@" >"$log" 2>&1 || code=$?
[ "$code" -ne 124 ] || printf 'It was ended: it took longer than %d s.\n' "$left" >>"$log"
took=$(($(date +%s) - began))
word=ended
[ "$code" -eq 0 ] || word=FAILED
[ -z "${TOOLBAY_TIMES:-}" ] || printf '%s %s %s\n' "$took" "$name" "$word" >>"$TOOLBAY_TIMES"
# At once, so that what ends meanwhile does not stand in between.
{
  printf '\n== %s\n' "$name"
  cat "$log"
  printf '== %s %s after %d:%02d\n' "$name" "$word" $((took / 60)) $((took % 60))
} | (flock 9 2>/dev/null; cat) 9>>build/bin/log/.turn
exit "$code"
