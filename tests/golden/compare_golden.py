#!/usr/bin/env python3
"""Compare recorded change events with expected ones (golden files of real Debezium).
usage: compare_golden.py [options] EXPECTED.jsonl ACTUAL.jsonl

Lines of both files: {"topic","partition","offset","headers":[[name,value]],"key","value"} (+ ignored "timestamp"); key and value are the record's bytes as text, null, {"$schema": n,
"payload": text} with a first line {"$schemas": [text]}, or already parsed JSON.

Volatile fields are not compared by value; what is compared is null or not, zero or not, and the JSON type:
  envelope   ts_ms ts_us ts_ns
  source     version ts_ms ts_us ts_ns txId lsn xmin sequence file pos server_id gtid thread
  schema history (DDL records without an envelope)  ts_ms; of position: ts_sec file pos gtids server_id
  transaction id (in records, and key, id, ts_ms of the .transaction topic); flattened records and headers: the same names after "__" or "__source_"; header __debezium.context.runId
Relations are checked instead, over pairs of records that belong together:
  tx        txId / gtid / transaction.id: one-to-one between the two files (same transaction there = same transaction here), over all topics
  event     (file, pos): likewise, one event there = one event here, and in a history record's position; so with equal `row`s the rows of an event count alike
  order     lsn or (file, pos, row) rise in the same order over all topics (never the other way round); in one topic never fall with the offset where the expected ones do not
  clock     ts_us = ts_ns/1000, ts_ms = ts_us/1000; one transaction has one source.ts_ms, or with binlog files whole seconds, two apart at most
  sequence  PostgreSQL: a JSON array of two, the second = lsn, the first null or <= lsn
JSON numbers are compared by value but 1 and 1.0 differ, 0.0 and -0.0 differ; below 1.2e-38 float precision suffices (Java writes 1.4E-45 for the float 1e-45).
Object members may come in any order (--strict-order: not); headers too.
Left out: heartbeat topics (only: present on both sides, first record alike), topics that the expected file's .meta.json counts but the file has not (with --whole: as many records), transactions without an event of a captured table (other databases, DDL).

Ignore file (--ignore FILE; # starts a comment), * and ? are globs, indexes in paths are numbers:
  topic  GLOB             leave these topics out
  record GLOB N           leave out the N-th record (from 0, in the expected file's numbering) of the topics; counts as equal
  path   GLOB PATH        leave out this field in records of the topics: path * value.after.price, path *.t value_schema.fields.0.*, path * headers.__debezium.context.*
  form   GLOB PATH        as path, but the value's form is compared: texts with their digits alike, else null or not, zero or not, type
Paths start with key, value (payload, if there is a schema), key_schema, value_schema, headers, partition; relation checks are called relation.tx, relation.event, relation.order, relation.clock, relation.sequence.
Exit code 0 only if all records are equal; last line "equal N of M", M = expected + extra records."""
import argparse, collections, difflib, fnmatch, json, os, re, struct, sys

ENV = {"ts_ms", "ts_us", "ts_ns"}
SOURCE = ENV | {"version", "txId", "lsn", "xmin", "sequence", "file", "pos", "server_id", "gtid", "thread"}
HISTORY = {"ts_sec", "file", "pos", "gtids", "server_id"}

def number(tok):
    x = float(tok)
    return struct.unpack("f", struct.pack("f", x))[0] if 1e-46 < abs(x) < 1.2e-38 else x
def parse(s, strict): return json.loads(s, parse_float=number, object_pairs_hook=(lambda p: {"\0order": [k for k, _ in p], **dict(p)}) if strict else None)
def mark(v): return v if v is None or isinstance(v, bool) else "<0>" if v == 0 else "<%s>" % {int: "int", float: "float", str: "string"}.get(type(v), "object")
def canon(t): return json.dumps(t, sort_keys=True, ensure_ascii=False)

class Rec: __slots__ = ("topic", "i", "tree", "text", "rel", "sig")

def load(path, renames, strict):
    """Records of a file in order: raw dicts with parsed key/value and their schemas."""
    tab, out = [], []
    for n, line in enumerate(open(path, encoding="utf-8")):
        if not line.strip(): continue
        for a, b in renames: line = line.replace(a, b)
        try: r = json.loads(line)
        except ValueError as e: sys.exit("%s:%d: not JSON: %s" % (path, n + 1, e))
        if "$schemas" in r: tab = [parse(s, strict) for s in r["$schemas"]]; continue
        for side in ("key", "value"):
            v, schema = r.get(side), None
            if isinstance(v, dict) and "$schema" in v: schema, v = tab[v["$schema"]], parse(v["payload"], strict)
            else:
                if isinstance(v, dict) and "__base64__" not in v: v = json.dumps(v)
                if isinstance(v, str):
                    try: v = parse(v, strict)
                    except ValueError: pass
                if isinstance(v, dict) and set(v) - {"\0order"} == {"schema", "payload"}: schema, v = v["schema"], v["payload"]
            r[side], r[side + "_schema"] = v, schema
        out.append(r)
    return sorted(out, key=lambda r: (r["topic"], r.get("partition", 0), r.get("offset", 0)))

def envelope(v): return isinstance(v, dict) and isinstance(v.get("source"), dict) and ("op" in v or "ddl" in v)
def history(v): return isinstance(v, dict) and isinstance(v.get("position"), dict) and "ddl" in v
def tx_topic(r): return r["topic"].endswith(".transaction") and isinstance(r["value"], dict) and {"status", "id"} <= set(r["value"])

def volatile(r):
    """Replaces volatile fields by marks (in place); returns what the relation checks need: {"tx": [(kind, id)], "event": (kind, file, pos) or None, "pos": tuple or None, "clocks": [...], "seq": ..., "commit": ts}."""
    rel = {"tx": [], "pos": None, "clocks": [], "seq": None, "commit": None, "txkey": None, "event": None, "whole_s": False}; v = r["value"]
    if history(v):
        p = v["position"]; rel["event"] = ("position", p.get("file"), p.get("pos")); rel["tx"] += [("gtid", p["gtids"])] if p.get("gtids") else []
        for k in HISTORY & set(p): p[k] = mark(p[k])
        v["ts_ms"] = mark(v.get("ts_ms"))
    elif envelope(v):
        s = v["source"]
        for k in ("txId", "gtid"):
            if s.get(k) is not None: rel["tx"].append((k, s[k])); rel["txkey"] = s[k]
        rel["pos"] = (s["lsn"],) if isinstance(s.get("lsn"), int) else (str(s["file"]), s.get("pos"), s.get("row") or 0) if s.get("file") else None
        rel["clocks"] = [tuple(x.get(k) for k in ("ts_ms", "ts_us", "ts_ns")) for x in (v, s)]; rel["commit"] = s.get("ts_ms")
        if s.get("file"): rel["event"] = ("event", s["file"], s.get("pos")); rel["whole_s"] = "op" in v and isinstance(s.get("ts_us"), int) and s["ts_us"] % 1000000 == 0
        if "lsn" in s and s.get("sequence"): rel["seq"] = (s["sequence"], s["lsn"])
        for k in SOURCE & set(s): s[k] = mark(s[k])
        for k in ENV & set(v): v[k] = mark(v[k])
        t = v.get("transaction")
        if isinstance(t, dict) and "id" in t: rel["tx"].append(("transaction", t["id"])); t["id"] = mark(t["id"])
    elif tx_topic(r):
        rel["tx"].append(("transaction", v["id"])); v["id"] = mark(v["id"]); v["ts_ms"] = mark(v.get("ts_ms"))
        if isinstance(r["key"], dict) and "id" in r["key"]: r["key"]["id"] = mark(r["key"]["id"])
    elif isinstance(v, dict):
        for k in v:
            m = re.fullmatch(r"__(?:source_)?(\w+)", k)
            if m and m.group(1) in SOURCE: v[k] = mark(v[k])
    if r["topic"].startswith("__debezium-heartbeat") and isinstance(v, dict): r["value"] = {k: mark(x) for k, x in v.items()}
    h = collections.OrderedDict()
    for name, b in r.get("headers") or []:
        m = re.fullmatch(r"__(?:source_)?(\w+)", name)
        if name == "__debezium.context.runId" or m and m.group(1) in SOURCE: b = mark(b)
        elif isinstance(b, str) and b[:1] in "{[":
            try: b = json.loads(b, parse_float=number)
            except ValueError: pass
        h[name if name not in h else name + "#%d" % len(h)] = b
    r["headers"] = h
    return rel

def at_paths(tree, pats, change, path=""):
    """The tree with change(value) at the paths; members for which it gives "<ignored>" are left out."""
    def new(key, value):
        p = "%s.%s" % (path, key) if path else key
        return change(value) if any(fnmatch.fnmatchcase(p, pat) for pat in pats) else at_paths(value, pats, change, p)
    if isinstance(tree, dict): return {k: v for k, v in ((k, new(k, v)) for k, v in tree.items()) if v != "<ignored>"}
    if isinstance(tree, list): return [new(i, v) for i, v in enumerate(tree)]
    return tree
def form(v): return re.sub(r"\d+", "0", v) if isinstance(v, str) else mark(v)

def build(raws, ign, opts):
    """Groups by topic; drops what is not compared; normalises."""
    captured = {r["value"]["id"] for r in raws if tx_topic(r) and r["value"].get("status") == "END" and r["value"].get("event_count")}
    by, heart, empty = collections.OrderedDict(), collections.OrderedDict(), 0
    for r in raws:
        if any(fnmatch.fnmatchcase(r["topic"], g) for g in ign["topic"]): continue
        if tx_topic(r) and r["value"]["id"] not in captured: empty += 1; continue
        x = Rec(); x.topic = r["topic"]; x.rel = volatile(r)
        tree = {k: r[k] for k in ("key", "value", "headers")}; tree["partition"] = r.get("partition", 0)
        if not opts.no_schemas: tree["key_schema"], tree["value_schema"] = r["key_schema"], r["value_schema"]
        if opts.strict_order: tree["header_order"] = list(r["headers"])
        of_topic = lambda kind: [p for g, p in ign[kind] if fnmatch.fnmatchcase(r["topic"], g)]
        pats = of_topic("path")
        for p, change in ((pats, lambda v: "<ignored>"), (of_topic("form"), form)):
            tree = at_paths(tree, p, change) if p else tree
        x.rel["off"] = {p[9:] for p in pats if p.startswith("relation.")}
        x.tree, x.text = tree, canon(tree); v = tree.get("value"); x.sig = canon([tree.get("key"), v.get("op", v.get("status", "v")) if isinstance(v, dict) else str(type(v))])
        if x.topic.startswith("__debezium-heartbeat"):
            if x.topic in heart: continue
            heart[x.topic] = 1
        L = by.setdefault(x.topic, []); x.i = len(L); L.append(x)
    return by, empty

def align(A, B):
    """Pairs (a, b), (a, None), (None, b): equal records first, then same key and operation, then what lies at the same place."""
    out = []
    def rest(a, b):
        for tag, i, j, k, l in difflib.SequenceMatcher(None, [x.sig for x in a], [x.sig for x in b], autojunk=False).get_opcodes():
            n = min(j - i, l - k)
            out.extend(zip(a[i:i + n], b[k:k + n])); out.extend((x, None) for x in a[i + n:j]); out.extend((None, x) for x in b[k + n:l])
    for tag, i, j, k, l in difflib.SequenceMatcher(None, [x.text for x in A], [x.text for x in B], autojunk=False).get_opcodes():
        if tag == "equal": out.extend(zip(A[i:j], B[k:l]))
        else: rest(A[i:j], B[k:l])
    return out

def diffs(a, b, path=""):
    if isinstance(a, dict) and isinstance(b, dict):
        for k in sorted(set(a) | set(b)):
            p = path + "." + k if path else k
            if k not in a: yield p, "<absent>", b[k]
            elif k not in b: yield p, a[k], "<absent>"
            else: yield from diffs(a[k], b[k], p)
    elif isinstance(a, list) and isinstance(b, list):
        for i in range(max(len(a), len(b))):
            p = "%s.%d" % (path, i)
            if i >= len(a): yield p, "<absent>", b[i]
            elif i >= len(b): yield p, a[i], "<absent>"
            else: yield from diffs(a[i], b[i], p)
    elif canon(a) != canon(b): yield path, a, b

def relations(pairs):
    """[(pair, relation, message)] for the pairs that break one."""
    bad = []; fw, bw, events, commit = {}, {}, ({}, {}), {}
    def say(p, kind, msg):
        if kind not in p[0].rel["off"]: bad.append((p, "relation." + kind, msg))
    for p in pairs:
        e, a = p[0].rel, p[1].rel
        for (k, x), (k2, y) in zip(e["tx"], a["tx"]):
            if k == k2:
                if fw.setdefault((k, x), y) != y: say(p, "tx", "%s %r is here %r, elsewhere %r" % (k, x, y, fw[k, x]))
                elif bw.setdefault((k, y), x) != x: say(p, "tx", "%s %r stands for both %r and %r of the expected" % (k, y, x, bw[k, y]))
        if e["event"] and a["event"]:
            here, there = events[0].setdefault(e["event"], a["event"]), events[1].setdefault(a["event"], e["event"])
            if here != a["event"]: say(p, "event", "%s %r is here %r, elsewhere %r" % (*e["event"][:1], e["event"][1:], a["event"][1:], here[1:]))
            elif there != e["event"]: say(p, "event", "%s %r stands for both %r and %r of the expected" % (*a["event"][:1], a["event"][1:], there[1:], e["event"][1:]))
        for ce, ca in zip(e["clocks"], a["clocks"]):
            ok = lambda c: None in c or not all(isinstance(x, int) for x in c) or c[2] // 1000 == c[1] and c[1] // 1000 == c[0]
            if ok(ce) and not ok(ca): say(p, "clock", "ts_ms, ts_us, ts_ns = %r" % (ca,))
        if e["event"] and e["whole_s"] and not a["whole_s"]: say(p, "clock", "source.ts_ms %r is not in whole seconds" % a["commit"])
        if e["txkey"] is not None and a["txkey"] is not None:
            same = commit.setdefault(e["txkey"], (e["commit"], a["commit"]))
            apart = 2000 if e["event"] else 0
            if same[0] == e["commit"] and abs(same[1] - a["commit"]) > apart: say(p, "clock", "source.ts_ms %r, other events of the transaction %r" % (a["commit"], same[1]))
        if e["seq"] and a["seq"]:
            try: s = json.loads(a["seq"][0]); good = len(s) == 2 and s[1] == str(a["seq"][1]) and (s[0] is None or int(s[0]) <= int(s[1]))
            except (ValueError, TypeError): good = False
            if not good: say(p, "sequence", "sequence %r with lsn %r" % a["seq"])
    def rising(ps, what):
        top, group, last = None, None, None
        for p in ps:
            e, a = p[0].rel["pos"], p[1].rel["pos"]
            if e != last: top = group if top is None or group is not None and group > top else top; last, group = e, None
            if top is not None and a < top: say(p, "order", "position %r lies before %r of an earlier event%s" % (a, top, what))
            group = a if group is None or a > group else group
    P = [p for p in pairs if p[0].rel["pos"] and p[1].rel["pos"] and type(p[0].rel["pos"]) == type(p[1].rel["pos"]) and len(p[0].rel["pos"]) == len(p[1].rel["pos"])]
    rising(sorted(P, key=lambda p: p[0].rel["pos"]), "")
    topic = collections.defaultdict(list)
    for p in P: topic[p[0].topic].append(p)
    for t, ps in topic.items():
        for p, n in zip(ps, ps[1:]):
            if n[0].rel["pos"] >= p[0].rel["pos"] and n[1].rel["pos"] < p[1].rel["pos"]: say(n, "order", "position %r falls below the one of the record before, %r" % (n[1].rel["pos"], p[1].rel["pos"]))
    return bad

def dropped_counts(path, raws):
    """{topic: records} of topics that the .meta.json counts, but whose records the file leaves out to be small."""
    meta = re.sub(r"\.jsonl$", ".meta.json", path)
    if meta == path or not os.path.exists(meta): return {}
    there = {r["topic"] for r in raws}
    return {t: n for t, n in json.load(open(meta, encoding="utf-8"))["records_per_topic"].items() if t not in there}

def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("expected"); ap.add_argument("actual"); ap.add_argument("--ignore", metavar="FILE", action="append", default=[])
    ap.add_argument("--rename", metavar="ACTUAL=EXPECTED", action="append", default=[], help="replace this text in the actual file first (topic prefix, database name)")
    ap.add_argument("--whole", action="store_true", help="ACTUAL is a whole run: as many records as counted in topics that EXPECTED leaves out to be small")
    ap.add_argument("--no-schemas", action="store_true", help="leave key and value schemas out"); ap.add_argument("--strict-order", action="store_true", help="members of objects and headers must come in the same order")
    ap.add_argument("--max", type=int, default=3, help="records shown per topic (3)"); ap.add_argument("--max-fields", type=int, default=6, help="fields shown per record (6)"); ap.add_argument("--quiet", action="store_true", help="only topics with differences, and the last line")
    o = ap.parse_args(); ign = {"topic": [], "record": [], "path": [], "form": []}
    for f in o.ignore:
        for n, line in enumerate(open(f, encoding="utf-8")):
            w = line.split("#")[0].split() if not line.startswith(("path", "form")) else re.sub(r"(^|\s)#.*", "", line).split()
            if not w: continue
            if (w[0], len(w)) == ("topic", 2): ign["topic"].append(w[1])
            elif len(w) == 3 and w[0] in ("path", "form"): ign[w[0]].append((w[1], w[2]))
            elif (w[0], len(w)) == ("record", 3) and w[2].isdigit(): ign["record"].append((w[1], int(w[2])))
            else: sys.exit("%s:%d: expected 'topic GLOB', 'record GLOB N', 'path GLOB PATH' or 'form GLOB PATH'" % (f, n + 1))
    expected, actual = load(o.expected, [], o.strict_order), load(o.actual, [r.split("=", 1) for r in o.rename], o.strict_order)
    counts = dropped_counts(o.expected, expected); there = collections.Counter(r["topic"] for r in actual)
    wrong = ["%s: expected %d records, actual %d" % (t, n, there[t]) for t, n in counts.items() if o.whole and there[t] != n]
    ign["topic"] += list(counts)
    E, e0 = build(expected, ign, o); A, a0 = build(actual, ign, o)
    aligned = {t: align(E.get(t, []), A.get(t, [])) for t in sorted(set(E) | set(A))}
    broken = collections.defaultdict(list)
    for p, kind, msg in relations([p for ps in aligned.values() for p in ps if p[0] and p[1]]): broken[id(p[0])].append((kind, msg))
    total = collections.Counter(); paths = collections.Counter(); short = lambda v: (lambda s: s if len(s) <= 200 else s[:200] + "… (%d)" % len(s))(v if v == "<absent>" else canon(v))
    for t, ps in aligned.items():
        c, shown = collections.Counter(), []
        for e, a in ps:
            skip = e is not None and any(fnmatch.fnmatchcase(t, g) and e.i == n for g, n in ign["record"])
            d = [] if skip or e is None or a is None else [(x, short(y), short(z)) for x, y, z in diffs(e.tree, a.tree)] if e.text != a.text else []
            b = [] if skip or e is None else broken[id(e)]
            kind = "equal" if skip else "missing" if a is None else "extra" if e is None else "different" if d or b else "equal"
            c[kind] += 1
            for x, _, _ in d: paths[re.sub(r"\.\d+", ".N", x)] += 1
            for x, _ in b: paths[x] += 1
            if kind != "equal" and len(shown) < o.max:
                r = e or a; shown.append("  %s: %s record %d, key %s" % (kind, "expected" if e else "actual", r.i, short(r.tree.get("key"))))
                if kind in ("missing", "extra"): shown[-1] += ", value " + short(r.tree.get("value"))
                for x, y, z in d[:o.max_fields]: shown.append("    %s: expected %s, actual %s" % (x, y, z))
                if len(d) > o.max_fields: shown.append("    … %d more fields" % (len(d) - o.max_fields))
                for x, m in b[:o.max_fields]: shown.append("    %s: %s" % (x, m))
        total.update(c); bad = c["different"] + c["missing"] + c["extra"]
        if bad or not o.quiet: print("%-50s equal %d  different %d  missing %d  extra %d" % (t, c["equal"], c["different"], c["missing"], c["extra"]))
        for s in shown: print(s)
    for line in wrong: print(line)
    if paths: print("differing fields, records each: " + ", ".join("%s %d" % x for x in paths.most_common(25)))
    if e0 or a0: print("transaction records of transactions without captured events left out: %d expected, %d actual" % (e0, a0))
    m = sum(total.values()); ok = total["equal"] == m and m > 0 and not wrong
    print("equal %d of %d" % (total["equal"], m)); sys.exit(0 if ok else 1)
if __name__ == "__main__": main()
