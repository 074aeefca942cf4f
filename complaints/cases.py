"""Cases in their first form: a number, who, what about, which call, and the state `open`.

What was recorded of a call comes after its case: the store has it, and shows it beside the case.

A core: the event that a case is asked for comes in, the command to file it goes out. The number is made of the day
and a count that the journal keeps, so a replay gives the same one; nobody is told it before it is filed.
"""

from datetime import UTC, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

import msgspec

from calls.commands import Command
from calls.errors import BrokenRule
from calls.events import ClockSet, Event
from calls.ids import AttemptId, CallId, CaseNumber, Instant
from calls.luhn import check_digit

AskedBy = Literal["caller", "agent", "house"]


class Case(msgspec.Struct, frozen=True):
    """What is owed to a caller. `opened_at` is UTC epoch seconds."""

    number: CaseNumber
    call: CallId
    caller: str
    category: str
    asked_by: AskedBy
    opened_at: float
    fields: dict[str, Any] = msgspec.field(default_factory=dict)
    state: Literal["open"] = "open"


class CaseAsked(Event, frozen=True):
    """A caller (by the flow), an agent (by a code, over HTTP) or the house itself (a call was lost) wants a case."""

    call: CallId
    attempt: AttemptId
    caller: str
    category: str
    asked_by: AskedBy
    fields: dict[str, Any] = msgspec.field(default_factory=dict)
    zone: str = "UTC"
    """IANA: whose day is in the case's number."""


class FileCase(Command, frozen=True):
    """Write the case down; whoever does answers with CaseFiled once it is durable."""

    attempt: AttemptId
    case: Case


class State(msgspec.Struct):
    """All that the core remembers: the wall clock's offset, and the count of the day."""

    offset_s: float = 0.0
    day: str = ""
    count: int = 0


class Complaints:
    """Opens cases. See the module's first lines."""

    def __init__(self) -> None:
        self._state = State()

    def handle(self, event: ClockSet | CaseAsked, now: Instant) -> list[FileCase]:
        """Take one event at `now`."""
        match event:
            case ClockSet(offset_s):
                self._state.offset_s = offset_s
                return []
            case CaseAsked():
                opened_at = now + self._state.offset_s
                case = Case(
                    number=self._next_number(opened_at, event.zone),
                    call=event.call,
                    caller=event.caller,
                    category=event.category,
                    asked_by=event.asked_by,
                    opened_at=opened_at,
                    fields=event.fields,
                )
                return [FileCase(event.attempt, case)]
            case _:
                raise BrokenRule(f"complaints: no rule for {type(event).__name__}")

    def next_deadline(self) -> Instant | None:
        """Clocks come with the complaint workflow; the first form has none."""
        return None

    def tick(self, now: Instant) -> list[FileCase]:
        """Nothing falls due in the first form."""
        return []

    def snapshot(self) -> bytes:
        """The state as JSON."""
        return msgspec.json.encode(self._state)

    def restore(self, snapshot: bytes) -> None:
        """Go on from `snapshot`."""
        self._state = msgspec.json.decode(snapshot, type=State)

    def _next_number(self, opened_at: float, zone: str) -> CaseNumber:
        day = datetime.fromtimestamp(opened_at, UTC).astimezone(ZoneInfo(zone)).strftime("%y%m%d")
        if day > self._state.day:  # a wall clock that was set back goes on counting in the later day
            self._state.day, self._state.count = day, 0
        self._state.count += 1
        digits = f"{self._state.day}{self._state.count:04d}"
        # a caller who misreads one digit is told so, and not given somebody else's case
        return CaseNumber(digits + check_digit(digits))
