#!/usr/bin/env bash
# Starts PostgreSQL VERSION of another Debian suite in a private chroot (needs root), beside the host's own.
#   pg_from.sh DIR SUITE VERSION PORT
# Stop it with: kill $(head -1 DIR/rootfs/pgd/data/postmaster.pid)
set -euo pipefail
dir=$(realpath -m "$1") suite=$2 version=$3 port=$4
here=$(dirname "$(realpath "$0")")
rootfs=$dir/rootfs
bin=/usr/lib/postgresql/$version/bin

[ -x "$rootfs$bin/postgres" ] ||
  bash "$here/debian_packages.sh" "$dir" "$suite" "postgresql-$version" dash coreutils libc-bin

make_rootfs() {
  cd "$rootfs"
  for link in bin sbin lib lib64; do [ -e "$link" ] || ln -s "usr/$link" "$link"; done
  [ -e usr/bin/sh ] || ln -s dash usr/bin/sh
  mkdir -p tmp dev etc pgd
  chmod 1777 tmp
  [ -e dev/null ] || { mknod -m 666 dev/null c 1 3; mknod -m 666 dev/zero c 1 5; mknod -m 666 dev/urandom c 1 9; }
  printf 'root:x:0:0::/:/bin/sh\npgu:x:5432:5432::/tmp:/bin/sh\n' >etc/passwd
  printf 'root:x:0:\npgu:x:5432:\n' >etc/group
  echo '127.0.0.1 localhost' >etc/hosts
  chown 5432:5432 pgd
  chroot "$rootfs" /usr/sbin/ldconfig 2>/dev/null || true
}

inside() { chroot --userspec=5432:5432 "$rootfs" /usr/bin/env LC_ALL=C HOME=/tmp "$@"; }

make_rootfs
[ -f "$rootfs/pgd/data/PG_VERSION" ] || inside "$bin/initdb" -D /pgd/data -A trust -U postgres >/dev/null
inside "$bin/postgres" -D /pgd/data -c listen_addresses=127.0.0.1 -c "port=$port" -c unix_socket_directories=/tmp \
  -c dynamic_shared_memory_type=mmap -c wal_level=logical -c max_replication_slots=20 >"$dir/log" 2>&1 </dev/null &
for _ in $(seq 80); do
  psql -h 127.0.0.1 -p "$port" -U postgres -Atc 'select 1' >/dev/null 2>&1 && exit 0
  sleep 0.25
done
tail -n 5 "$dir/log" >&2
exit 1
