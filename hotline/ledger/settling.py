"""Settling is a walk of an attempt through its states: by the table MOVES, which also says what comes too late."""

from dialer.governor.history import PastCall, State
from hotline.ledger.port import LONGEST_HOLD_S, Attempt, Outcome, Settlement

MOVES: dict[State, frozenset[State]] = {
    "reserved": frozenset({"attempted", "answered", "effective", "abandoned", "blocked", "released"}),
    "attempted": frozenset({"answered", "effective", "abandoned", "blocked"}),
    "answered": frozenset({"effective", "abandoned"}),
    "effective": frozenset(),
    "abandoned": frozenset(),
    "blocked": frozenset(),
    # Never dialled, or expired: if it was dialled after all, it counts.
    "released": frozenset({"attempted", "answered", "effective", "abandoned", "blocked"}),
}
"""More may become known of a call, never less: a settlement outside of the table changes no state, but for one that
corrects what was said of a talk."""

SLACK_S = LONGEST_HOLD_S
"""A call may be dialled so long after it was reserved: a history is found by the latter, and counts by the former."""
CLOCKS_APART_S = 60.0
"""So far may the clock of somebody who tells of a call be behind ours."""
LONGEST_CALL_S = 4 * 3600.0
"""A call that is said to be up, and of which nothing more is heard, holds its caller id's channel so long."""


def state_at(attempt: Attempt, now: float) -> State:
    """The state as it counts at `now`: a reservation past its deadline is released, whether that is written yet."""
    return "released" if attempt.state == "reserved" and attempt.expires_at <= now else attempt.state


def holds_channel(attempt: Attempt, now: float) -> bool:
    """Whether its caller id has one channel less for it."""
    return attempt.open and attempt.expires_at > now


def settle(attempt: Attempt, told: Settlement, now: float) -> Outcome:
    """Changes the attempt by what is told of it."""
    before = (attempt.state, *_details(attempt))
    was = state_at(attempt, now)
    if was != attempt.state:
        attempt.state, attempt.expired = was, True
    moves = told.state in MOVES[was] or (told.corrects and (was, told.state) == ("effective", "answered"))
    if not moves and told.state != was:
        attempt.open = attempt.open and not told.ended
        return "kept"
    late = moves and was == "released"
    if moves:
        attempt.state = told.state
        attempt.late = attempt.late or late
    _fill(attempt, told, now)
    if (attempt.state, *_details(attempt)) == before:
        return "repeated"
    attempt.settled_at = now
    return "late" if late else "settled"


def _fill(attempt: Attempt, told: Settlement, now: float) -> None:
    if told.at is not None:
        attempt.dialled_at = at = _credible(told.at, attempt, now)
        if at > attempt.at + SLACK_S:  # long after it expired: else no history would find it by its time
            attempt.at = at
    if told.talked_until:
        attempt.talked_until = max(attempt.talked_until, _credible(told.talked_until, attempt, now))
    elif attempt.state == "effective" and not attempt.talked_until:
        attempt.talked_until = now
    attempt.result = told.result or attempt.result
    attempt.call = attempt.call or told.call
    attempt.recording = told.recording or attempt.recording
    attempt.agent = attempt.agent or told.agent
    if told.ended:
        attempt.open = False
    elif attempt.settled_at is None or attempt.open:  # one that has ended does not begin again
        attempt.open = True
        attempt.expires_at = max(attempt.expires_at, now + LONGEST_CALL_S)


def _credible(told: float, attempt: Attempt, now: float) -> float:
    """The instant as it counts. A call that was reserved here was dialled no sooner, and nothing of it is days away: an
    asker who tells of 1970, or in milliseconds, would else take the call out of every count, or bar the number for
    ever."""
    if attempt.origin != "import" and told < attempt.at - CLOCKS_APART_S:
        return attempt.at
    return told if told <= now + SLACK_S else max(now, attempt.at)


def _details(attempt: Attempt) -> tuple[object, ...]:
    return (
        *(attempt.dialled_at, attempt.talked_until, attempt.result, attempt.call, attempt.recording, attempt.agent),
        attempt.open,
    )


def past(attempt: Attempt) -> PastCall:
    """The attempt as the governor sees it."""
    return PastCall(
        at=attempt.at if attempt.dialled_at is None else attempt.dialled_at,
        state=attempt.state,
        number=attempt.number,
        person=attempt.person,
        account=attempt.account,
        scene=attempt.scene,
        category=attempt.category,
        channel=attempt.channel,
        campaign=attempt.campaign,
        talked_until=attempt.talked_until,
        result=attempt.result,
    )
