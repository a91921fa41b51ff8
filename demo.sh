#!/usr/bin/env bash
# Shows Tidewire at work, from nothing: two PostgreSQL servers, the worker, the example's two JSON files through curl, a
# storm of changes, and a comparison row by row. `./demo.sh --keep` leaves everything running; `--seconds N` sets the storm.
set -euo pipefail
cd "$(dirname "$0")"
case "${1:-}" in
-h | --help)
  sed -n '2,3s/^# //p' "$0"
  exit 0
  ;;
esac
echo "Installing what is needed and building; the first time takes some minutes."
./test.sh install build >build-demo.log 2>&1 || {
  tail -n 30 build-demo.log >&2
  echo "RESULT demo equal=no rows=0 events=0 events_per_second=0"
  exit 1
}
rm -f build-demo.log
exec /usr/bin/python3 tools/demo.py "$@"
