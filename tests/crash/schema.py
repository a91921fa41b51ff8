"""The tables of the crash test, and what must hold for them at every moment."""

ACCOUNTS = 400
START_BALANCE = 1000
TOTAL = 2 * ACCOUNTS * START_BALANCE

TABLES = ["account_a", "account_b", "keyed", "swapped", "parent", "child", "journal", "bulk", "bulk_count", "big_value"]

DDL = """
CREATE TABLE account_a (id int PRIMARY KEY, balance bigint NOT NULL, version bigint NOT NULL DEFAULT 0);
CREATE TABLE account_b (id int PRIMARY KEY, balance bigint NOT NULL, version bigint NOT NULL DEFAULT 0);
CREATE TABLE keyed (id int PRIMARY KEY, tag text NOT NULL);
CREATE TABLE swapped (id int PRIMARY KEY, place int UNIQUE, tag text NOT NULL);
CREATE TABLE parent (id bigint PRIMARY KEY);
CREATE TABLE child (id bigint PRIMARY KEY, parent bigint NOT NULL REFERENCES parent);
CREATE TABLE journal (id bigint PRIMARY KEY, entry text);
CREATE TABLE bulk (id bigint PRIMARY KEY, v text);
CREATE TABLE bulk_count (id int PRIMARY KEY, n bigint NOT NULL);
CREATE TABLE big_value (id int PRIMARY KEY, n int NOT NULL, v text);
"""

ROWS = f"""
INSERT INTO account_a SELECT i, {START_BALANCE} FROM generate_series(1, {ACCOUNTS}) i;
INSERT INTO account_b SELECT i, {START_BALANCE} FROM generate_series(1, {ACCOUNTS}) i;
INSERT INTO keyed SELECT i, 'k' || i FROM generate_series(1, 200) i;
INSERT INTO swapped SELECT i, i, 's' || i FROM generate_series(1, 200) i;
INSERT INTO bulk_count VALUES (1, 0);
INSERT INTO big_value SELECT i, 0, (SELECT string_agg(md5((i * 1000 + j)::text), '') FROM generate_series(1, 300) j)
  FROM generate_series(1, 20) i;
"""

# At the target, once the snapshot is there. A journal entry is inserted once at the source and never touched again; the
# version of an account only rises. So a second application of anything shows as a row of `audit`.
AUDIT = """
CREATE TABLE audit (at timestamptz DEFAULT clock_timestamp(), what text);
CREATE TABLE journal_seen (id bigint, at timestamptz DEFAULT clock_timestamp());
CREATE FUNCTION audit_journal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN INSERT INTO journal_seen (id) VALUES (NEW.id);
  ELSE INSERT INTO audit (what) VALUES (TG_OP || ' of journal ' || OLD.id);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON journal FOR EACH ROW EXECUTE FUNCTION audit_journal();
CREATE FUNCTION audit_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.version <= OLD.version THEN
    INSERT INTO audit (what) VALUES (format('%s %s: version %s after %s', TG_TABLE_NAME, NEW.id, NEW.version, OLD.version));
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER audit AFTER UPDATE ON account_a FOR EACH ROW EXECUTE FUNCTION audit_version();
CREATE TRIGGER audit AFTER UPDATE ON account_b FOR EACH ROW EXECUTE FUNCTION audit_version();
"""

# One statement, so one snapshot: each column is true after any whole number of source transactions.
INVARIANTS = f"""
SELECT (SELECT sum(balance) FROM account_a) + (SELECT sum(balance) FROM account_b) = {TOTAL} AS money_is_constant,
       (SELECT count(*) FROM bulk) = (SELECT n FROM bulk_count) AS bulk_is_counted,
       (SELECT count(*) FROM keyed) = 200 AS keys_are_complete,
       (SELECT count(DISTINCT place) FROM swapped) = 200 AS places_are_complete
"""
