"""The state of a case, computed from its audit log alone, as of any instant."""

from collections.abc import Iterable
from typing import Any, cast

import msgspec

from calls.errors import BrokenRule
from complaints.audit import Entry, known_at
from complaints.stages.table import LINKS, OVER, STAGES, WITHOUT_A_MOVE, Link, Stage, StageEvent

_LINK_EVENTS = ("merged", "unmerged")


class CaseState(msgspec.Struct):
    """What an audit log comes to. Texts are empty, and instants None, where there was no such entry yet."""

    stage: Stage = "new"
    link: Link = "own"
    into: str = ""
    """The case that it is merged into."""
    opened_at: float | None = None
    category: str = ""
    grade: str = ""
    four_eyes: bool = False
    """The grade asks that a second person agrees to the decision."""
    department: str = ""
    handler: str = ""
    """The person who has taken it; nobody where it is passed on, or they stepped back."""
    interested: dict[str, str] = msgspec.field(default_factory=dict)
    """Persons who must not handle it, each with the reason."""
    investigator: str = ""
    decider: str = ""
    decision: str = ""
    awarded: float = 0.0
    """Money that the newest decision promises, in the currency of the case."""
    refunded: float = 0.0
    waits_for: str = ""
    entries: int = 0
    """The number of the last entry."""

    @property
    def is_open(self) -> bool:
        """Whether something is still to be done in this case itself."""
        return self.stage not in OVER and self.link == "own"

    @property
    def owed(self) -> float:
        """Money that is promised and has not gone back yet."""
        return max(0.0, self.awarded - self.refunded)


def state_of(entries: Iterable[Entry], instant: float | None = None) -> CaseState:
    """The state that the entries come to; with `instant` (UTC epoch seconds) what was known then.

    Raises BrokenRule for a log whose order no table allows, with the number of the entry.
    """
    entries = list(entries)
    last = max((entry.known_from for entry in entries), default=0.0)
    state = CaseState()
    for entry in known_at(entries, max(last, *(entry.at for entry in entries), 0.0) if instant is None else instant):
        try:
            _apply(state, entry)
        except BrokenRule as error:
            raise BrokenRule(f"entry {entry.number}: {error}") from None
    state.entries = max((entry.number for entry in entries), default=0)
    return state


def _apply(state: CaseState, entry: Entry) -> None:
    if entry.kind in _LINK_EVENTS:
        link = LINKS.after(state.link, entry.kind)  # type: ignore[arg-type]  # _LINK_EVENTS has them all
        assert link is not None
        state.link, state.into = link, str(entry.fields.get("into", ""))
    elif entry.kind not in WITHOUT_A_MOVE:
        if state.link != "own":
            raise BrokenRule(f"case: {entry.kind} while merged into {state.into}")
        stage = STAGES.after(state.stage, cast(StageEvent, entry.kind))
        assert stage is not None
        state.stage = stage
    _keep(state, entry, entry.fields)


def _keep(state: CaseState, entry: Entry, fields: dict[str, Any]) -> None:
    match entry.kind:
        case "opened":
            state.opened_at = entry.at
            _interest(state, fields)
        case "contact":
            _interest(state, fields)
        case "graded" | "regraded":
            state.grade = fields["grade"]
            state.category = fields.get("category", state.category)
            state.four_eyes = bool(fields.get("four_eyes", False))
        case "dispatched" | "handed_over":
            state.department, state.handler = fields["department"], fields.get("person", "")
        case "taken":
            state.handler = entry.author
        case "recused":
            person = fields["person"]
            state.interested[person] = str(fields.get("reason", "stepped back"))
            state.handler = "" if state.handler == person else state.handler
        case "investigated":
            state.investigator = entry.author
        case "decided" | "reviewed":
            state.decider, state.decision = entry.author, str(fields["decision"])
            state.awarded = float(fields.get("amount", state.awarded if entry.kind == "reviewed" else 0.0))
        case "refunded":
            state.refunded += float(fields.get("amount", state.owed))
        case "waiting":
            state.waits_for = str(fields.get("for", "customer"))
        case "resumed":
            state.waits_for = ""
        case "review_asked":
            state.handler = ""
        case "reopened":
            state.handler = state.investigator = state.decider = state.decision = state.waits_for = ""
            state.awarded = state.refunded = 0.0


def _interest(state: CaseState, fields: dict[str, Any]) -> None:
    """Persons whom the matter is about: `about` of what came in."""
    for person in fields.get("about", ()):
        state.interested.setdefault(str(person), "the matter is about them")
