"""Acts on a case: who may do what when. An act that is allowed becomes the next entry of the audit log.

What is refused is told with its reason and with what comes next, for the person who tries it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from calls.errors import BadInput, BrokenRule
from complaints.audit import Entry, known_at
from complaints.stages.state import CaseState, state_of
from complaints.stages.table import STAGES, WHILE_OPEN, WITHOUT_A_MOVE
from dsl.spelling import nearest_hint

HOUSE = "house"
"""The author of what the house does by itself."""

FIELDS: Mapping[str, tuple[str, ...]] = {
    "graded": ("category", "grade", "reasons"),
    "regraded": ("grade", "reason"),
    "dispatched": ("department",),
    "handed_over": ("department", "reason"),
    "decided": ("decision",),
    "returned": ("reason",),
    "notified": ("channel",),
    "reviewed": ("decision",),
    "refund_ordered": ("amount",),
    "refunded": ("amount",),
    "root_cause": ("cause",),
    "transferred": ("to",),
    "reopened": ("reason",),
    "merged": ("into",),
    "unmerged": ("reason",),
    "recused": ("person", "reason"),
    "waiting": ("for",),
    "extended": ("clock", "approver", "reason"),
    "noted": ("text",),
}
"""The fields that an entry of each kind must have; one of a kind that is not here needs none."""

BY_THE_HOUSE = frozenset(
    {
        *("opened", "contact", "accepted", "graded", "regraded", "dispatched", "handed_over", "merged"),
        *("waiting", "resumed", "noted", "followed_up", "withdrawn", "review_asked"),
    }
)
"""Kinds that need no person: the house takes in, grades and passes on; who withdraws or asks for a review is the
customer."""

HANDLING = frozenset(
    {
        *("taken", "first_feedback", "investigated", "decided", "approved", "returned", "notified"),
        *("reviewed", "refund_ordered", "refunded", "root_cause", "closed"),
    }
)
"""Kinds that are somebody's work on the matter itself: nobody with an interest in it does them."""

TEXTS = frozenset(
    {
        *(
            "author",
            "approver",
            "by",
            "category",
            "cause",
            "channel",
            "clock",
            "decision",
            "department",
            "for",
            "grade",
        ),
        *("into", "kind", "notice", "person", "reason", "step", "text", "to"),
    }
)
"""Fields that are words, whatever the kind."""
LISTS = frozenset({"about", "clocks", "reasons"})
"""Fields that are lists of words."""
OF_THE_HOUSE = frozenset({"escalation", "tell", "due_at"})
"""Fields by which the house knows which step of a ladder it has done: nobody else writes them."""
_LONGEST = 100_000
_MOST_MONEY = 1e15

KINDS = frozenset({*(event for _, _, event in STAGES.edges()), *WITHOUT_A_MOVE, "merged", "unmerged"})
"""Every act."""


class Act(msgspec.Struct, frozen=True):
    """Something that somebody wants to do with a case. `at`: UTC epoch seconds of when it happened.

    `replaces`: the number of an entry that was wrong; this one stands in its place. `struck` takes it out.
    """

    kind: str
    author: str
    at: float
    fields: dict[str, Any] = {}
    replaces: int = 0


class Refused(BadInput):
    """An act that a rule forbids; the message says which, and what is possible."""


def entry_of(entries: Sequence[Entry], act: Act) -> Entry:
    """The entry that the act becomes, next in this log. Raises Refused."""
    if reason := _misshapen(act):
        raise Refused(reason)
    state = state_of(entries)
    reason = _unfit_correction(entries, act) if act.replaces or act.kind == "struck" else refusal(state, act)
    if reason:
        raise Refused(reason)
    entry = Entry(state.entries + 1, act.at, act.author, act.kind, act.fields, replaces=act.replaces)
    try:
        state_of([*entries, entry])
    except BrokenRule as error:  # it happened, as it is told, before something that must come first
        raise Refused(f"{act.kind} cannot have happened then: {error}") from None
    return entry


def refusal(state: CaseState, act: Act) -> str:
    """Why this cannot be done now; empty when it can."""
    return _unknown(act) or _out_of_turn(state, act) or _unfit(state, act) or _unready(state, act)


def next_acts(state: CaseState) -> tuple[str, ...]:
    """The acts that the tables allow now, those that move the stage first."""
    if state.link == "merged":
        return ("unmerged", "contact", "noted")
    moves = tuple(STAGES.moves.get(state.stage, {}))
    others = (kind for kind in WITHOUT_A_MOVE if state.is_open or kind not in WHILE_OPEN)
    return (*moves, "merged", *others) if state.stage != "new" else moves


def _unfit_correction(entries: Sequence[Entry], act: Act) -> str:
    """Why this correction cannot be. What moved a stage stays: others went on from there."""
    wrong = next((entry for entry in entries if entry.number == act.replaces), None)
    if wrong is None:
        return f"there is no entry {act.replaces} to correct"
    if wrong.kind not in WITHOUT_A_MOVE:
        return f"entry {wrong.number} is {wrong.kind}, which others went on from: it stays as it is"
    if wrong not in known_at(entries, max(entry.known_from for entry in entries)):
        return f"entry {wrong.number} was corrected already: correct the later one"
    if act.author == HOUSE:
        return "corrections are a person's to do"
    if act.kind == "struck":
        return "" if act.fields.get("reason") else "struck needs reason"
    if act.kind not in WITHOUT_A_MOVE:
        return f"{act.kind} cannot stand in the place of {wrong.kind}"
    return _unknown(act)


def _misshapen(act: Act) -> str:
    """Why its fields are none: what is written once is read for ever, by code that takes words for words."""
    for name, value in act.fields.items():
        if name in TEXTS and not isinstance(value, str):
            return f"{name} of {act.kind} is a text"
        if name in LISTS and not (isinstance(value, list | tuple) and all(isinstance(one, str) for one in value)):
            return f"{name} of {act.kind} is a list of texts"
        if name in OF_THE_HOUSE and act.author != HOUSE:
            return f"{name} of {act.kind} is the house's to write"
    try:
        size = len(msgspec.json.encode((act.author, act.fields)))
    except (TypeError, UnicodeEncodeError):
        return f"the fields of {act.kind} have what is no text"
    return f"the fields of {act.kind} are longer than {_LONGEST:,} bytes" if size > _LONGEST else ""


def _unknown(act: Act) -> str:
    if act.kind not in KINDS:
        return f"there is no act {act.kind}{nearest_hint(act.kind, KINDS)}"
    lacking = [field for field in FIELDS.get(act.kind, ()) if act.fields.get(field) in (None, "", [], ())]
    if lacking:
        return f"{act.kind} needs {' and '.join(lacking)}"
    if not act.author.strip():
        return f"{act.kind} needs an author"
    amount = act.fields.get("amount", 0)
    if not isinstance(amount, int | float) or isinstance(amount, bool) or not 0 <= amount <= _MOST_MONEY:
        return f"the amount of {act.kind} is a number, in the currency of the case"
    return ""


def _out_of_turn(state: CaseState, act: Act) -> str:
    allowed = next_acts(state)
    if act.kind in allowed:
        return ""
    if state.link == "merged":
        return f"it is merged into {state.into}: act there, or undo the merging"
    return f"{act.kind} cannot follow: the case is {state.stage}; possible now: {', '.join(allowed)}"


def _unfit(state: CaseState, act: Act) -> str:
    """Persons: recusal, a second pair of eyes, and what is no machine's to do."""
    if act.author == HOUSE and act.kind not in BY_THE_HOUSE:
        return f"{act.kind} is a person's to do"
    person = act.fields.get("person", "") if act.kind in ("dispatched", "handed_over") else act.author
    if act.kind in HANDLING | {"dispatched", "handed_over"} and person in state.interested:
        return f"{person} has an interest in the matter ({state.interested[person]}): somebody else handles it"
    if act.kind in ("approved", "returned") and act.author in (state.decider, state.investigator):
        return f"{act.author} investigated or decided it: a second person must agree"
    if act.kind == "reviewed" and act.author in (state.decider, state.investigator):
        return f"{act.author} investigated or decided it: somebody else reviews it"
    if act.kind == "extended" and act.fields["approver"] == act.author:
        return "somebody else must approve of more time"
    return ""


def _unready(state: CaseState, act: Act) -> str:
    match act.kind:
        case "first_feedback" | "investigated" | "reviewed" if not state.handler:
            return "nobody has taken it yet: taken comes first"
        case "notified" if state.stage == "decided" and state.four_eyes:
            return f"grade {state.grade} asks for a second person: approved comes first"
        case "refund_ordered" | "refunded" if float(act.fields["amount"]) > state.owed:
            return f"{state.owed:g} is owed by the decision, not {float(act.fields['amount']):g}"
        case "root_cause" if state.owed > 0:
            return f"{state.owed:g} was promised and has not gone back: refund_ordered comes first"
        case "merged" if not state.is_open:
            return f"it is {state.stage}: what is over is not merged"
    return ""
