"""The worker's CPU seconds for a million events from source to applied target, its peak memory, and its start-up."""
import statistics
import tempfile
from pathlib import Path

from cases.pg_to_pg import Pair, ours
from measure import arguments, print_result, repeat
from support.worker import Worker


def ready_ms():
    """Process start to the first answer of the REST API; the median of five starts on an empty directory."""
    times = []
    for _ in range(5):
        with tempfile.TemporaryDirectory(prefix="tidewire-footprint-") as directory:
            worker = Worker(directory=Path(directory)).start()
            times.append(worker.ready_ms)
            worker.stop()
    return statistics.median(times)


def main():
    options = arguments(__doc__)
    pair = Pair()

    def one_run(number):
        figures = {}

        def look(worker):
            figures["cpu"], figures["peak"] = worker.cpu_seconds(), worker.memory_mb("VmHWM")
        slot = pair.backlog.slot(f"ours_{number}")
        ours(pair, slot, number, look)
        pair.backlog.server.drop_slot(slot)
        return {"cpu_s_per_million": figures["cpu"] * 1e6 / pair.backlog.events, "peak_rss_mb": figures["peak"],
                "ready_ms": ready_ms()}
    try:
        medians = repeat("footprint", options.runs, one_run)
    finally:
        pair.remove()
    print_result("footprint", medians)


if __name__ == "__main__":
    main()
