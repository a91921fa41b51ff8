#!/usr/bin/env bash
# Builds and tests everything. `./test.sh` runs all parts; `./test.sh PART...` runs some:
#   install build tidy format unit golden system crash sim fuzz asan tsan
# and, by name only, versions: system and golden tests against other PostgreSQL versions (needs Maven).
# Each part ends with its runner's own summary. Exit status 0 only when every part passed.
set -euo pipefail
cd "$(dirname "$0")"

all=(install build tidy format unit golden system crash sim fuzz asan tsan)
# What ccache needs to keep objects that use a precompiled header; another clone may use the same results.
export CCACHE_SLOPPINESS=pch_defines,time_macros
export CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=1
jobs=$(nproc)
python=/usr/bin/python3

build() { # PRESET [TARGET...]
  local preset=$1
  shift
  cmake --preset "$preset" >"build/$preset.configure.log" 2>&1 || { cat "build/$preset.configure.log"; return 1; }
  ninja -C "build/$preset" -j "$jobs" --quiet "$@"
}

pytest_system() { # further pytest arguments
  PYTHONPATH=tests "$python" -m pytest -c tests/pytest.ini tests/system -q --durations=8 "$@"
}

part_install() { tools/install-deps.sh; }
part_build() { build release; }
part_tidy() { tools/tidy.py; }
part_format() { git ls-files -co --exclude-standard 'src/*.cc' 'src/*.h' 'tests/*.cc' 'tests/*.h' 'bench/*.cc' |
  xargs -r clang-format-14 --dry-run -Werror; }
part_unit() { ctest --test-dir build/release --output-on-failure -j "$jobs" -E '^(sim|tidy)$' --no-tests=error; }
part_golden() { "$python" tests/golden/run_golden.py; }
part_system() { pytest_system -m 'not slow' -n "${TIDEWIRE_TEST_JOBS:-2}"; }
part_versions() {
  local version PG_BIN
  export PG_BIN
  for version in ${TIDEWIRE_PG_VERSIONS:-13.23.0 14.24.0 16.15.0 17.11.0 18.6.0}; do
    echo "PostgreSQL $version"
    PG_BIN=$(tests/support/servers/fetch_postgres.sh "$version")
    pytest_system -m 'not slow and not plain' -n "${TIDEWIRE_TEST_JOBS:-2}" --ignore tests/system/rest
    # The tables of the recordings have multiranges, which 13 does not know.
    [[ $version == 13.* ]] || "$python" tests/golden/run_golden.py default sink
  done
}
part_crash() { "$python" tests/crash/crash.py --seconds "${TIDEWIRE_CRASH_SECONDS:-180}"; }
part_sim() { ctest --test-dir build/release --output-on-failure -R '^sim' --no-tests=error; }
part_fuzz() {
  build fuzz fuzz
  local target corpus log targets=0
  for target in build/fuzz/tests/fuzz/fuzz_*; do
    [ -f "$target" ] && [ -x "$target" ] || continue
    # Seeds are kept with the sources; what is found in between stays in the build directory.
    corpus=tests/fuzz/corpus/$(basename "$target" | sed 's/^fuzz_//')
    mkdir -p "build/fuzz/corpus/$(basename "$target")"
    log=build/fuzz/$(basename "$target").log
    "$target" -max_total_time="${TIDEWIRE_FUZZ_SECONDS:-20}" -timeout=10 -rss_limit_mb=2000 \
      -artifact_prefix=build/fuzz/ "build/fuzz/corpus/$(basename "$target")" \
      $([ -d "$corpus" ] && echo "$corpus") >"$log" 2>&1 || { tail -n 100 "$log"; return 1; }
    echo "$target: $(grep '^Done' "$log")"
    targets=$((targets + 1))
  done
  [ "$targets" -gt 0 ] || { echo "no fuzz target was built"; return 1; }
  echo "$targets passed, 0 failed"
}
part_asan() {
  build asan
  ctest --test-dir build/asan --output-on-failure -j "$jobs" -E '^tidy$' --no-tests=error
  TIDEWIRE_BINARY=$PWD/build/asan/tidewire pytest_system -m 'not slow and not plain' -n "${TIDEWIRE_TEST_JOBS:-2}" --ignore tests/system/rest
}
part_tsan() {
  build tsan
  TSAN_OPTIONS=suppressions=$PWD/tests/support/tsan.supp ctest --test-dir build/tsan --output-on-failure \
    -j "$jobs" -E '^tidy$' --no-tests=error
  TSAN_OPTIONS="suppressions=$PWD/tests/support/tsan.supp halt_on_error=1" \
    TIDEWIRE_BINARY=$PWD/build/tsan/tidewire pytest_system -m 'not slow and not plain' -n "${TIDEWIRE_TEST_JOBS:-2}" --ignore tests/system/rest
}

run() { # One part in a shell of its own, so that -e holds inside it.
  local part=$1 began=$SECONDS
  printf '\n=== %s ===\n' "$part"
  if bash -euo pipefail -c "$(declare -f); $(declare -p jobs python); part_$part"; then
    printf -- '--- %s: passed in %d s\n' "$part" $((SECONDS - began))
    return 0
  fi
  printf -- '--- %s: FAILED after %d s\n' "$part" $((SECONDS - began))
  return 1
}

parts=("$@")
[ ${#parts[@]} -gt 0 ] || parts=("${all[@]}")
mkdir -p build
failed=() passed=0
for part in "${parts[@]}"; do
  if ! declare -F "part_$part" >/dev/null; then
    echo "test.sh: no part '$part'; parts are: ${all[*]}" >&2
    exit 2
  fi
  if run "$part"; then
    passed=$((passed + 1))
  else
    failed+=("$part")
    # Nothing else can pass without these two.
    case $part in install | build) break ;; esac
  fi
done

echo
if [ ${#failed[@]} -gt 0 ]; then echo "failed parts: ${failed[*]}"; fi
echo "$passed passed, ${#failed[@]} failed"
[ ${#failed[@]} -eq 0 ]
