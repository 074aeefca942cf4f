"""What is said about hours comes from hours.yaml: weekends, holidays, closures, and when it opens next."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from dsl.calendars import read_hours
from dsl.hours import next_opening
from dsl.tree import parse
from ivr.compiler.compiling import compile_folder
from ivr.events import CallStarted
from ivr.machine.core import Ivr
from ivr.spoken import Opening, SpokenError, spell
from tests.unit.ivr.machine.machines import CALL, LEG, Line, texts

pytestmark = pytest.mark.unit

_TEXT = """
service: {zone: Asia/Shanghai, week: {mon-fri: 08:30-21:00, sat-sun: 09:00-18:00}, holidays: [cn, 2027-01-01],
  closures: {2026-12-31: 08:30-18:00}}
shop: {zone: Europe/Berlin, week: {mon-wed: 09:00-18:00, fri: 09:00-18:00, sat: [09:00-12:00, 13:00-15:30]}}
always: {zone: UTC, week: {mon-sun: 00:00-24:00}}
bar: {zone: UTC, week: {thu-sun: 20:00-02:00}, holidays: 12-25}
daily: {zone: UTC, week: {mon-sun: 09:00-24:00}}
never: {zone: UTC, week: {mon-sun: closed}}
"""
_HOURS, _PROBLEMS = read_hours(parse(_TEXT, "hours.yaml"), None)


@pytest.mark.parametrize(
    ("name", "zh", "en"),
    [
        (
            "service",
            "周一至周五早上八点三十分到晚上九点，周六和周日上午九点到晚上六点，法定节假日休息",
            "Monday to Friday from eight thirty a.m. to nine p.m., Saturday and Sunday from nine a.m. to six p.m., "
            "not on public holidays",
        ),
        (
            "shop",
            "周一至周三和周五上午九点到晚上六点，周六上午九点到中午十二点和下午一点到下午三点三十分，周四和周日休息",
            "Monday to Wednesday and Friday from nine a.m. to six p.m., Saturday from nine a.m. to noon and from one "
            "p.m. to three thirty p.m., not on Thursday and Sunday",
        ),
        ("always", "每天全天二十四小时", "every day around the clock"),
        (
            "bar",
            "周四至周日晚上八点到次日凌晨两点，周一至周三和法定节假日休息",
            "Thursday to Sunday from eight p.m. to two a.m., not on Monday to Wednesday or public holidays",
        ),
        ("daily", "每天上午九点到次日凌晨零点", "every day from nine a.m. to midnight"),
        ("never", "暂停服务", "at no time"),
    ],
)
def test_hours_of_a_week(name: str, zh: str, en: str) -> None:
    assert _PROBLEMS == []
    assert spell("hours", _HOURS[name], "zh-CN") == zh
    assert spell("hours", _HOURS[name], "en") == en


@pytest.mark.parametrize(
    ("name", "now", "zh", "en"),
    [
        ("service", "2026-11-28 20:00", "明天上午九点", "tomorrow at nine a.m."),  # a Saturday, closed since 18:00
        ("service", "2026-11-23 06:00", "今天早上八点三十分", "today at eight thirty a.m."),
        ("service", "2026-11-23 22:00", "明天早上八点三十分", "tomorrow at eight thirty a.m."),
        (
            "service",
            "2026-10-01 10:00",
            "十月八日周四早上八点三十分",
            "on Thursday, October eighth, at eight thirty a.m.",
        ),
        ("service", "2026-02-13 22:00", "明天早上八点三十分", "tomorrow at eight thirty a.m."),  # a worked Saturday
        ("service", "2026-12-31 18:30", "另行通知的时间", "at a time that we will announce"),  # 2027 is not decreed
        ("shop", "2026-11-26 10:00", "明天上午九点", "tomorrow at nine a.m."),
        ("shop", "2026-11-28 12:30", "今天下午一点", "today at one p.m."),
        ("shop", "2026-11-28 16:00", "后天上午九点", "on Monday, November thirtieth, at nine a.m."),
        ("bar", "2026-12-24 23:00", "后天晚上八点", "on Saturday, December twenty-sixth, at eight p.m."),
        ("never", "2026-12-24 23:00", "另行通知的时间", "at a time that we will announce"),
    ],
)
def test_when_it_opens_next(name: str, now: str, zh: str, en: str) -> None:
    hours = _HOURS[name]
    instant = datetime.fromisoformat(now).replace(tzinfo=ZoneInfo(hours.zone))
    opening = Opening(next_opening(hours, instant.timestamp()), instant)
    assert spell("opening", opening, "zh-CN") == zh
    assert spell("opening", opening, "en") == en


def test_summer_time_begins_before_it_opens() -> None:
    sunday = datetime(2026, 3, 29, 1, 0, tzinfo=ZoneInfo("Europe/Berlin"))
    assert str(next_opening(_HOURS["shop"], sunday.timestamp())) == "2026-03-30 09:00:00+02:00"


@pytest.mark.parametrize("kind", ["hours", "opening"])
def test_the_name_alone_is_no_value(kind: str) -> None:
    with pytest.raises(SpokenError, match=r"hours\.yaml"):
        spell(kind, "service", "en")


_CLOSED = "flow: main\nstart: a\na: {hangup: {phrase: shut, with: {hours: service, back: service}}}\n"
_SHUT = "shut: We are here {hours:hours}, and back {back:opening}.\n"
_SERVICE = "service: {zone: UTC, week: {mon-sat: 09:00-18:00}}\n"


def test_a_flow_says_the_hours_of_its_version() -> None:
    folder = {
        "prompts/en.yaml": _SHUT,
        "dialplans/hours.yaml": _SERVICE,
        "dialplans/flows/main.yaml": _CLOSED,
    }
    program = compile_folder(folder, version="v1").program
    assert program is not None
    line = Line(program)  # its clock stands at 2026-11-23 01:20 UTC
    assert texts(line.start()) == [
        "We are here Monday to Saturday from nine a.m. to six p.m., not on Sunday, and back today at nine a.m.."
    ]


def test_hours_that_are_not_there_are_found_by_the_lint() -> None:
    folder = {
        "prompts/en.yaml": _SHUT,
        "dialplans/hours.yaml": _SERVICE,
        "dialplans/flows/main.yaml": _CLOSED.replace("back: service", "back: servce"),
    }
    (problem,) = compile_folder(folder).problems
    assert problem.rule == "unknown-hours"
    assert problem.message == "back: there are no hours servce (did you mean service?)"


def test_without_a_clock_the_next_opening_is_no_silence() -> None:
    folder = {"prompts/en.yaml": _SHUT, "dialplans/hours.yaml": _SERVICE, "dialplans/flows/main.yaml": _CLOSED}
    program = compile_folder(folder, version="v1").program
    assert program is not None
    out = Ivr({"v1": program}).handle(CallStarted(CALL, LEG, "v1", "main", "", ""), 0.0)
    assert texts(out) == ["Sorry, I cannot read that to you right now."]
