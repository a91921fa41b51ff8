#!/usr/bin/python3
"""Checks the form of the tree: includes against tools/rooms.txt, sizes, names, words that do not belong in a source.

Prints one line a finding (`file:line: what`), and as its last line N passed, N failed, counting files. Functions over the
limit are findings too; they are measured from the brace that opens a function's body to the one that closes it.
"""
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LIMITS = {".h": 300, ".cc": 600}
TEST_LIMIT, FUNCTION_LIMIT = 700, 70
FORBIDDEN = [
    (re.compile(r"\b(?:TODO|FIXME|XXX)\b"), "an unfinished note; finish it or file an issue"),
    (re.compile(r"(?<![\w$}])/(?:home|root|Users)/\w"), "a path of somebody's machine"),
    (re.compile(r"\bsleep_for\b"), "sleep_for: wait with a stop token and a deadline"),
    (re.compile(r"\.detach\(\)"), "a detached thread: std::jthread, declared last"),
]
# The action of a failpoint is to sleep; it is off outside of tests.
EXCEPTIONS = {("src/base/failpoint.cc", "sleep_for")}
PROJECT_TEXT = {".cc", ".h", ".py", ".sh", ".md", ".txt", ".cmake", ".json", ".properties", ".sql"}


class Findings:
    def __init__(self):
        self.found, self.files = [], set()

    def add(self, file, line, what):
        self.found.append((str(file), line, what))


def tracked():
    """Files that git tracks or would track: not what .gitignore names."""
    out = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [Path(line) for line in out.stdout.splitlines() if (ROOT / line).is_file()]


def read_rooms():
    rooms, vendors = {}, {}
    for line in (ROOT / "tools/rooms.txt").read_text().splitlines():
        line = line.split("#")[0].strip()
        if line:
            name, _, allowed = line.partition(":")
            (vendors if name.startswith("<") else rooms)[name] = set(allowed.split())
    return rooms, vendors


def room_of(path, rooms):
    """The room of 'source/postgres/x.h': the longest declared prefix."""
    parts = path.split("/")[:-1]
    while parts and "/".join(parts) not in rooms:
        parts.pop()
    return "/".join(parts)


def check_includes(file, lines, rooms, vendors, findings):
    path = "/".join(file.parts[1:])
    room = room_of(path, rooms)
    if not room:
        findings.add(file, 1, "lies in no room of tools/rooms.txt")
        return
    for number, line in enumerate(lines, 1):
        found = re.match(r'\s*#\s*include\s*(["<])([^">]+)', line)
        if not found:
            continue
        kind, header = found.groups()
        if kind == '"':
            other = room_of(header, rooms)
            if other != room and other not in rooms[room] and header not in rooms[room]:
                findings.add(file, number, f'{room} may not include "{header}" (tools/rooms.txt)')
        else:
            for prefix, allowed in vendors.items():
                if f"<{header}".startswith(prefix) and room not in allowed:
                    findings.add(file, number, f"<{header}> belongs to {', '.join(sorted(allowed))}, not to {room}")


def check_functions(file, lines, findings):
    """A body opens with a line at low indent that ends in '{' after a ')' and closes with '}' at the same indent."""
    start = None
    for number, line in enumerate(lines, 1):
        if start is None:
            if re.match(r"^( {0,2})\S.*\)( const)?( noexcept)?( override)?( -> [^;]+)? \{$", line) and not re.match(
                    r"^\s*(if|for|while|switch|else|namespace|class|struct|TEST)", line):
                start = (number, len(line) - len(line.lstrip()))
        elif line == " " * start[1] + "}":
            length = number - start[0] + 1
            if length > FUNCTION_LIMIT:
                findings.add(file, start[0], f"function of {length} lines (limit {FUNCTION_LIMIT})")
            start = None


def check_words(file, lines, findings):
    for number, line in enumerate(lines, 1):
        for pattern, what in FORBIDDEN:
            found = pattern.search(line)
            if found and (str(file), found.group(0)) not in EXCEPTIONS:
                code_only = "sleep_for" in what or "detached" in what
                if not code_only or file.parts[0] == "src":
                    findings.add(file, number, what)


def check_source(file, lines, findings):
    limit = LIMITS[file.suffix]
    if len(lines) > limit:
        findings.add(file, 1, f"{len(lines)} lines (limit {limit})")
    if not re.fullmatch(r"[a-z0-9_]+\.(cc|h)", file.name):
        findings.add(file, 1, "file names are snake_case")
    if file.suffix == ".h" and not any(line == "#pragma once" for line in lines):
        findings.add(file, 1, "lacks #pragma once")
    if not lines or not lines[0].startswith(("//", "#include")):
        findings.add(file, 1, "a file begins with its comment or its includes")


def check_unit_test(file, lines, findings):
    """tests/unit/<room>/<file>_test.cc mirrors src/<room>/<file>.{h,cc}, or names a behaviour of its room."""
    room = "/".join(file.parts[2:-1])
    if not (ROOT / "src" / room).is_dir():
        findings.add(file, 1, f"mirrors no room: src/{room} does not exist")
    if not file.stem.endswith("_test") and file.suffix == ".cc":
        findings.add(file, 1, "unit tests are named <file>_test.cc")
    if len(lines) > TEST_LIMIT:
        findings.add(file, 1, f"{len(lines)} lines (limit {TEST_LIMIT})")
    for number, line in enumerate(lines, 1):
        if re.search(r"\bGTEST_SKIP\b|\bDISABLED_", line):
            findings.add(file, number, "a skipped test")


def check_room_readmes(findings, rooms):
    for room in rooms:
        if "/" not in room and any((ROOT / "src" / room).glob("*.h")) and not (ROOT / "src" / room / "README.md").exists():
            findings.add(Path("src") / room, 1, "a room has a README.md (30 lines at most)")


def main():
    findings, rooms_vendors = Findings(), read_rooms()
    files = tracked()
    for file in files:
        if file.suffix not in PROJECT_TEXT or file.parts[:3] == ("tests", "golden", "ref"):
            continue
        lines = (ROOT / file).read_text(errors="replace").splitlines()
        findings.files.add(file)
        if str(file) != "tools/tidy.py":
            check_words(file, lines, findings)
        if file.parts[0] == "src" and file.suffix in LIMITS:
            check_source(file, lines, findings)
            check_includes(file, lines, *rooms_vendors, findings)
        if file.parts[0] in ("src", "bench") and file.suffix in LIMITS:
            check_functions(file, lines, findings)
        if file.parts[:2] == ("tests", "unit") and file.suffix in LIMITS:
            check_unit_test(file, lines, findings)
    check_room_readmes(findings, rooms_vendors[0])
    for file, line, what in findings.found:
        print(f"{file}:{line}: {what}")
    bad = len({file for file, _, _ in findings.found})
    print(f"{len(findings.files) - bad} passed, {bad} failed")
    return 1 if findings.found else 0


if __name__ == "__main__":
    sys.exit(main())
