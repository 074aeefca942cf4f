#!/usr/bin/env bash
# businesstimedelta 1.0.1: of a night shift that has begun nothing is counted any more.
#
# `WorkDayRule(22:00, 06:00)` is documented as an overnight shift. From 20:00 to 06:00 it counts its eight hours; from 23:00,
# or from 02:00, to 06:00 it counts none, for it goes on to the next shift.
set -euo pipefail
cd "$(mktemp -d)"
python3 -m venv venv
venv/bin/pip -q --disable-pip-version-check install businesstimedelta==1.0.1 2>&1 | grep -v WARNING || true
venv/bin/python - <<'PY'
import datetime as d

import businesstimedelta as b


def at(hour: int, day: int = 24) -> d.datetime:
    return d.datetime(2026, 11, day, hour, tzinfo=d.timezone.utc)


nights = b.WorkDayRule(start_time=d.time(22), end_time=d.time(6), working_days=[0, 1, 2, 3, 4])
for begin, end, seen in ((at(20), at(6, 25), 8), (at(23), at(6, 25), 0), (at(2, 25), at(6, 25), 0)):
    hours = nights.difference(begin, end).hours
    print(f"night shift, {begin:%d %H:%M} to {end:%d %H:%M}: {hours} h")
    assert hours == seen, hours
PY
echo "as described"
