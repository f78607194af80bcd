#!/bin/sh
# Prints the closing line of a run from the counts its parts left.
awk '{p+=$1; f+=$2; s+=$3} END {printf "%d passed, %d failed, %d skipped\n", p, f, s; exit f > 0}' "$1"
