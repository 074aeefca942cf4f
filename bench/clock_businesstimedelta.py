"""One clock's state by businesstimedelta, in a Python that has it: a program of its own, run by bench/clocks.py.

Reads `{"spans": [[begin, end], …], "since": …, "at": …, "target": seconds, "rounds": n, "pairs": [[begin, end], …]}`
from standard input, in epoch seconds, and writes what a state took in µs, the deadline that it found, and the working
seconds of each pair.
"""

import datetime
import json
import sys
import time
from typing import Any

import businesstimedelta  # type: ignore[import-not-found,unused-ignore]  # the Python that runs this has it
import pytz  # type: ignore[import-untyped,import-not-found,unused-ignore]  # likewise

ZONE = pytz.timezone("Asia/Shanghai")
OFFICE = businesstimedelta.WorkDayRule(
    start_time=datetime.time(9), end_time=datetime.time(18), working_days=[0, 1, 2, 3, 4], tz=ZONE
)
HOURS = businesstimedelta.Rules([OFFICE])


def instant(at: float) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(at, datetime.UTC)


def seconds(delta: Any) -> float:
    return float(delta.hours * 3600 + delta.seconds)


def state(
    spans: list[tuple[datetime.datetime, datetime.datetime]],
    since: datetime.datetime,
    at: datetime.datetime,
    target: float,
) -> tuple[float, datetime.datetime]:
    """What a clock has used, and when it is due."""
    used = sum(seconds(HOURS.difference(begin, end)) for begin, end in spans)
    due = since + businesstimedelta.BusinessTimeDelta(HOURS, seconds=target - used)
    return used + seconds(HOURS.difference(since, at)), due


def main() -> None:
    asked = json.load(sys.stdin)
    spans = [(instant(begin), instant(end)) for begin, end in asked["spans"]]
    since, at = instant(asked["since"]), instant(asked["at"])
    used, due = state(spans, since, at, asked["target"])
    took = []
    for _ in range(asked["rounds"]):
        began = time.perf_counter()
        state(spans, since, at, asked["target"])
        took.append(time.perf_counter() - began)
    pairs = [seconds(HOURS.difference(instant(begin), instant(end))) for begin, end in asked["pairs"]]
    found = {"state_us": sorted(took)[len(took) // 2] * 1e6, "used": used, "due": due.timestamp(), "pairs": pairs}
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
