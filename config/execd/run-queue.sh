#!/bin/sh
# Asked by a line on stdin (trigger: poll): down while more than LIMIT processes per core are
# ready to run. Usage: run-queue.sh LIMIT
limit=${1:-4}
cores=$(getconf _NPROCESSORS_ONLN)
while read -r _; do
  read -r _ _ _ queue _ < /proc/loadavg
  running=${queue%%/*}
  if [ "$running" -gt $((limit * cores)) ]; then
    printf '{"state":"down","reason":"%s processes ready to run on %s cores"}\n' "$running" "$cores"
  else
    printf '{"state":"up"}\n'
  fi
done
