"""The fallback is the same house: numbers in every form of a trunk, and hours, as the controller has them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from acd.config import Configuration
from calls.trunks import Incoming, Trunk
from dsl.hours import is_open
from hotline.provisioning.fallback_hours import ALWAYS
from hotline.provisioning.plan import fallback_lines
from hotline.versions.routing import RoutingConfiguration
from ivr.compiler.compiling import compile_folder
from ivr.program import Program
from switch.fallback import FallbackLine, OpeningHours, Span

pytestmark = pytest.mark.unit

ROOT = Path(__file__).resolve().parents[4]
NOW = datetime(2026, 11, 30, tzinfo=UTC).timestamp()
HOURS = (
    "service: {zone: Asia/Shanghai, week: {mon-fri: 09:00-18:00}}\nlate: {zone: UTC, week: {fri-sat: 20:00-02:00}}\n"
)
PERSON = "{queue: care, then: hangup}"


def sample() -> Program:
    files = {
        path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
        for folder in ("dialplans", "prompts")
        for path in (ROOT / folder).rglob("*.yaml")
    }
    program = compile_folder(files, today=date(2026, 11, 30)).program
    assert program is not None
    return program


def house(entry: str = "default: main\n", region: str = "CN", **flows: str) -> Program:
    """A folder with these flows."""
    files = {
        "dialplans/entry.yaml": entry,
        "dialplans/hours.yaml": HOURS,
        "dialplans/queues.yaml": "queues: {care: {}}\n",
        "dialplans/defaults.yaml": "no_agents: hangup\nfailed: hangup\n",
        "prompts/en.yaml": "menu: beep\n",
        **{f"dialplans/flows/{name}.yaml": f"flow: {name}\n{text}" for name, text in flows.items()},
    }
    compiled = compile_folder(files, today=date(2026, 11, 30), region=region)
    assert compiled.program is not None, compiled.problems
    return compiled.program


def lines(program: Program, **trunks: Trunk) -> dict[str, FallbackLine]:
    routing = RoutingConfiguration(Configuration({}, {}), {}, {}, trunks)
    return {line.name: line for line in fallback_lines(routing, program, NOW)}


@pytest.mark.parametrize("dialled", ["4000395183", "+864000395183", "864000395183", "00864000395183", "04000395183"])
def test_a_number_of_the_sample_leads_to_its_own_line_in_every_form(dialled: str) -> None:
    assert dialled in lines(sample())["round_the_clock"].numbers


def test_a_form_is_there_only_where_the_controller_reads_it_so() -> None:
    program = house(
        '"030 123456": main\ndefault: other\n', "DE", main=f"start: a\na: {PERSON}\n", other=f"start: a\na: {PERSON}\n"
    )
    numbers = lines(program)["main"].numbers
    assert {"+4930123456", "030123456", "004930123456"} <= {*numbers}
    assert all(program.entry(number) == "main" for number in numbers)


def test_the_forms_of_a_trunk_are_there_too() -> None:
    program = house(
        '"95183": main\n"02195183000": main\ndefault: other\n',
        main=f"start: a\na: {PERSON}\n",
        other=f"start: a\na: {PERSON}\n",
    )
    inside = Trunk("192.0.2.1", incoming=Incoming("plain", prefix="9"))
    numbers = lines(program, inside=inside)["main"].numbers
    assert {"95183", "995183", "+862195183000", "02195183000", "9862195183000"} <= {*numbers}


def test_no_line_takes_what_the_controller_would_refuse() -> None:
    made = lines(house('"95183": main\n', main=f"start: a\na: {PERSON}\n"))
    assert made["main"].numbers


MENU = "no_input: {tries: 0, then: hangup}, wrong: {tries: 0, then: hangup}"


@pytest.mark.parametrize(
    ("flows", "asked"),
    [
        pytest.param(
            {"main": f"start: a\na: {{hours: service, open: {PERSON}, closed: hangup}}\n"}, True, id="at the door"
        ),
        pytest.param(
            {
                "main": "start: a\na: {flow: second}\n",
                "second": "start: a\na: {flow: third}\n",
                "third": f"start: a\na: {{hours: service, open: {PERSON}, closed: hangup}}\n",
            },
            True,
            id="behind the entry flow",
        ),
        pytest.param(
            {
                "main": f"start: a\na: {{menu: menu, keys: {{1: b, 2: b}}, {MENU}}}\nb: {{flow: second}}\n",
                "second": f"start: a\na: {{hours: service, open: {PERSON}, closed: hangup}}\n",
            },
            True,
            id="after a menu of languages",
        ),
        pytest.param(
            {
                "main": f"start: a\na: {{menu: menu, keys: {{1: b, 2: {PERSON}}}, {MENU}}}\nb: {{flow: second}}\n",
                "second": f"start: a\na: {{hours: service, open: {PERSON}, closed: hangup}}\n",
            },
            False,
            id="by some callers only",
        ),
        pytest.param({"main": f"start: a\na: {PERSON}\n"}, False, id="nowhere"),
    ],
)
def test_hours_are_those_that_every_caller_meets(flows: dict[str, str], asked: bool) -> None:
    (line,) = lines(house(**flows)).values()
    assert (line.hours == ALWAYS) is not asked
    if asked:
        assert line.hours.weekdays[1] == (Span(540, 1080),)
        assert line.hours.weekdays[7] == ()


def test_hours_past_midnight_go_on_the_next_day() -> None:
    program = house(main=f"start: a\na: {{hours: late, open: {PERSON}, closed: hangup}}\n")
    (line,) = lines(program).values()
    assert line.hours.weekdays[5] == (Span(1200, 1440),)
    assert line.hours.weekdays[6] == (Span(0, 120), Span(1200, 1440))
    assert line.hours.weekdays[7] == (Span(0, 120),)
    for hour in range(24 * 8):
        utc = NOW + hour * 3600.0 + 60
        assert opens(line.hours, utc) == is_open(program.hours["late"], utc)[0]


def test_the_sample_is_open_when_the_controller_says_so() -> None:
    """A year of it, holidays and make-up workdays included."""
    program = sample()
    main = lines(program)["main"].hours
    for hour in range(0, 24 * 365, 3):
        utc = NOW + hour * 3600.0 + 60
        assert opens(main, utc) == is_open(program.hours["service"], utc)[0], datetime.fromtimestamp(utc, UTC)
    assert lines(program)["round_the_clock"].hours == ALWAYS


def opens(hours: OpeningHours, utc: float) -> bool:
    """As both dialplans reckon."""
    from zoneinfo import ZoneInfo

    local = datetime.fromtimestamp(utc, UTC).astimezone(ZoneInfo(hours.zone))
    spans = hours.dates.get(local.date(), hours.weekdays.get(local.isoweekday(), ()))
    return any(span.first_minute <= local.hour * 60 + local.minute < span.last_minute for span in spans)
