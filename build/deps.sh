#!/bin/sh
# Checks what Toolbay is built with and installs what is missing on Debian and
# Ubuntu, after showing the list. Elsewhere it says what to install.
#   build/deps.sh window   what the window needs
#   build/deps.sh test     that, and what the tests start
set -eu
want=${1:-window}

fail() { printf '%s\n' "$@" >&2; exit 1; }
version_at_least() { # version_at_least 1.26 1.21
  [ "$(printf '%s\n%s\n' "$2" "$1" | sort -t. -k1,1n -k2,2n | head -n 1)" = "$2" ]
}

command -v go >/dev/null || fail "Go is missing. Install Go 1.21 or newer from https://go.dev/dl and run this again."
go=$(go env GOVERSION | sed 's/^go//; s/[^0-9.].*//')
version_at_least "$go" 1.21 || fail "Go $go is too old. Install Go 1.21 or newer from https://go.dev/dl and run this again."
command -v node >/dev/null || fail "Node is missing. Install Node 20.19 or newer from https://nodejs.org and run this again."
node=$(node --version | sed 's/^v//')
version_at_least "$node" 20.19 || fail "Node $node is too old. Install Node 20.19 or newer from https://nodejs.org and run this again."

case $(uname -s) in
Linux) ;;
Darwin)
  xcode-select -p >/dev/null 2>&1 || fail "Apple's command line tools are missing. Run: xcode-select --install"
  exit 0 ;;
*) exit 0 ;; # Windows brings WebView2; see the README
esac

missing=""
need() { # need PACKAGE TEST...: PACKAGE is missing when the test fails
  package=$1; shift
  "$@" >/dev/null 2>&1 || missing="$missing $package"
}
need pkg-config command -v pkg-config
need build-essential command -v cc
need libgtk-3-dev pkg-config --exists gtk+-3.0
need libwebkit2gtk-4.1-dev pkg-config --exists webkit2gtk-4.1
need xdg-utils command -v xdg-open
if [ "$want" = test ]; then
  need dbus command -v dbus-daemon
  need gnome-keyring command -v gnome-keyring-daemon
  need libsecret-tools command -v secret-tool
  need xvfb command -v xvfb-run
  need xauth command -v xauth
  need xdotool command -v xdotool
  need imagemagick sh -c 'import -version | grep -q ImageMagick'
  need chromium sh -c 'command -v chromium || command -v chromium-browser || command -v google-chrome'
  need procps command -v ps
  need docker.io sh -c 'PATH=$PATH:/usr/sbin command -v dockerd'
  need docker-registry command -v docker-registry
  need curl command -v curl
  need python3 command -v python3
  need python3-pip python3 -m pip --version
fi
[ -n "$missing" ] || exit 0

command -v apt-get >/dev/null || fail "These are missing:$missing" "Install them with your system's package program (the names are Debian's) and run this again."
printf 'Toolbay needs these packages of your system:%s\n' "$missing"
sudo=""
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || fail "Install them as root: apt-get install$missing"
  sudo=sudo
fi
if [ -t 0 ] && [ "${CI:-}" = "" ]; then
  printf 'Install them now? [Y/n] '
  read -r answer
  case $answer in n* | N*) fail "Nothing was installed." ;; esac
fi
export DEBIAN_FRONTEND=noninteractive
$sudo apt-get update -q
# shellcheck disable=SC2086
$sudo apt-get install -q -y $missing
