#!/usr/bin/env bash
# Takes the server programs of another PostgreSQL version from Maven Central, once, and prints where they are.
#   PG_BIN=$(fetch_postgres.sh 17.11.0)
set -euo pipefail
version=$1
dir=${TMPDIR:-/tmp}/tidewire-servers/postgres-$version
case $(uname -m) in
x86_64) platform=linux-amd64 ;;
aarch64) platform=linux-arm64v8 ;;
*)
  echo "there are no server programs for $(uname -m)" >&2
  exit 1
  ;;
esac
name=embedded-postgres-binaries-$platform
if [ ! -x "$dir/bin/postgres" ]; then
  command -v mvn >/dev/null || { echo "Maven is needed: apt-get install maven" >&2; exit 1; }
  mkdir -p "$dir"
  mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy -DoutputDirectory="$dir" \
    -Dartifact="io.zonky.test.postgres:$name:$version:jar" >&2
  python3 - "$dir/$name-$version.jar" "$dir/server.txz" <<'PYTHON'
import sys
import zipfile

with zipfile.ZipFile(sys.argv[1]) as jar, open(sys.argv[2], "wb") as out:
    out.write(jar.read(next(name for name in jar.namelist() if name.endswith(".txz"))))
PYTHON
  tar -xJf "$dir/server.txz" -C "$dir"
  rm "$dir/server.txz" "$dir/$name-$version.jar"
  chmod -R a+rX "$dir" # The server runs as another user.
fi
echo "$dir/bin"
