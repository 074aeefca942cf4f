"""The fallback in FreeSWITCH's dialplan: well-formed, in order, nothing of a caller's in it; and what it leaves."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree
from zoneinfo import ZoneInfoNotFoundError

import pytest

from switch.fallback import PHONES_AT_ONCE, FallbackError, FallbackLine, RingGroup
from switch.freeswitch.instance.configuration import write_configuration
from switch.freeswitch.instance.fallback import compile_fallback
from switch.freeswitch.instance.imported import FallbackLog
from switch.freeswitch.instance.settings import FreeSwitchSettings
from switch.freeswitch.instance.timezones import posix_rule, zones_file
from switch.missed import FallbackOutcome
from tests.unit.switch.fallback_lines import LOANS, WEEK, line

pytestmark = pytest.mark.unit

MAIN = line("#")
RECORD = (
    "2026-11-22 09:35:07.31 66.77% [INFO] mod_commands.c:7200 v=1 id={id} started=1795334719 ended=1795334731 "
    "from=%2B8613800138000 to=95588 outcome=answered line=main group=care agent=agent-1001 voicemail=\n"
)


def contexts(text: str) -> dict[str, list[ElementTree.Element]]:
    root = ElementTree.fromstring(text)
    return {context.attrib["name"]: list(context) for context in root.iter("context")}


def actions(extension: ElementTree.Element) -> list[tuple[str, str]]:
    return [(action.attrib["application"], action.attrib["data"]) for action in extension.iter("action")]


def named(text: str, context: str, name: str) -> ElementTree.Element:
    (found,) = (extension for extension in contexts(text)[context] if extension.attrib["name"] == name)
    return found


def test_hours_by_weekday_then_by_date() -> None:
    text = compile_fallback([MAIN], "/v")
    names = [extension.attrib["name"] for extension in contexts(text)["hotline-fallback-line-main"]]
    assert names[:14] == ["clock", *["week"] * 10, "dates", "date", "closed"]
    dates = named(text, "hotline-fallback-line-main", "dates")
    assert [condition.attrib["expression"] for condition in dates][1] == "^(2026-10-01|2026-10-10)$"
    assert actions(dates) == [("set", "hotline_open=0")]


def test_all_phones_of_a_group_ring_together_and_say_who_answered() -> None:
    text = compile_fallback([MAIN], "/v")
    (dialled,) = (
        data for app, data in actions(named(text, "hotline-fallback-line-main", "ring-care")) if app == "bridge"
    )
    assert re.findall(r"hotline_agent=(\S+)'\]user/(\S+?)@hotline", dialled) == [
        ("agent-1001", "agent-1001"),
        ("agent-1002", "agent-1002"),
    ]


def test_of_many_phones_each_caller_rings_a_few_and_together_they_ring_all() -> None:
    phones = tuple(f"agent-{number}" for number in range(30))
    text = compile_fallback([replace(MAIN, group=RingGroup("all", phones), keys={}, ring_s=25)], "/v")
    lists = [one for one in contexts(text)["hotline-fallback-line-main"] if re.match("ring-all-", one.attrib["name"])]
    rung: set[str] = set()
    ends: list[str] = []
    for one in lists:
        (dialled,) = (data for app, data in actions(one) if app == "bridge")
        rounds = [re.findall(r"user/(\S+?)@hotline", some) for some in dialled.split("|")]
        assert [len(some) for some in rounds] == [PHONES_AT_ONCE] * 2
        assert dialled.startswith("{leg_timeout=12}")
        rung.update(*rounds)
        condition = one.find("condition")
        assert condition is not None
        ends += condition.attrib["expression"].partition("(")[2].rstrip(")$").split("|")
    assert rung == set(phones)
    assert sorted(ends) == [f"{end:02x}" for end in range(256)]


def test_every_key_may_be_a_choice() -> None:
    text = compile_fallback([MAIN], "/v")
    assert ("transfer", "ring-care XML hotline-fallback-line-main") in actions(
        named(text, "hotline-fallback-line-main", "key-#")
    )
    (asked,) = (
        data for app, data in actions(named(text, "hotline-fallback-line-main", "open")) if app == "play_and_get_digits"
    )
    assert asked.split()[4] not in "0123456789*#"


def test_a_number_of_its_own_leads_to_its_line_and_all_others_to_the_one_without() -> None:
    loans = FallbackLine("loans", WEEK, LOANS, numbers=("4008", "+4009"))
    first, second = contexts(compile_fallback([MAIN, loans], "/v"))["hotline-fallback"]
    assert first.find("condition").attrib == {"field": "${hotline_dialled}", "expression": r"^(4008|\+4009)$"}  # type: ignore[union-attr]  # it has one
    assert second.attrib["name"] == "main"


def test_no_voicemail_when_it_is_switched_off() -> None:
    assert "record" in compile_fallback([MAIN], "/v")
    assert 'application="record"' not in compile_fallback([replace(MAIN, message_max_s=0)], "/v")


@pytest.mark.parametrize("path", ["/p/${hupall()}", "/p/a b", "relative", "/p/it's", '/p/"', "/p/<x>"])
def test_a_prompt_that_the_switch_would_read_otherwise_is_refused(path: str) -> None:
    with pytest.raises(FallbackError):
        compile_fallback([replace(MAIN, greeting=path)], "/v")


def test_zones_become_rules() -> None:
    assert posix_rule("Asia/Shanghai") == "CST-8"
    assert posix_rule("Europe/Berlin") == "CET-1CEST,M3.5.0,M10.5.0/3"
    assert posix_rule("Asia/Dubai") == "LOC-4"
    assert '<zone name="Asia/Shanghai" value="CST-8"/>' in zones_file(["Asia/Shanghai"])
    with pytest.raises((ZoneInfoNotFoundError, ValueError)):
        posix_rule("../etc/passwd")


def test_what_was_published_outlives_a_start(tmp_path: Path) -> None:
    settings = FreeSwitchSettings(tmp_path, "secret")
    write_configuration(settings)
    (tmp_path / "etc" / "fallback.xml").write_text("<include/>")
    (tmp_path / "etc" / "agents.xml").write_text("<include>1001</include>")
    write_configuration(settings)
    assert (tmp_path / "etc" / "fallback.xml").read_text() == "<include/>"
    assert (tmp_path / "etc" / "agents.xml").read_text() == "<include>1001</include>"


def test_calls_are_taken_until_they_are_forgotten(tmp_path: Path) -> None:
    path = tmp_path / "fallback.log"
    log = FallbackLog(path)
    assert log.take() == ([], [])
    path.write_text("\n" + RECORD.format(id="a") + RECORD.format(id="b") + RECORD.format(id="c")[:60])
    calls, unreadable = log.take()
    assert ([call.id for call in calls], unreadable) == (["a", "b"], [])
    assert (calls[0].outcome, calls[0].agent) == (FallbackOutcome.ANSWERED, "agent-1001")
    assert [call.id for call in FallbackLog(path).take()[0]] == ["a", "b"]  # a crash before they were durable
    log.forget()
    with path.open("a") as file:
        file.write(RECORD.format(id="c")[60:])
    again = FallbackLog(path)
    assert [call.id for call in again.take()[0]] == ["c"]
    again.forget()
    path.write_text(RECORD.format(id="d"))  # somebody has begun the file anew
    assert [call.id for call in again.take()[0]] == ["d"]


def test_a_line_that_is_no_record_is_kept_for_a_person(tmp_path: Path) -> None:
    path = tmp_path / "fallback.log"
    path.write_text("something else\n")
    log = FallbackLog(path)
    calls, (unreadable,) = log.take()
    assert (calls, unreadable.text) == ([], "something else")
    log.forget()
    assert (tmp_path / "fallback.log.unreadable").read_text() == "something else\n"
    assert log.take() == ([], [])
