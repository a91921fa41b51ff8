"""Waiting for something to become true, with a bound and an error that says what was waited for."""
import time


class Timeout(AssertionError):
    pass


def wait_until(condition, timeout=30.0, what="the condition", interval=0.05):
    """Calls `condition` until it returns something true, and returns that."""
    deadline = time.monotonic() + timeout
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > deadline:
            raise Timeout(f"not within {timeout:g} s: {what() if callable(what) else what}")
        time.sleep(interval)
