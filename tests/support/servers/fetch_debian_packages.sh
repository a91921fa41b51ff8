#!/usr/bin/env bash
# Takes packages of another Debian suite, with everything they depend on, once, and prints the directory they are unpacked
# in. The machine's own packages stay as they are. The versions are those that the suite has on that day.
#   ROOT=$(fetch_debian_packages.sh trixie mariadb-server-core)
# Programs in it run with the suite's own C library; `--run ROOT PROGRAM ARG...` does that:
#   fetch_debian_packages.sh --run "$ROOT" usr/sbin/mariadbd --version
set -euo pipefail

die() {
  echo "fetch_debian_packages.sh: $*" >&2
  exit 1
}

if [ "${1:-}" = --run ]; then
  [ $# -ge 3 ] || die "usage: --run ROOT PROGRAM ARG..."
  root=$2 program=$3
  shift 3
  libraries=$root/usr/lib/$(uname -m)-linux-gnu:$root/lib/$(uname -m)-linux-gnu
  # Since glibc 2.34 the loader is a file of this name; before, it was a link to one with the version in its name.
  loader=$(find "$root/usr/lib" "$root/lib" "$root/lib64" \( -name 'ld-linux-*.so.*' -o -name 'ld-2.*.so' \) \
    -type f -print -quit 2>/dev/null)
  [ -n "$loader" ] || die "$root has no dynamic loader; remove the directory, so that it is fetched again"
  exec "$loader" --library-path "$libraries" "$root/$program" "$@"
fi

[ $# -ge 2 ] || die "usage: fetch_debian_packages.sh SUITE PACKAGE..."
suite=$1
shift
packages=("$@")
dir=${TMPDIR:-/tmp}/tidewire-servers/debian-$suite-${packages[0]}
mkdir -p "$(dirname "$dir")"
# Tests run side by side: the first fetches, the others wait for it.
exec 9>"$dir.lock"
flock 9
if [ -d "$dir" ]; then
  echo "$dir"
  exit 0
fi

# The mirror from which this machine has its own release.
own_suite=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
mirror=$(apt-get indextargets --format '$(REPO_URI) $(CODENAME)' 2>/dev/null |
  awk -v suite="$own_suite" '$2 == suite && !found { print $1; found = 1 }')
[ -n "$mirror" ] || die "apt's settings name no Debian mirror for $own_suite, so there is none to take $suite from"
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
[ -f "$keyring" ] || die "the keys of Debian's archive are missing: apt-get install debian-archive-keyring"

part=$dir.part
rm -rf "$part"
mkdir -p "$part"/{lists/partial,cache/archives/partial,root}
trap 'rm -rf "$part"' EXIT
: >"$part/status"
echo "deb [signed-by=$keyring] $mirror $suite main" >"$part/sources.list"
cat >"$part/apt.conf" <<EOF
Dir::State "$part"; Dir::State::lists "$part/lists"; Dir::State::status "$part/status";
Dir::Cache "$part/cache";
Dir::Etc::sourcelist "$part/sources.list"; Dir::Etc::sourceparts "/dev/null"; Dir::Etc::preferencesparts "/dev/null";
Acquire::Languages "none"; Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false"; Acquire::Retries "3";
APT::Update::Error-Mode "any"; APT::Sandbox::User "$(id -un)"; APT::Install-Recommends "false";
EOF
export APT_CONFIG=$part/apt.conf
apt-get -qq update >"$part/log" 2>&1 ||
  die "the mirror of this machine gives no index of the suite $suite: $(tail -n 3 "$part/log")"
apt-get -qq -y --download-only install "${packages[@]}" >"$part/log" 2>&1 ||
  die "the suite $suite has not all of ${packages[*]}: $(tail -n 3 "$part/log")"
for file in "$part"/cache/archives/*.deb; do
  dpkg-deb -x "$file" "$part/root"
done
rm -rf "$part/root/usr/share/doc" "$part/root/usr/share/man"
chmod -R a+rX "$part/root" # A server may run as another user.
mv "$part/root" "$dir"
echo "$dir"
