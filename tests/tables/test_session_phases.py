"""A caller's phase, cell by cell: what the flow machine orders for each event in each phase, or that it refuses.

`session_phases.yaml` has a row for each phase, or several where steps differ. `first` leads there; `events` has what
comes from outside: the commands in short, and the phase after them; `[]` where nothing follows; `broken` where it
cannot come. `decisions` has the phase that follows what the step decides; one that is not listed is refused.
"""

from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

import pytest

from calls.causes import Cause, Outcome
from calls.commands import Play, Sentence
from calls.errors import BrokenRule
from calls.events import CallEnded, CommandFailed, DigitPressed, PlaybackFinished, RecordingFinished, SpeechHeard
from calls.ids import AttemptId, CaseNumber
from dsl.tree import parse
from ivr.commands import FlowEnded, IvrCommand, StepTaken
from ivr.events import (
    AnswerReviewed,
    CallAdopted,
    CallbackAnswered,
    CaseOpened,
    IvrEvent,
    LeftQueue,
    LookupFinished,
    SecretChecked,
    TransferEnded,
    Understood,
    WayOutSuggested,
)
from ivr.machine.phases import PHASES, Decision, Outside, Phase
from ivr.machine.session import Session
from ivr.program import Program
from tests.unit.ivr.machine.machines import CALL, LEG, Line, compiled

pytestmark = pytest.mark.tables

_FILE = Path(__file__).parent / "session_phases.yaml"
_ROWS: list[dict[str, Any]] = parse(_FILE.read_text(encoding="utf-8"), _FILE.name).plain()
_ENTRY = "flow: main\nstart: a\n"
_CAP_S = 7200.0
_FORCED = AttemptId("forced")


of_each_row = pytest.mark.parametrize("row", _ROWS, ids=[row["row"] for row in _ROWS])


@cache
def _program(flow: str, files: tuple[tuple[str, str], ...]) -> Program:
    return compiled(f"{_ENTRY}{flow}\n", **dict(files))


def _short(command: IvrCommand) -> str:
    """A command as the table has it: its name, and what tells it from others of that name."""
    name = type(command).__name__
    match command:
        case StepTaken():
            return f"{name} {command.outcome.partition(': ')[0]}"
        case FlowEnded():
            return f"{name} {command.reason}"
        case Play():
            return f"{name} {' '.join(media.text for media in command.media if isinstance(media, Sentence))}"
    return name


def _caller(row: dict[str, Any]) -> Line:
    files = tuple((f"{word}/all", row[word]) for word in ("intents", "answers") if word in row)
    line = Line(_program(row["flow"], files))
    line.start()
    for event in row.get("first", ()):
        word, _, argument = event.partition(" ")
        _happen(line, word, argument or "1")
    if "forced" in row:  # between two events no session walks: as if one did
        line.machine.sessions[CALL].phase = row["forced"]
    return line


def _id(line: Line, field: Literal["awaits", "playing", "books"]) -> AttemptId:
    """The attempt whose outcome this is; where the session has none, as if it had: so that no event is stale."""
    session = line.machine.sessions.get(CALL)
    if session is None:
        return _FORCED
    found: AttemptId = getattr(session, field) or _FORCED
    setattr(session, field, found)
    return found


def _event(line: Line, name: str, detail: str) -> IvrEvent:
    match name:
        case "key":
            return DigitPressed(LEG, detail)
        case "played":
            return PlaybackFinished(LEG, _id(line, "playing"), Outcome.FINISHED)
        case "callback":
            return CallbackAnswered(CALL, _id(line, "books"), "booked" if detail == "booked" else "refused")
        case "adopted":
            return CallAdopted(CALL)
        case "ended":
            return CallEnded(LEG, Cause.NORMAL)
    awaits = _id(line, "awaits")
    match name:
        case "heard":
            return SpeechHeard(LEG, awaits, "yes", 1.0)
        case "failed":
            return CommandFailed(awaits, "refused", LEG)
        case "checked":
            return SecretChecked(CALL, awaits, True)
        case "understood":
            return Understood(CALL, awaits, "answered", "pay", "moan", 0.9, 0.5)
        case "reviewed":
            return AnswerReviewed(CALL, awaits, "opened" if detail == "opened" else "approved", "pay")
        case "answered" if detail == "case":
            return CaseOpened(CALL, awaits, CaseNumber("2026-0001"))
        case "answered":
            return LookupFinished(CALL, awaits, "ok", {"balance": 12.5, "refused": ""})
        case "suggested":
            return WayOutSuggested(CALL, awaits, "callback")
        case "left_queue":
            return LeftQueue(CALL, awaits, "served")
        case "transferred":
            return TransferEnded(CALL, awaits, "talked")
        case "recorded":
            return RecordingFinished(
                LEG, awaits, "/m.wav", 5.0, Outcome.FINISHED, "hang_up" if detail == "hang_up" else "digit"
            )
    raise AssertionError(f"nothing makes the event {name}")


def _happen(line: Line, name: str, detail: str) -> list[IvrCommand]:
    if name not in ("due", "cap"):
        return line.tell(_event(line, name, detail))
    session = line.machine.sessions.get(CALL)
    if session is not None:
        session.due_at = (session.due_at or 1.0) if name == "due" else None
        line.now = session.due_at or _CAP_S
        line.machine.restore(line.machine.snapshot())  # arms anew
    return line.machine.tick(line.now)


def _of_an_event(row: dict[str, Any], event: Outside) -> list[str] | str:
    """What the table has of this cell."""
    line = _caller(row)
    before = line.machine.sessions[CALL].phase if CALL in line.machine.sessions else "over"
    assert before == row["phase"], event
    try:
        commands = _happen(line, event, str(row.get("details", {}).get(event, "1")))
    except BrokenRule as error:
        return "broken" if f"session: {event} while {before}" in str(error) else str(error)
    short = [_short(command) for command in commands]
    after = line.machine.sessions[CALL].phase if CALL in line.machine.sessions else "over"
    return [*short, *([f"→ {after}"] if short or after != before else [])]


@of_each_row
def test_what_comes_from_outside(row: dict[str, Any]) -> None:
    assert {event: _of_an_event(row, event) for event in get_args(Outside)} == row["events"]


def _of_a_decision(phase: Phase, event: Decision) -> str | None:
    """The phase that follows; None where it is refused."""
    session = Session(CALL, LEG, "v1", "", "", "en", 0.0, [], phase=phase)
    try:
        session.move(event)
    except BrokenRule as error:
        return None if f"session: {event} while {phase}" in str(error) else str(error)
    return session.phase


@of_each_row
def test_what_the_step_decides(row: dict[str, Any]) -> None:
    followed = {event: _of_a_decision(row["phase"], event) for event in get_args(Decision)}
    assert {event: phase for event, phase in followed.items() if phase is not None} == row["decisions"]


def test_every_phase_has_a_row_with_every_event() -> None:
    assert {row["phase"] for row in _ROWS} == set(get_args(Phase))
    for row in _ROWS:
        assert set(row["events"]) == set(get_args(Outside)), row["row"]
    assert len({row["row"] for row in _ROWS}) == len(_ROWS)


def test_what_is_ignored_commands_nothing() -> None:
    for row in _ROWS:
        for event in PHASES.ignored.get(row["phase"], {}):
            assert row["events"][event] == [], (row["row"], event)
