#!/bin/sh
# Runs a command beside a Docker engine and an image registry of its own, and
# ends both when the command has ended:
#   build/engine.sh go test ./backend/launch/container/
# The engine is private: own data, own address, no network for its containers,
# nothing of it stays. It needs root and Debian's packages docker.io and
# docker-registry (make deps). The command gets
#   DOCKER_HOST, TOOLBAY_TEST_ENGINE   the engine's address
#   TOOLBAY_TEST_IMAGES                the registry's address, host:port
# With no command it says both and stays until it is ended.
set -eu

fail() { printf '%s\n' "$@" >&2; exit 1; }
PATH=$PATH:/usr/sbin:/sbin
for program in dockerd docker-registry; do
  command -v "$program" >/dev/null || fail "$program is missing: apt-get install docker.io docker-registry"
done
[ "$(id -u)" -eq 0 ] || fail "A private engine needs root."

dir=$(mktemp -d "${TMPDIR:-/tmp}/engine-XXXXXX")
engine="" registry="" child=""
end() {
  code=$?
  trap - EXIT INT TERM HUP
  [ -z "$child" ] || kill "$child" 2>/dev/null || true
  if [ -n "$engine" ]; then
    kill "$engine" 2>/dev/null || true
    # It ends its containers first. What does not end within 20 s is killed.
    n=0
    while kill -0 "$engine" 2>/dev/null && [ "$n" -lt 100 ]; do
      sleep 0.2
      n=$((n + 1))
    done
    kill -9 "$engine" 2>/dev/null || true
    # Killed, it leaves its containerd behind.
    if [ -r "$dir/exec/containerd/containerd.pid" ]; then
      kill -9 "$(cat "$dir/exec/containerd/containerd.pid")" 2>/dev/null || true
    fi
  fi
  [ -z "$registry" ] || kill -9 "$registry" 2>/dev/null || true
  wait 2>/dev/null || true
  awk -v d="$dir/" 'index($2, d) == 1 { print $2 }' /proc/mounts | sort -r | while read -r place; do
    umount -l "$place" 2>/dev/null || true
  done
  rm -rf "$dir"
  exit "$code"
}
trap end EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# A port nobody listens on: asked of the system, then given to the registry.
port() {
  perl -MIO::Socket::INET -e 'print IO::Socket::INET->new(Listen => 1, LocalAddr => "127.0.0.1", LocalPort => 0)->sockport'
}
n=0
while :; do
  images="127.0.0.1:$(port)"
  cat >"$dir/registry.yml" <<EOF
version: 0.1
log: {level: warn, accesslog: {disabled: true}}
storage:
  filesystem: {rootdirectory: $dir/images}
  delete: {enabled: true}
http: {addr: "$images"}
EOF
  docker-registry serve "$dir/registry.yml" >"$dir/registry.log" 2>&1 &
  registry=$!
  tries=0
  until curl -fs -o "$dir/answer" "http://$images/v2/" 2>/dev/null; do
    kill -0 "$registry" 2>/dev/null || break
    tries=$((tries + 1))
    [ "$tries" -lt 100 ] || break
    sleep 0.1
  done
  kill -0 "$registry" 2>/dev/null && [ -e "$dir/answer" ] && break
  n=$((n + 1))
  [ "$n" -lt 5 ] || fail "The registry does not start:" "$(cat "$dir/registry.log")"
done

DOCKER_HOST=unix://$dir/engine.sock
dockerd --host "$DOCKER_HOST" --data-root "$dir/data" --exec-root "$dir/exec" --pidfile "$dir/engine.pid" \
  --storage-driver=vfs --iptables=false --ip6tables=false --bridge=none \
  --insecure-registry "$images" >"$dir/engine.log" 2>&1 &
engine=$!
tries=0
until curl -fs -o "$dir/answer" --unix-socket "$dir/engine.sock" http://engine/_ping 2>/dev/null; do
  kill -0 "$engine" 2>/dev/null || { engine=""; fail "The engine does not start:" "$(tail -n 20 "$dir/engine.log")"; }
  tries=$((tries + 1))
  [ "$tries" -lt 300 ] || fail "The engine does not answer:" "$(tail -n 20 "$dir/engine.log")"
  sleep 0.1
done

export DOCKER_HOST
export TOOLBAY_TEST_ENGINE="$DOCKER_HOST" TOOLBAY_TEST_IMAGES="$images"
printf 'DOCKER_HOST=%s\nTOOLBAY_TEST_IMAGES=%s\n' "$DOCKER_HOST" "$images" >&2
if [ $# -eq 0 ]; then
  set -- tail -f /dev/null
fi
"$@" &
child=$!
code=0
wait "$child" || code=$?
child=""
exit "$code"
