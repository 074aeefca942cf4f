"""Results of a try: the network's by one table for all switches, and what agents say of a talk."""

from typing import Literal

import msgspec

from calls.causes import Cause

NetworkResult = Literal[
    "busy",
    "no_answer",
    "invalid_number",
    "switched_off",
    "rejected",
    "unwanted",
    "blocked",
    "congestion",
    "out_of_service",
    "given_up",
    "failed",
]
"""How a try ended that nobody answered. `out_of_service`: our side could not place it, and the number is not to blame.
`given_up`: we withdrew it ourselves."""
AnsweredResult = Literal["machine", "silence", "taken_for_machine", "abandoned", "hung_up", "flow_done", "talked"]
"""How a try ended that was answered, where no agent has said more. `hung_up`: by the person, before an agent or the
prompt was there and before they would have counted as abandoned. `taken_for_machine`: by detection, and it is known
that it was a person, who was abandoned."""

BY_CAUSE: dict[Cause, NetworkResult] = {
    Cause.NORMAL: "failed",  # an end without a reason, and nobody had answered
    Cause.BUSY: "busy",
    Cause.NO_ANSWER: "no_answer",
    Cause.REJECTED: "rejected",
    Cause.UNREACHABLE: "switched_off",
    Cause.CANCELLED: "given_up",
    Cause.CONGESTION: "congestion",
    Cause.NO_TRUNK: "out_of_service",
    Cause.TRANSFERRED: "failed",
    Cause.LOST: "failed",  # it may have rung while nobody of ours was there: the try is used
    Cause.FORWARDED: "rejected",  # a diversion is never followed
    Cause.INVALID_NUMBER: "invalid_number",
    Cause.SWITCHED_OFF: "switched_off",
    Cause.UNWANTED: "unwanted",
    Cause.BLOCKED: "blocked",
    Cause.WRONG_CREDENTIALS: "out_of_service",
    Cause.TIMED_OUT: "failed",
    Cause.TRUNK_UNREACHABLE: "out_of_service",
    Cause.FAILED: "failed",
}
"""Of every cause; `calls.sip_causes` says which SIP answer comes to which cause, on both switches alike."""
NOT_PLACED: frozenset[NetworkResult] = frozenset({"out_of_service"})
"""The person's phone never knew of it: no try of the budget is used."""
ABANDONED: frozenset[str] = frozenset({"abandoned", "taken_for_machine"})
"""The person counts as abandoned, in the ledger, the report and the pacing alike."""
END_OF_NUMBER: frozenset[NetworkResult] = frozenset({"invalid_number"})
"""This number is not tried again."""

Meaning = Literal["reached", "again", "refused", "wrong_number", "callback"]
"""What a disposition does, whatever the site calls it. `reached`: the campaign is done with the person. `again`: by the
retry rules. `refused`: no more calls, and on the do-not-call list at once. `wrong_number`: this number is not the
person's. `callback`: they are called again at the time that the agent noted, by that agent where asked."""


class Disposition(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One word by which agents say what came of a talk."""

    name: str
    meaning: Meaning = "reached"
    title: str = ""
    code: str = ""
    """The digits by which a phone says it, behind the star code for dispositions."""
    effective: bool = True
    """Whether the talk counts as an effective one where frequencies are counted."""
    case: str = ""
    """The category of the case that is opened; empty: none."""
