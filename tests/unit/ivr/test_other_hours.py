"""Other hours for today: what an override puts in the place of hours.yaml, as `hours` steps and phrases see it."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from calls.commands import Sentence
from calls.events import ClockSet
from calls.ids import CallId, LegId
from dsl.hours import Hours, OtherHours, Reason, is_open, next_opening, with_others
from ivr import program as p
from ivr import steps
from ivr.commands import StepTaken
from ivr.events import CallStarted, HoursReplaced
from ivr.machine.core import Ivr

pytestmark = pytest.mark.unit

SHANGHAI = ZoneInfo("Asia/Shanghai")
HOURS = Hours("Asia/Shanghai", (((540, 1080),),) * 7, holidays=("2026-11-25",))
TODAY = OtherHours(((600, 720),), "2026-11-23", "2026-11-23")


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).timestamp()


@pytest.mark.parametrize(
    ("others", "when", "expected"),
    [
        (TODAY, "2026-11-23T09:30", (False, "closure")),
        (TODAY, "2026-11-23T11:59", (True, "closure")),
        (TODAY, "2026-11-23T12:00", (False, "closure")),
        (TODAY, "2026-11-24T09:30", (True, "week")),
        (OtherHours((), "2026-11-23"), "2026-12-20T12:00", (False, "closure")),
        (OtherHours(((0, 1440),), "2026-11-23"), "2026-11-25T12:00", (True, "closure")),
        (None, "2026-11-25T12:00", (False, "holiday")),
    ],
)
def test_they_hold_on_their_days(others: OtherHours | None, when: str, expected: tuple[bool, Reason]) -> None:
    assert is_open(with_others(HOURS, others, at(when)), at(when)) == expected


def test_the_next_opening_knows_them() -> None:
    now = at("2026-11-23T08:00")
    assert next_opening(with_others(HOURS, TODAY, now), now) == datetime(2026, 11, 23, 10, tzinfo=SHANGHAI)
    assert next_opening(with_others(HOURS, OtherHours((), "2026-11-23", "2026-11-24"), now), now) == datetime(
        2026, 11, 26, 9, tzinfo=SHANGHAI
    )


PROGRAM = p.Program(
    "v",
    ("en",),
    {
        "main": p.Flow(
            "ask",
            {
                "ask": steps.AskHours(hours="service", open="in", closed="out"),
                "in": steps.HangUp(lines=(steps.Line("yes"),)),
                "out": steps.HangUp(lines=(steps.Line("back", values={"when": steps.Const("service")}),)),
            },
        )
    },
    hours={"service": HOURS},
    phrases={"en": {"yes": "We are here.", "back": "Back {when:opening}"}},
)


def walked(core: Ivr, number: int) -> tuple[str, str]:
    out = core.handle(CallStarted(CallId(f"c{number}"), LegId(f"c{number}"), "v", "main", "", ""), 10.0)
    step = next(one for one in out if isinstance(one, StepTaken))
    said = [media.text for one in out for media in getattr(one, "media", ()) if isinstance(media, Sentence)]
    return step.outcome.partition(":")[0], said[0]


def test_flows_and_phrases_go_by_them_until_they_are_over_also_after_a_snapshot() -> None:
    core = Ivr({"v": PROGRAM})
    core.handle(ClockSet(at("2026-11-23T09:30") - 10.0), 10.0)
    assert walked(core, 1) == ("open", "We are here.")
    core.handle(HoursReplaced({"service": TODAY}), 10.0)
    assert walked(core, 2) == ("closed", "Back today at ten a.m.")
    after = Ivr({"v": PROGRAM})
    after.restore(core.snapshot())
    assert walked(after, 3)[0] == "closed"
    after.handle(HoursReplaced({}), 10.0)
    assert walked(after, 4)[0] == "open"
