"""The fallback of closed lines and other hours: closed from now to the end, to the minute, by the switch's clock."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest

from calls.overrides import Override
from hotline.provisioning.fallback_overrides import with_overrides, without
from hotline.provisioning.plan import fallback_lines
from hotline.site.site import Site
from hotline.versions.checking import check
from ivr.steps import Menu, Queue
from switch.asterisk.instance.fallback import compile_fallback
from switch.fallback import FOREVER, Announcement, FallbackLine, OpeningHours, Span, groups_of
from switch.freeswitch.instance import fallback as freeswitch

pytestmark = pytest.mark.unit

ROOT = Path(__file__).resolve().parents[4]
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai")).timestamp()
MONDAY = date(2026, 11, 23)
SAMPLE = check(Site.open(ROOT))
ALWAYS = OpeningHours("Asia/Shanghai", {day: (Span(0, 1440),) for day in range(1, 8)})


def closure(target: str, hours: float | None) -> Override:
    return Override(3, "closure", target, "li", "storm", NOW, None if hours is None else NOW + hours * 3_600.0)


@pytest.mark.parametrize(
    ("hours", "spans"),
    [
        (2.0, (Span(0, 600), Span(720, 1440))),
        (14.0, (Span(0, 600),)),  # to midnight
        (None, (Span(0, 600),)),
    ],
)
def test_the_day_of_the_closure(hours: float | None, spans: tuple[Span, ...]) -> None:
    closed = without(ALWAYS, closure("line:95183", hours), NOW)
    assert closed.dates[MONDAY] == spans
    tuesday = closed.dates.get(date(2026, 11, 24))
    assert tuesday == (() if hours is None else (Span(0, 1440),) if hours == 14.0 else None)


def test_days_between_are_closed_and_holidays_stay_so() -> None:
    holiday = OpeningHours("Asia/Shanghai", ALWAYS.weekdays, {date(2026, 11, 25): ()})
    closed = without(holiday, closure("line:95183", 48.0), NOW)
    assert closed.dates == {MONDAY: (Span(0, 600),), date(2026, 11, 24): (), date(2026, 11, 25): ()}


def test_only_the_closed_line_is_closed_though_others_have_its_flow() -> None:
    assert SAMPLE.routing is not None
    assert SAMPLE.program is not None
    closed = closure("line:95183", None)
    lines = fallback_lines(SAMPLE.routing, SAMPLE.program, NOW, (closed,))
    by_name = {line.name: line for line in lines}
    assert by_name["main-closed-3"].numbers[0] == "95183"
    assert by_name["main-closed-3"].hours.dates[MONDAY] == (Span(510, 600),)
    assert by_name["main"].hours.dates.get(MONDAY) is None
    assert by_name["main"].numbers == (), "it takes all other numbers"
    assert "[hotline-fallback-line-main-closed-3]" in compile_fallback(lines, "/var/messages")
    assert "main-closed-3" in freeswitch.compile_fallback(lines, "/var/messages", "127.0.0.1")


def test_the_name_of_a_closed_line_is_one_for_a_dialplan_whatever_its_number() -> None:
    assert SAMPLE.routing is not None
    assert SAMPLE.program is not None
    long = "flows_of_a_very_long_name/and_more"
    program = msgspec.structs.replace(
        SAMPLE.program,
        flows={**SAMPLE.program.flows, long: SAMPLE.program.flows["main"]},
        entries={**SAMPLE.program.entries, "95183": long},
    )
    closed = msgspec.structs.replace(closure("line:95183", None), number=1_234_567)
    lines = fallback_lines(SAMPLE.routing, program, NOW, (closed,))
    assert "-closed-1234567]" in compile_fallback(lines, "/var/messages")


def test_the_line_that_takes_all_others_may_be_closed_alone() -> None:
    assert SAMPLE.routing is not None
    assert SAMPLE.program is not None
    lines = fallback_lines(SAMPLE.routing, SAMPLE.program, NOW, (closure("line:default", None),))
    rest = [line for line in lines if not line.numbers]
    assert [line.name for line in rest] == ["main-closed-3"]
    assert "95183" in next(line for line in lines if line.name == "main").numbers


def test_other_hours_hold_on_their_days_and_no_others() -> None:
    assert SAMPLE.program is not None
    other = Override(4, "hours", "hours:service", "li", "storm", NOW, NOW + 14 * 3_600.0, spans=((540, 660),))
    hours = with_overrides(SAMPLE.program, (other,), NOW).hours["service"]
    assert {day: spans for day, spans in hours.closures.items() if day < "2026-12-01"} == {"2026-11-23": ((540, 660),)}
    assert with_overrides(SAMPLE.program, (), NOW) is SAMPLE.program
    assert datetime.fromtimestamp(NOW, UTC).date() == MONDAY


def sample_lines(
    *overrides: Override, sounds: Mapping[int, Sequence[str]] | None = None
) -> tuple[dict[str, FallbackLine], str, str]:
    """The sample's lines by name, and the dialplans of both switches."""
    assert SAMPLE.routing is not None
    assert SAMPLE.program is not None
    menus = [step for flow in SAMPLE.program.flows.values() for step in flow.steps.values() if isinstance(step, Menu)]
    clips = {line.phrase: f"/p/{line.phrase}" for menu in menus for line in menu.lines}
    program = msgspec.structs.replace(SAMPLE.program, clips={SAMPLE.program.languages[0]: clips})
    lines = fallback_lines(SAMPLE.routing, program, NOW, overrides, sounds)
    compiled = compile_fallback(lines, "/var/messages"), freeswitch.compile_fallback(lines, "/var/messages")
    return {line.name: line for line in lines}, *compiled


@pytest.mark.parametrize(("hours", "until"), [(2.0, int(NOW + 7_200)), (None, FOREVER)])
def test_a_closed_queue_rings_nobody_until_its_end_and_others_do(hours: float | None, until: int) -> None:
    before, _, _ = sample_lines()
    queue = next(iter(before["main"].keys.values())).name
    lines, asterisk, of_freeswitch = sample_lines(closure(f"queue:{queue}", hours))
    groups = groups_of(lines["main"])
    assert {group.name: group.closed_until for group in groups} == {
        group.name: until if group.name == queue else 0 for group in groups
    }
    assert f"GotoIf($[${{EPOCH}} < {until}]?shut)" in asterisk
    assert asterisk.count("n(shut),Set(HOTLINE_OUTCOME=closed)") == asterisk.count("?shut)") > 0
    assert f'"ring-{queue}-shut"' in of_freeswitch
    assert f"${{cond(${{strepoch()}} &lt; {until} ? in : out)}}" in of_freeswitch


def test_a_line_whose_queues_are_all_closed_rings_nobody_until_the_first_is_open() -> None:
    assert SAMPLE.program is not None
    queues = sorted(
        {
            step.queue
            for flow in SAMPLE.program.flows.values()
            for step in flow.steps.values()
            if isinstance(step, Queue)
        }
    )
    closures = [closure(f"queue:{queue}", 2.0 + number) for number, queue in enumerate(queues)]
    lines, _, _ = sample_lines(*closures)
    assert lines["main"].group.closed_until > NOW
    lines, _, _ = sample_lines(*closures[1:])
    assert lines["main"].group.closed_until == 0


def announcement(number: int, target: str, ends_at: float | None = None) -> Override:
    return Override(number, "announcement", target, "li", "storm", NOW, ends_at, {"en": "Lines are down."})


def test_announcements_come_first_those_of_all_lines_before_the_lines_own() -> None:
    everywhere, of_one = announcement(4, "all", NOW + 60.5), announcement(5, "line:95183")
    sounds = {4: ("/s/all", "/s/all2"), 5: ("/s/one",)}
    lines, asterisk, of_freeswitch = sample_lines(of_one, everywhere, sounds=sounds)
    all_said = (Announcement("/s/all", int(NOW + 61)), Announcement("/s/all2", int(NOW + 61)))
    assert lines["main"].announcements == all_said
    assert lines["main"].numbers == (), "it takes all other numbers"
    assert lines["main-says-5"].announcements == (*all_said, Announcement("/s/one", FOREVER))
    assert lines["main-says-5"].numbers[0] == "95183"
    assert f"ExecIf($[${{EPOCH}} < {FOREVER}]?Playback(/s/one))" in asterisk
    assert "hotline_said_2=/s/one.wav" in of_freeswitch


def test_an_announcement_without_a_sound_is_not_said_and_a_closed_line_says_its_own() -> None:
    lines, _, _ = sample_lines(announcement(4, "all"))
    assert [line.announcements for line in lines.values()] == [()] * len(lines)
    closed = closure("line:95183", None)
    lines, _, _ = sample_lines(closed, announcement(5, "line:95183"), sounds={5: ("/s/one",)})
    assert lines["main-closed-3"].announcements == (Announcement("/s/one", FOREVER),)
