"""The audit log of a case: each thing that happened to it is one entry, and its state is computed from these alone.

Used by the stages and the clocks of cases; `hotline.store` keeps the log, chained by hashes.

What was written stays. What turns out to be wrong is put right by a later entry that `replaces` it, so the log says
what was known when: `known_at` gives the entries as they stood at an instant, and as they are known now.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

KINDS = {
    "opened": "it came in: fields channel, call",
    "contact": "a sign of life of the customer, by whichever channel: field channel",
    "accepted": "somebody took it on",
    "graded": "fields category, grade, reasons",
    "regraded": "its category or grade changed: fields category, grade, reason",
    "dispatched": "to a department: fields department, person",
    "handed_over": "from one department to another: fields department, person",
    "taken": "a person there takes it on",
    "first_feedback": "the customer was told that we are at it, and what comes next",
    "investigated": "what happened was found out",
    "decided": "fields decision, amount",
    "notified": "the customer was told of the decision",
    "review_asked": "the customer asks for a review of the decision",
    "reviewed": "the review is decided: field decision",
    "refund_ordered": "money is to go back: field amount",
    "refunded": "money went back: field amount",
    "root_cause": "why it came to this: field cause",
    "followed_up": "a follow-up call or visit took place",
    "waiting": "the work waits: field for, of customer, department, regulator",
    "resumed": "the work goes on",
    "extended": "a clock got more time: fields clock, to or by, approver, notice, reason",
    "closed": "done",
    "withdrawn": "the customer takes it back",
    "reopened": "it is taken up again: its clocks are new ones",
    "merged": "into another case, where its matter goes on: field into",
    "unmerged": "the merging was undone: its clocks go on",
    "transferred": "to somebody outside whose matter it is: field to",
    "recused": "a person steps back, who has an interest in the matter: fields person, reason",
    "returned": "a second person does not agree: field reason",
    "approved": "a second person agrees to a step: field step",
    "noted": "anything else that somebody wrote down",
    "struck": "the entry that it replaces never happened",
}
"""The kinds of entries, and what each means. Conditions of clocks name them, so lint knows all of them."""


class Entry(msgspec.Struct, frozen=True):
    """One thing that happened to a case. Instants are UTC epoch seconds.

    `number` counts from 1 within the case, in the order of writing. `at`: when it happened. `author`: who wrote it, a
    person's name, or `house`. `written_at`: when it was written down, if that was later than it happened.
    `replaces`: the number of an earlier entry that this one stands in the place of; 0: none.
    """

    number: int
    at: float
    author: str
    kind: str
    fields: dict[str, Any] = {}
    written_at: float | None = None
    replaces: int = 0

    @property
    def known_from(self) -> float:
        """When it was written down."""
        return self.at if self.written_at is None else self.written_at


def known_at(entries: Iterable[Entry], instant: float) -> list[Entry]:
    """The entries that were written by `instant`, without those that were replaced by then, as they happened.

    Entries of one moment keep the order of their numbers. A correction that was struck puts nothing right. What happens
    after `instant` is among them only where it was written before it happens.
    """
    log = entries if isinstance(entries, Sequence) else list(entries)
    plain: list[Entry] = []
    latest = float("-inf")
    for entry in log:
        if (entry.at if entry.written_at is None else entry.written_at) > instant:
            continue
        if entry.replaces or entry.at < latest:
            return _put_right(log, instant)
        latest = entry.at
        plain.append(entry)
    return plain  # as most logs are: nothing was put right, and all is in the order of time


def _put_right(entries: Sequence[Entry], instant: float) -> list[Entry]:
    struck: set[int] = set()
    replaced: set[int] = set()
    standing: list[Entry] = []
    # from the last to the first, for a later entry decides on an earlier one; what was struck replaces nothing
    for entry in sorted((one for one in entries if one.known_from <= instant), key=_number, reverse=True):
        if entry.number in struck:
            continue
        (struck if entry.kind == "struck" else replaced).add(entry.replaces)
        if entry.kind != "struck" and entry.number not in replaced:
            standing.append(entry)
    return sorted(standing, key=lambda entry: (entry.at, entry.number))


def _number(entry: Entry) -> int:
    return entry.number
