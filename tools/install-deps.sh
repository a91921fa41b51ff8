#!/usr/bin/env bash
# Installs what the build and the tests need, from Debian 12's own packages. Nothing is downloaded from elsewhere, and a
# second run only looks. `install-deps.sh --list` prints the packages.
set -euo pipefail

packages=(
  # Build.
  build-essential cmake ninja-build ccache mold pkg-config git
  # Libraries.
  libfmt-dev libspdlog-dev libpq-dev libpcre2-dev librocksdb-dev libxxhash-dev libzstd-dev zlib1g-dev libssl-dev libmariadb-dev libcli11-dev
  libcpp-httplib-dev rapidjson-dev libsimdjson-dev prometheus-cpp-dev libexpected-dev
  # Tests: servers, runners, sanitizers and fuzzers.
  libgtest-dev libgmock-dev libbenchmark-dev postgresql-15 postgresql-contrib mariadb-server-core
  mariadb-client-core mariadb-client
  clang-14 clang-format-14 clang-tidy-14 libclang-rt-14-dev
  python3 python3-pytest python3-pytest-xdist python3-psycopg2 python3-pymysql python3-cryptography curl jq
  debian-archive-keyring
)

if [ "${1:-}" = --list ]; then
  printf '%s\n' "${packages[@]}"
  exit 0
fi

. /etc/os-release 2>/dev/null || ID=unknown VERSION_ID=
if [ "$ID" != debian ] || [ "${VERSION_ID%%.*}" != 12 ]; then
  {
    echo "This script installs packages on Debian 12; this system is ${PRETTY_NAME:-unknown}."
    echo "Install the counterparts of these packages, then set TIDEWIRE_SKIP_INSTALL=1 and run again:"
    printf '  %s\n' "${packages[@]}"
    echo "Needed versions: CMake 3.25, a C++20 compiler (g++ 12), RocksDB 7.8, PostgreSQL 15 with its contrib modules."
  } >&2
  [ -n "${TIDEWIRE_SKIP_INSTALL:-}" ] && exit 0
  exit 1
fi

missing=()
for package in "${packages[@]}"; do
  status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$status" = installed ] || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

as_root=()
if [ "$(id -u)" != 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "These packages are missing, and installing them needs root or sudo: ${missing[*]}" >&2
    exit 1
  fi
  as_root=(sudo)
fi
echo "Installing: ${missing[*]}"
"${as_root[@]}" apt-get -qq update
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install "${missing[@]}" >/dev/null
