#!/usr/bin/env bash
# bench/run.sh NAME [--runs N]: measures Tidewire beside the limit of its surroundings, in one run on one machine.
#   pg-to-log    a backlog of a million changes into the log, against pg_recvlogical
#   pg-to-pg     the same backlog into a second server, against a native subscription
#   pg-snapshot  three million rows, against COPY TO STDOUT | COPY FROM STDIN
#   pg-latency   commit to visible at 500 and 5,000 events/s, against a native subscription
#   my-to-log    the backlog in MariaDB's binlog into the log, against mariadb-binlog, raw and decoding
#   my-to-my     the backlog into a second MariaDB, against native replication by one thread
#   my-to-pg     the backlog from MariaDB into PostgreSQL, against pg-to-pg
#   my-snapshot  three million rows from MariaDB into MariaDB, against mariadb-dump | mariadb
#   footprint    CPU seconds for a million events, peak memory, start-up
#   idle         200 idle sources and 1,000 idle sinks; one source with 10,000 tables
# Installs what it needs, starts its own servers on free ports, runs three times, takes medians; the last line is
# `RESULT NAME key=value …`. Methods and figures: docs/benchmarks.md.
set -euo pipefail
cd "$(dirname "$0")/.."
name=${1:-}
case $name in
pg-to-log | pg-to-pg | pg-snapshot | pg-latency | my-to-log | my-to-my | my-to-pg | my-snapshot | footprint | idle) ;;
*)
  sed -n '2,14s/^# //p' "$0" >&2
  exit 2
  ;;
esac
[ -n "${TIDEWIRE_BINARY:-}" ] || ./test.sh install build >/dev/null
shift
module=${name//-/_}
PYTHONPATH=tests:bench exec /usr/bin/python3 -m "cases.$module" "$@"
