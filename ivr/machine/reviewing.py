"""Reviewing: in doubt a person sees what would be said next, and the caller hears one moment, then music.

    judged ──propose──▶ reviewing ──approved, edited──▶ said, as if it had been understood so
                           ├─ declined ──▶ a wrong answer
                           └─ nobody there, or not in time ──▶ the usual way

What would be said is found by walking on with a copy of the session. Keys work meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

from calls.commands import StartMusic, StopMusic
from ivr.commands import Candidate, EndProposal, ProposeAnswer
from ivr.events import AnswerReviewed, Understood
from ivr.machine import wishes
from ivr.machine.walk import Walk
from ivr.steps import Understand

_SEEN_WITHIN_S = 5.0
"""Whether anybody is there to look is known at once."""


def propose(
    walk: Walk,
    step: Understand,
    judged: Understood,
    intents: Sequence[str],
    decision: Literal["answered", "asked"],
    turn: Callable[[Walk, str], None],
) -> None:
    """Let a person see what comes next with each of `intents`, the likeliest first; `turn` takes one up."""
    session, wish = walk.session, walk.session.wish
    candidates = tuple(_candidate(walk, intent, turn) for intent in intents)
    wish.proposed, wish.doubt = list(intents), decision
    attempt = walk.mint()
    walk.out.append(
        ProposeAnswer(
            session.call,
            attempt,
            session.language,
            wish.heard,
            decision,
            judged.score,
            judged.margin,
            candidates,
            step.review_s,
        )
    )
    walk.wait("review", attempt, _SEEN_WITHIN_S)


def opened(walk: Walk, step: Understand) -> None:
    """Somebody can see it: the caller hears one moment, and the time runs."""
    if walk.say(step.review) is None:
        _music(walk)
    walk.wait_on(walk.session.awaits, step.review_s)


def on_played(walk: Walk) -> None:
    """The words are through: music, until somebody has looked."""
    walk.session.playing = None
    if walk.session.awaits is not None:
        _music(walk)


def over(walk: Walk, event: AnswerReviewed | None, *, lapsed: bool = False) -> None:
    """No more waiting: for a key, at the end of the time, or with the answer."""
    session, wish = walk.session, walk.session.wish
    if event is None and session.awaits is not None:
        walk.out.append(EndProposal(session.call, session.awaits, lapsed))
    session.awaits = None
    walk.hush()
    wish.proposed = []
    if wish.music:
        walk.out.append(StopMusic(session.leg, walk.mint()))
        wish.music = False


def resume(walk: Walk) -> None:
    """A new controller has found the caller still up: what they hear is unknown, the proposal stands."""
    walk.session.playing = None
    if walk.session.awaits is not None:
        _music(walk)


def _candidate(walk: Walk, intent: str, turn: Callable[[Walk, str], None]) -> Candidate:
    return Candidate(intent, wishes.name_of(walk, intent), walk.foretell(lambda ahead: turn(ahead, intent)))


def _music(walk: Walk) -> None:
    walk.session.wish.music = True
    walk.out.append(StartMusic(walk.session.leg, walk.mint()))
