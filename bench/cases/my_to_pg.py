"""The backlog from MariaDB into PostgreSQL, exactly once, against the same one from PostgreSQL (pg-to-pg, our own)."""
from cases import my_to_my, pg_to_pg
from measure import arguments, print_result, repeat
from measure_mysql import Backlog


def main():
    options = arguments(__doc__)
    pair, backlog = pg_to_pg.Pair(), Backlog().prepare_worker().write()

    def one_run(number):
        slot = pair.backlog.slot(f"ours_{number}")
        reference = pg_to_pg.ours(pair, slot, number)
        pair.backlog.server.drop_slot(slot)
        seconds = my_to_my.ours(backlog, pair.target, f"my-{number}")
        rate, reference_rate = backlog.events / seconds, pair.backlog.events / reference
        return {"ratio": rate / reference_rate, "events_per_second": rate, "reference_events_per_second": reference_rate}
    try:
        medians = repeat("my-to-pg", options.runs, one_run)
    finally:
        backlog.remove()
        pair.remove()
    print_result("my-to-pg", medians)


if __name__ == "__main__":
    main()
