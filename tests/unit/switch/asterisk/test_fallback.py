"""The fallback's compiler and the reader of what its calls left behind."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from switch.asterisk.instance.fallback import compile_fallback
from switch.asterisk.instance.imported import FallbackLog
from switch.fallback import FallbackError, FallbackLine, OpeningHours, RingGroup, Span
from switch.missed import FallbackOutcome, parse_line
from tests.unit.switch.fallback_lines import CARE, LOANS, WEEK, line

pytestmark = pytest.mark.unit

MAIN = line("2")
RECORD = (
    "v=1 id=1795334719.3 started=1795334719 ended=1795334731 from=%2B8613800138000 to=95588 "
    "outcome=answered line=main group=care agent=PJSIP%2Fagent-1001-0000002a voicemail="
)


def test_hours_by_weekday_then_by_date() -> None:
    text = compile_fallback([MAIN], "/v")
    monday = text.index('"${DAY}" = "1"]?Set(OPEN=$[(${TIME} >= 10900 & ${TIME} < 11200) | (${TIME} >= 11330')
    assert '"${DAY}" = "6"' not in text
    holiday = text.index('"${TODAY}" = "2026-10-01"]?Set(OPEN=0)')
    make_up_day = text.index('"${TODAY}" = "2026-10-10"]?Set(OPEN=$[(${TIME} >= 10900 & ${TIME} < 11800)])')
    assert monday < holiday < make_up_day


def test_a_zone_that_asterisk_reads_wrongly_is_closed() -> None:
    assert '"${STRFTIME(0,Asia/Shanghai,%z)}" != "+0800"]?Set(OPEN=0)' in compile_fallback([MAIN], "/v")


def test_the_phones_of_a_group_are_rung_by_the_dialplan_of_every_instance() -> None:
    text = compile_fallback([MAIN], "/v")
    assert text.count("exten => ring-care,1,") == 1
    assert "Gosub(hotline-fallback-ring,s,1(agent-1001&agent-1002," in text
    assert "Set(HOTLINE_UNTIL=$[${EPOCH} + 25])" in text


def test_more_phones_than_a_variable_holds_are_in_several_lists_and_each_in_one() -> None:
    phones = tuple(f"agent-{number:05}" for number in range(1_000))
    text = compile_fallback([replace(MAIN, group=RingGroup("all", phones), keys={})], "/v")
    lists = re.findall(r"Gosub\(hotline-fallback-ring,s,1\(([^,]*),", text)
    assert [phone for each in lists for phone in each.split("&")] == list(phones)
    assert max(map(len, lists)) <= 1_500
    assert f"Goto(shelf-${{RAND(1,{len(lists)})}})" in text


def test_a_number_of_its_own_leads_to_its_line_and_all_others_to_the_one_without() -> None:
    loans = FallbackLine("loans", WEEK, LOANS, numbers=("4008",))
    text = compile_fallback([loans, MAIN], "/v")
    assert '"4008" = "${HOTLINE_DIALLED}"]?hotline-fallback-line-loans,s,1)' in text
    assert "Goto(hotline-fallback-line-main,s,1)" in text


def test_a_number_that_nobody_has_is_refused_where_no_line_takes_all() -> None:
    text = compile_fallback([FallbackLine("loans", WEEK, LOANS, numbers=("4008",))], "/v")
    opening = text[: text.index("[hotline-fallback-line-loans]")]
    assert opening.rstrip().endswith(" same => n,Set(HOTLINE_OUTCOME=apology)\n same => n,Hangup(1)")


def test_no_voicemail_when_it_is_switched_off() -> None:
    assert "Record(" in compile_fallback([MAIN], "/v")
    assert "Record(" not in compile_fallback([replace(MAIN, message_max_s=0)], "/v")


@pytest.mark.parametrize(
    ("lines", "names"),
    [
        ([], "0 of 0 lines"),
        ([MAIN, replace(MAIN, name="other")], "2 of 2 lines"),
        ([MAIN, replace(MAIN, numbers=("1",))], "one name"),
        ([replace(MAIN, name="main)\n same => n,System(x")], "name of a line"),
        ([replace(MAIN, menu=None)], "menu"),
        ([replace(MAIN, menu="/p/x,n")], "menu"),
        ([replace(MAIN, closed="relative")], "closed"),
        ([replace(MAIN, keys={"12": CARE})], "key"),
        ([replace(MAIN, group=RingGroup("care", ("a&Local/x",)))], "endpoint"),
        ([MAIN, replace(MAIN, name="b", numbers=('9"',))], "number"),
        ([replace(MAIN, hours=OpeningHours("UTC", {8: (Span(0, 1),)}))], "weekday"),
    ],
)
def test_what_cannot_be_compiled_is_named(lines: list[FallbackLine], names: str) -> None:
    with pytest.raises(FallbackError, match=names):
        compile_fallback(lines, "/v")


@pytest.mark.parametrize(("first", "last"), [(600, 600), (-1, 60), (0, 1441), (1320, 120)])
def test_a_span_lies_within_one_day(first: int, last: int) -> None:
    with pytest.raises(FallbackError, match="one day"):
        Span(first, last)


def test_a_line_is_read_back_with_its_fields_decoded() -> None:
    call = parse_line(RECORD)
    assert call.id == "1795334719.3"
    assert call.started_at == datetime(2026, 11, 22, 8, 5, 19, tzinfo=UTC)
    assert (call.ended_at - call.started_at).total_seconds() == 12
    assert (call.caller, call.dialled, call.line, call.group) == ("+8613800138000", "95588", "main", "care")
    assert (call.outcome, call.agent, call.voicemail) == (FallbackOutcome.ANSWERED, "agent-1001", "")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "not v=1"),
        ("v=2 id=1", "not v=1"),
        (RECORD.replace(" group=care", ""), "lacks group"),
        (RECORD.replace("id=1795334719.3", "id="), "no id"),
        (RECORD.replace("started=1795334719", "started="), "invalid literal"),
        (RECORD.replace("outcome=answered", "outcome=lost"), "lost"),
    ],
)
def test_a_line_that_is_no_record_says_why(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        parse_line(text)


def test_calls_are_taken_until_forgotten(tmp_path: Path) -> None:
    path = tmp_path / "fallback.log"
    later = RECORD.replace("1795334719.3", "1795334800.4").replace("started=1795334719", "started=1795334800")
    path.write_text(later + "\n" + RECORD + "\n" + RECORD + "\n")
    log = FallbackLog(path)
    assert [call.id for call in log.take()[0]] == ["1795334719.3", "1795334800.4"]

    path.write_text(RECORD.replace("1795334719.3", "1795334900.5") + "\n")  # one more, and the importer crashed
    again = FallbackLog(path)
    assert [call.id for call in again.take()[0]] == ["1795334719.3", "1795334900.5", "1795334800.4"]
    again.forget()
    assert again.take() == ([], [])


def test_an_unreadable_line_is_kept_for_a_person(tmp_path: Path) -> None:
    path = tmp_path / "fallback.log"
    path.write_text("garbage\n" + RECORD + "\n")
    log = FallbackLog(path)
    calls, unreadable = log.take()
    assert len(calls) == 1
    assert [(line.number, line.text) for line in unreadable] == [(1, "garbage")]
    log.forget()
    assert (tmp_path / "fallback.log.unreadable").read_text() == "garbage\n"


def test_a_line_written_between_take_and_forget_is_not_lost(tmp_path: Path) -> None:
    path = tmp_path / "fallback.log"
    path.write_text(RECORD + "\n")
    log = FallbackLog(path)
    log.take()
    with (tmp_path / "fallback.log.1").open("a") as file:
        file.write(RECORD.replace("1795334719.3", "1795334999.9") + "\n")
    log.forget()
    assert "1795334999.9" in [call.id for call in log.take()[0]]
