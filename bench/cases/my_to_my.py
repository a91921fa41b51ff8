"""The same backlog into a second MariaDB, exactly once, against native replication by one thread: with the target as
shipped (ratio), and with a replica that does not flush at each commit (ratio_unflushed)."""
from measure import LAST_ID, arguments, print_result, repeat, timed, wait_for_row
from measure_mysql import TABLE, Backlog, resume, server, sink_config


class Pair:
    def __init__(self):
        self.backlog = Backlog()
        self.target_server = server(server_id=2, log_bin=None, slave_parallel_threads=0)
        self.target = self.target_server.create_database("bench")
        self.target.execute(TABLE)

    def remove(self):
        self.target_server.remove()
        self.backlog.remove()


def native(pair, flush=1):
    pair.target.execute("TRUNCATE bench")
    pair.target_server.execute(f"SET GLOBAL innodb_flush_log_at_trx_commit = {flush}")
    file, start = pair.backlog.start
    source = pair.backlog.database
    pair.target_server.execute(
        f"CHANGE MASTER TO MASTER_HOST = '127.0.0.1', MASTER_PORT = {source.server.port}, MASTER_USER = '{source.user}', "
        f"MASTER_PASSWORD = '{source.password}', MASTER_LOG_FILE = '{file}', MASTER_LOG_POS = {start}, MASTER_USE_GTID = no")
    with pair.target.session() as cursor:
        def apply_all():
            pair.target_server.execute("START SLAVE")
            wait_for_row(cursor, LAST_ID, timeout=600)  # 100,000 commits, each flushed.
        seconds = timed(apply_all)
    pair.target_server.execute("STOP SLAVE; RESET SLAVE ALL; SET GLOBAL innodb_flush_log_at_trx_commit = 1")
    check(pair.target, source)
    return seconds


def ours(backlog, target, number):
    target.execute("TRUNCATE bench")
    with backlog.worker() as worker, target.session() as cursor:
        worker.create(f"sink-{number}", sink_config(target))

        def apply_all():
            resume(worker)
            wait_for_row(cursor, LAST_ID)
        seconds = timed(apply_all)
        check(target, backlog.database)
        worker.stop()
    return seconds


def check(target, source):
    assert target.value("SELECT count(*) FROM bench") == source.value("SELECT count(*) FROM bench")


def main():
    options = arguments(__doc__)
    pair = Pair()
    pair.backlog.prepare_worker().write()

    def one_run(number):
        native_seconds, unflushed = native(pair), native(pair, flush=2)
        seconds = ours(pair.backlog, pair.target, number)
        events = pair.backlog.events
        return {"ratio": native_seconds / seconds, "ratio_unflushed": unflushed / seconds,
                "events_per_second": events / seconds, "reference_events_per_second": events / native_seconds,
                "unflushed_events_per_second": events / unflushed}
    try:
        medians = repeat("my-to-my", options.runs, one_run)
    finally:
        pair.remove()
    print_result("my-to-my", medians)


if __name__ == "__main__":
    main()
