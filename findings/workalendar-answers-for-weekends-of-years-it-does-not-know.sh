#!/usr/bin/env bash
# workalendar 17.0.0: for a year of China's calendar that it has no data of, a weekday raises an error and a weekend does not.
#
# Which weekends are worked in China is decreed each autumn for the year after. The package has the decrees to 2023. Asked
# for a Wednesday of 2025 it says that the year has to be configured. Asked for Sunday, 26 January 2025, which was a
# make-up workday, it answers "no working day", as for any weekend: no data is read on that way.
set -euo pipefail
cd "$(mktemp -d)"
python3 -m venv venv
venv/bin/pip -q --disable-pip-version-check install workalendar==17.0.0 2>&1 | grep -v WARNING || true
venv/bin/python -W ignore - <<'PY'
from datetime import date

from workalendar.asia import China
from workalendar.exceptions import CalendarError

calendar = China()
seen = {"a make-up Saturday of 2023": calendar.is_working_day(date(2023, 10, 7))}
for name, day in (("a Wednesday of 2025", date(2025, 10, 8)), ("a make-up Sunday of 2025", date(2025, 1, 26))):
    try:
        seen[name] = calendar.is_working_day(day)
    except CalendarError as error:
        seen[name] = str(error)
print(seen)
assert seen == {
    "a make-up Saturday of 2023": True,
    "a Wednesday of 2025": "Need configure 2025 for China.",
    "a make-up Sunday of 2025": False,
}
PY
echo "as described"
