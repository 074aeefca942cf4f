"""Random clocks, calendars and logs of cases, to try the reading of clocks on. All instants are whole minutes.

Calendars have split shifts, lunch, nights, around the clock, holidays, make-up days, summer time, and versions that
were entered afterwards; logs have entries that were written late, put right and struck.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random

from complaints.audit import Entry
from complaints.clocks.calendars import Calendar, Version
from complaints.clocks.clock import Clock, Condition, ExtensionStep, Unit
from complaints.clocks.working_time import DayEnd
from dsl.hours import Hours, Span

WINDOW_DAYS = 30
_SEASONS = {
    # where the clocks change, or days are off and made up for
    "Asia/Shanghai": ["2026-02-06", "2026-09-18", "2026-12-20", "2025-09-25"],
    "Europe/Berlin": ["2026-03-20", "2026-10-15"],
    "America/New_York": ["2026-03-01", "2026-10-22"],
    "Australia/Lord_Howe": ["2026-03-27", "2026-09-25"],
    "America/Santiago": ["2026-03-28", "2026-08-30"],
    "Asia/Beirut": ["2026-03-20", "2026-10-15"],
    "Africa/Casablanca": ["2026-02-08", "2026-03-15"],
    "Asia/Kolkata": ["2026-05-04"],
    "UTC": ["2024-02-20"],
}
_SHIFTS: list[tuple[Span, ...]] = [
    ((540, 720), (780, 1080)),
    ((510, 1260),),
    ((540, 1080),),
    ((480, 690), (720, 840), (900, 1230)),
    ((1320, 1800),),
    ((0, 360), (1320, 1440)),
    ((0, 1440),),
    ((60, 150),),
    ((120, 180), (200, 210)),
    ((1380, 1560),),
    (),
]
_GRADES = ("level_1", "level_2", "")
_STOPS = (("first_feedback",), ("closed",), ("first_feedback", "handed_over"))
_KINDS = (
    "contact", "contact", "waiting", "waiting", "waiting", "resumed", "resumed", "regraded", "first_feedback",
    "extended", "closed", "merged", "unmerged", "reopened", "reopened", "handed_over", "withdrawn", "noted",
)  # fmt: skip


def window(chance: Random) -> tuple[str, date]:
    """A zone, and the day on which its window begins."""
    zone = chance.choice(list(_SEASONS))
    return zone, date.fromisoformat(chance.choice(_SEASONS[zone]))


def first_minute(day: date) -> int:
    """The minute of a day's midnight in UTC."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() // 60)


def a_calendar(chance: Random, zone: str, begin: date) -> Calendar:
    """A calendar with up to three versions."""
    versions = [Version(_hours(chance, zone, begin))]
    entered = first_minute(begin) + 1440
    for _ in range(chance.choice((0, 0, 1, 2))):
        entered += chance.randrange(1, 8 * 1440)
        begins = (begin + timedelta(days=chance.randrange(0, 20))).isoformat()
        versions.append(Version(_hours(chance, zone, begin), "", begins, chance.choice((None, entered * 60.0))))
    return Calendar(tuple(versions))


def a_clock(chance: Random) -> Clock:
    """A clock of any unit, with any of what a clock may have."""
    unit: Unit = chance.choice(
        ("natural_minutes", "business_minutes", "business_minutes", "natural_days", "working_days")
    )
    in_days = unit.endswith("days")

    def amount(most: int) -> float:
        return float(chance.randrange(1, 9 if in_days else most)) * (1 if in_days else 60)

    most = chance.choice((60, 600, 3000))
    targets = {"else": amount(most)} if chance.random() < 0.8 else {}
    if chance.random() < 0.6 or not targets:
        targets["level_1"] = amount(most)
    longest = max(targets.values())
    again = chance.random() < 0.2
    day_end: DayEnd = chance.choice(("midnight", "closing"))
    return Clock(
        name="tried",
        regime="internal",
        unit=unit,
        calendar="tried",
        start=Condition({"opened": (), "reopened": (), **({"handed_over": ()} if again else {})}),
        stop=Condition(dict.fromkeys(chance.choice(_STOPS), ())),
        targets=targets,
        pause=chance.choice(
            (Condition(), Condition({"waiting": ({"for": ("customer",)},)}), Condition({"waiting": ()}))
        ),
        resume=Condition({"resumed": (), "contact": ()}),
        extensions=chance.choice(
            ((), (ExtensionStep(longest * 2, "lead", "customer"),), (ExtensionStep(longest + amount(most)),) * 2)
        ),
        day_end=day_end,
        first_day=chance.random() < 0.3,
        again=again,
    )


def a_log(chance: Random, begin: int, days: float) -> list[Entry]:
    """The log of a case that is opened in the first day after the minute `begin` and goes on for up to `days`."""
    opened = begin + chance.randrange(1440)
    count = chance.choice((0, 2, 5, 12))
    longest = max(int(days * 1440), 2)
    moments = sorted(opened + chance.randrange(longest) for _ in range(count))
    log = [Entry(1, opened * 60.0, "house", "opened", {"grade": "level_1"} if chance.random() < 0.3 else {})]
    for number, moment in enumerate(moments, 2):
        at, kind = moment * 60.0, chance.choice(_KINDS)
        written = at + 60.0 * chance.choice((0, 0, 0, chance.randrange(2000)))
        replaces = 0
        if number > 3 and chance.random() < 0.15:
            replaces = chance.randrange(2, number)
            kind = "struck" if chance.random() < 0.4 else kind
        log.append(Entry(number, at, "li", kind, _fields(chance, kind), None if written == at else written, replaces))
    return log


def _fields(chance: Random, kind: str) -> dict[str, str]:
    match kind:
        case "waiting":
            return {"for": chance.choice(("customer", "customer", "department"))}
        case "regraded":
            return {"grade": chance.choice(_GRADES), "category": "fees"}
        case "extended":
            words = {"clock": chance.choice(("tried", "tried", "other")), "approver": chance.choice(("wang", "li", ""))}
            return {**words, "notice": chance.choice(("told", "told", ""))}
        case _:
            return {}


def _hours(chance: Random, zone: str, begin: date) -> Hours:
    if chance.random() < 0.1:
        return Hours(zone, (((0, 1440),),) * 7)
    usual, other = chance.choice(_SHIFTS), chance.choice(_SHIFTS)
    week = [usual] * 7
    for _ in range(chance.randrange(4)):
        week[chance.randrange(7)] = other
    if chance.random() < 0.3:
        week = [chance.choice(_SHIFTS) for _ in range(7)]
    days = [begin + timedelta(days=chance.randrange(WINDOW_DAYS)) for _ in range(6)]
    return Hours(
        zone,
        tuple(week),
        chance.choice(("cn", "")) if zone == "Asia/Shanghai" else "",
        tuple(day.isoformat() for day in days[: chance.randrange(3)]),
        chance.choice(_SHIFTS),
        {day.isoformat(): chance.choice(_SHIFTS) for day in days[3 : 3 + chance.randrange(3)]},
    )
