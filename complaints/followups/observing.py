"""What a campaign did with the person of a follow-up, as events of the follow-up's table, in the order of their times.

The campaign's rows are the truth: the same rows again are no new events, so a look after a kill goes on where the one
before stopped.
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import msgspec

from complaints.followups.table import FollowUpEvent

ContactEnd = Literal["", "reached", "spent", "refused", "denied"]


class Try(msgspec.Struct, frozen=True):
    """A try that is over. Instants are UTC epoch seconds; None where it did not come so far. `call` is its id."""

    attempt: str
    verdict: str
    rule: str
    asked_at: float
    placed_at: float | None
    answered_at: float | None
    ended_at: float | None
    result: str
    call: str


class Observed(NamedTuple):
    """An event of the follow-up, when it happened, and what it was."""

    event: FollowUpEvent
    at: float
    detail: str


def observed(
    tries: Sequence[Try], end: ContactEnd, detail: str, said: Literal["", "some", "refused"], now: float
) -> list[Observed]:
    """The events of tries that were not seen before, the oldest first, and of the contact's end.

    `end` is the state of the contact where it is an end, with the campaign's own word for it in `detail`; `said`: what
    the person has keyed over all their calls.
    """
    found: list[Observed] = []
    for place, one in enumerate(tries):
        last = end != "" and place == len(tries) - 1
        if one.placed_at is None:
            continue
        at = one.ended_at or one.answered_at or one.placed_at
        found.append(Observed("placed", one.placed_at, one.attempt))
        if one.answered_at is None:
            found.append(Observed("not_answered", at, one.result))
            continue
        found.append(Observed("answered", one.answered_at, one.call))
        if not (last and end in ("reached", "refused")):
            found.append(Observed("not_answered", at, one.result))
    at = max((one.ended_at or one.asked_at for one in tries), default=now)
    match end:
        case "":
            pass
        case "denied":
            found.append(Observed("denied", at, detail))
        case "refused":
            found.append(Observed("refused", at, detail))
        case _ if said == "refused":
            found.append(Observed("refused", at, "by the questionnaire"))
        case _ if said == "some":
            found.append(Observed("results", at, detail))
        case "reached":
            found.append(Observed("said_nothing", at, detail))
        case "spent":
            found.append(Observed("spent", at, detail))
    return found
