#!/usr/bin/env bash
# Unpacks packages of a Debian suite, with all they depend on, into DIR/rootfs. The host's own packages stay as they are.
#   debian_packages.sh DIR SUITE PACKAGE...
set -euo pipefail
dir=$1 suite=$2
shift 2
mkdir -p "$dir"/apt/{lists/partial,cache/archives/partial,etc} "$dir/rootfs"
: >"$dir/apt/status"
# The mirror that this machine already uses.
mirror=$(apt-get indextargets --format '$(REPO_URI)' | grep -m1 -E '/debian/?$')
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main" >"$dir/apt/etc/sources.list"
cat >"$dir/apt/apt.conf" <<CONF
Dir::State "$dir/apt"; Dir::State::lists "$dir/apt/lists"; Dir::State::status "$dir/apt/status";
Dir::Cache "$dir/apt/cache"; Dir::Etc::sourcelist "$dir/apt/etc/sources.list"; Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferencesparts "/dev/null"; Acquire::Languages "none"; Acquire::Retries "3"; APT::Sandbox::User "root";
CONF
export APT_CONFIG=$dir/apt/apt.conf
apt-get -qq update
apt-get -qq -y --no-install-recommends --download-only install "$@" >/dev/null
for package in "$dir"/apt/cache/archives/*.deb; do dpkg -x "$package" "$dir/rootfs"; done
