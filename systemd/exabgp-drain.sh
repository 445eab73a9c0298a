#!/bin/sh
# Drains before ExaBGP stops: systemd runs this as ExaBGP's ExecStop.
#
# ExaBGP closes its sessions before it tells its helpers to end, which is too late
# to drain. So the helper is asked first; it announces GRACEFUL_SHUTDOWN, withdraws,
# and exits. Only then may ExaBGP be stopped.
#
# usage: exabgp-drain.sh EXABGP_PID [SECONDS]
set -eu
exabgp=${1:?the pid of ExaBGP}
limit=${2:-60}

helpers=$(pgrep -P "$exabgp" -f 'routevane(\.js)? run') || exit 0
# shellcheck disable=SC2086 # one word a pid
kill -TERM $helpers

waited=0
for pid in $helpers; do
  while kill -0 "$pid" 2>/dev/null && [ "$waited" -lt $((limit * 10)) ]; do
    sleep 0.1
    waited=$((waited + 1))
  done
done
