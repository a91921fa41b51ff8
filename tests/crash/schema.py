"""The tables of the crash test in the words of each kind of server, and what must hold for them at every moment."""

ACCOUNTS = 400
START_BALANCE = 1000
TOTAL = 2 * ACCOUNTS * START_BALANCE

TABLES = ["account_a", "account_b", "keyed", "swapped", "parent", "child", "journal", "bulk", "bulk_count", "big_value"]

# One statement, so one snapshot: each column is true after any whole number of source transactions.
INVARIANTS = f"""
SELECT (SELECT sum(balance) FROM account_a) + (SELECT sum(balance) FROM account_b) = {TOTAL} AS money_is_constant,
       (SELECT count(*) FROM bulk) = (SELECT n FROM bulk_count) AS bulk_is_counted,
       (SELECT count(*) FROM keyed) = 200 AS keys_are_complete,
       (SELECT count(DISTINCT place) FROM swapped) = 200 AS places_are_complete
"""


class PostgresDialect:
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

    # Arguments of the four: first and last key; parent, parent, children less one; parent; key.
    ADD_BULK = "INSERT INTO bulk SELECT i, md5(i::text) FROM generate_series(%s, %s) i"
    ADD_CHILDREN = ("INSERT INTO child SELECT %s::bigint * 10 + i, %s FROM generate_series(0, %s) i "
                    "ON CONFLICT DO NOTHING")
    ADD_PARENT = "INSERT INTO parent VALUES (%s) ON CONFLICT DO NOTHING"
    CHANGE_BIG_VALUE = ("UPDATE big_value SET v = (SELECT string_agg(md5(random()::text), '') "
                        "FROM generate_series(1, 300)) WHERE id = %s")

    # At a moment when a table is empty, this leaves statistics that say so for long.
    UPKEEP = "VACUUM (TRUNCATE false)"


# Whole numbers from 0 to 999,999: neither server's way to make a series works on the other.
_DIGIT = "(SELECT 0 d UNION SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION SELECT 4 UNION SELECT 5 UNION SELECT 6 " \
         "UNION SELECT 7 UNION SELECT 8 UNION SELECT 9)"


def _numbers(digits):
    """A derived table `s` with a column i below 10 to that power."""
    value = " + ".join(f"d{n}.d * {10 ** n}" for n in range(digits))
    return f"(SELECT {value} i FROM " + ", ".join(f"{_DIGIT} d{n}" for n in range(digits)) + ") s"


class MysqlDialect:
    """Of MariaDB, too."""

    DDL = """
CREATE TABLE account_a (id int PRIMARY KEY, balance bigint NOT NULL, version bigint NOT NULL DEFAULT 0);
CREATE TABLE account_b (id int PRIMARY KEY, balance bigint NOT NULL, version bigint NOT NULL DEFAULT 0);
CREATE TABLE keyed (id int PRIMARY KEY, tag text NOT NULL);
CREATE TABLE swapped (id int PRIMARY KEY, place int UNIQUE, tag text NOT NULL);
CREATE TABLE parent (id bigint PRIMARY KEY);
CREATE TABLE child (id bigint PRIMARY KEY, parent bigint NOT NULL, FOREIGN KEY (parent) REFERENCES parent (id));
CREATE TABLE journal (id bigint PRIMARY KEY, entry text);
CREATE TABLE bulk (id bigint PRIMARY KEY, v text);
CREATE TABLE bulk_count (id int PRIMARY KEY, n bigint NOT NULL);
CREATE TABLE big_value (id int PRIMARY KEY, n int NOT NULL, v text);
"""

    ROWS = f"""
INSERT INTO account_a (id, balance) SELECT i, {START_BALANCE} FROM {_numbers(3)} WHERE i BETWEEN 1 AND {ACCOUNTS};
INSERT INTO account_b (id, balance) SELECT i, {START_BALANCE} FROM {_numbers(3)} WHERE i BETWEEN 1 AND {ACCOUNTS};
INSERT INTO keyed SELECT i, concat('k', i) FROM {_numbers(3)} WHERE i BETWEEN 1 AND 200;
INSERT INTO swapped SELECT i, i, concat('s', i) FROM {_numbers(3)} WHERE i BETWEEN 1 AND 200;
INSERT INTO bulk_count VALUES (1, 0);
INSERT INTO big_value SELECT i, 0, repeat(sha2(i, 256), 150) FROM {_numbers(2)} WHERE i BETWEEN 1 AND 20;
"""

    AUDIT = """
CREATE TABLE audit (at timestamp(6) DEFAULT current_timestamp(6), what text);
CREATE TABLE journal_seen (id bigint, at timestamp(6) DEFAULT current_timestamp(6));
CREATE TRIGGER audit_insert AFTER INSERT ON journal FOR EACH ROW INSERT INTO journal_seen (id) VALUES (NEW.id);
CREATE TRIGGER audit_update AFTER UPDATE ON journal FOR EACH ROW
  INSERT INTO audit (what) VALUES (concat('UPDATE of journal ', OLD.id));
CREATE TRIGGER audit_delete AFTER DELETE ON journal FOR EACH ROW
  INSERT INTO audit (what) VALUES (concat('DELETE of journal ', OLD.id));
CREATE TRIGGER audit_a AFTER UPDATE ON account_a FOR EACH ROW
  INSERT INTO audit (what) SELECT concat('account_a ', NEW.id, ': version ', NEW.version, ' after ', OLD.version)
    WHERE NEW.version <= OLD.version;
CREATE TRIGGER audit_b AFTER UPDATE ON account_b FOR EACH ROW
  INSERT INTO audit (what) SELECT concat('account_b ', NEW.id, ': version ', NEW.version, ' after ', OLD.version)
    WHERE NEW.version <= OLD.version;
"""

    ADD_BULK = ("INSERT INTO bulk SELECT first + i, left(sha2(first + i, 256), 32) FROM (SELECT %s first, %s last) f, " + _numbers(6) +
                " WHERE i <= last - first")
    ADD_CHILDREN = "INSERT IGNORE INTO child SELECT %s * 10 + i, %s FROM " + _numbers(1) + " WHERE i <= %s"
    ADD_PARENT = "INSERT IGNORE INTO parent VALUES (%s)"
    CHANGE_BIG_VALUE = "UPDATE big_value SET v = repeat(sha2(rand(), 256), 150) WHERE id = %s"

    UPKEEP = "ANALYZE TABLE " + ", ".join(TABLES)


def dialect(database):
    return PostgresDialect if database.kind == "postgres" else MysqlDialect
