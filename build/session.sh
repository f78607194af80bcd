#!/bin/sh
# Runs a command in a desktop session of its own: a screen nobody sees, a bus,
# and a keychain that is unlocked and gone afterwards. For tests and figures.
#   build/session.sh COMMAND…
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
export XDG_RUNTIME_DIR="$dir/run" TOOLBAY_SESSION="$dir"
mkdir -m 700 "$dir/run" "$dir/data"
xvfb-run -a -s '-screen 0 1280x900x24' dbus-run-session -- sh -c '
  printf "test\n" | XDG_DATA_HOME="$TOOLBAY_SESSION/data" gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1
  exec "$@"' session "$@"
