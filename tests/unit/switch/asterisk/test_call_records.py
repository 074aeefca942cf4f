"""Call records of Asterisk's own, as a real one wrote them."""

from pathlib import Path

import pytest

from calls.causes import Cause
from calls.events import EndedLeg
from calls.ids import LegId
from switch.asterisk import call_records
from switch.asterisk.call_records import COLUMNS, ended_legs, read

pytestmark = pytest.mark.unit


def line(leg: str, *told: str) -> str:
    cells = (leg, leg, "PJSIP/trunk-carrier-00000000", "4000095183", "s", *told)
    return ",".join(f'"{cell}"' for cell in cells) + "\n"


ANSWERED = line(
    *("contact-many-7.1-1", "1796075938.500000", "1796075939.000000", "1796075941.250000", "2", "2", "ANSWERED")
)
BUSY = line("contact-many-7.2-1", "1796075939.100000", "0.000000", "1796075939.200000", "0", "0", "BUSY")
SILENT = line("contact-many-7.3-1", "1796075939.100000", "0.000000", "1796075943.200000", "4", "0", "NO ANSWER")
WRITTEN = ANSWERED + BUSY + SILENT + '"hotline-1796075939.4","hotline-1796075939.4","PJSIP/agent-8001-00000002",'


def test_each_whole_line_is_a_leg_with_its_end(tmp_path: Path) -> None:
    file = tmp_path / "calls.csv"
    assert read(file) == []
    assert ended_legs(file) == ()
    file.write_text(WRITTEN)
    answered, busy, silent = read(file)
    assert (answered.leg, answered.caller, answered.answered_s) == ("contact-many-7.1-1", "4000095183", 2.25)
    assert (answered.started_at, answered.ended_at) == (1796075938.5, 1796075941.25)
    assert [(one.disposition, one.answered_s) for one in (busy, silent)] == [("BUSY", None), ("NO ANSWER", None)]
    assert ended_legs(file) == (
        EndedLeg(LegId("contact-many-7.1-1"), Cause.NORMAL, 2.25),
        EndedLeg(LegId("contact-many-7.2-1"), Cause.BUSY),
        EndedLeg(LegId("contact-many-7.3-1"), Cause.LOST),  # nobody has the number, or declined, or did not answer
    )


def test_only_the_last_ones_are_told_and_the_last_word_of_a_leg_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "calls.csv"
    file.write_text(ANSWERED + BUSY + BUSY.replace("BUSY", "CONGESTION"))
    assert [(one.leg, one.cause) for one in ended_legs(file)][1:] == [("contact-many-7.2-1", Cause.CONGESTION)]
    monkeypatch.setattr(call_records, "TAIL_BYTES", 2 * len(BUSY) + 10)
    assert [one.leg for one in ended_legs(file)] == ["contact-many-7.2-1"]


def test_what_is_no_record_is_left_out(tmp_path: Path) -> None:
    file = tmp_path / "calls.csv"
    file.write_text('"three","columns","only"\n' + ",".join(['"x"'] * len(COLUMNS)) + "\n\n" + WRITTEN)
    assert len(read(file)) == 3
