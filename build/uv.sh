#!/bin/sh
# Brings a real uv for the tests into .deps/uv, 18 MB, through pip and the user's
# own settings for it. Where that is not possible the tests that need it are
# skipped and say so.
set -eu
cd "$(dirname "$0")/.."
[ -x .deps/uv/uv ] && exit 0
command -v python3 >/dev/null && python3 -m pip --version >/dev/null 2>&1 || { echo "No pip here: tests with a real uv are skipped." >&2; exit 0; }
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
if ! python3 -m pip download --quiet --disable-pip-version-check --only-binary :all: --no-deps --dest "$tmp" uv==0.13.0; then
  echo "uv could not be fetched: tests with a real one are skipped." >&2
  exit 0
fi
python3 -m zipfile -e "$tmp"/uv-*.whl "$tmp/out"
mkdir -p .deps/uv
cp "$tmp"/out/uv-*.data/scripts/uv .deps/uv/uv.new
chmod +x .deps/uv/uv.new
mv .deps/uv/uv.new .deps/uv/uv
