"""The step `answer`: an answer of dialplans/answers, said as it is approved, with its values.

    in force today? ──▶ approved? (asked of the house) ──▶ said ──▶ then
          └─ no ──────────┴─ no ────── no value ─┴──▶ none

What is not said is a question without an answer: it goes on the list of the answers' editors. A key ends the words, and
counts for the very next question.
"""

from __future__ import annotations

from calls.causes import Outcome
from calls.events import PlaybackFinished
from ivr import commands
from ivr.answers import Answer
from ivr.events import LookupFinished
from ivr.machine import wishes
from ivr.machine.walk import Walk
from ivr.steps import ANSWER_STANDING, Line, SayAnswer

_WITHIN_S = 2.0
_LATE_S = 1.0


def enter(walk: Walk, step: SayAnswer) -> None:
    """Ask the house whether the answer is approved, if today is one of its days."""
    answer = walk.program.answers.get(step.answer)
    refused = "there is none" if answer is None else answer.refused(wishes.today(walk))
    if answer is None or refused:
        not_said(walk, step, refused)
        return
    attempt = walk.mint()
    body = {"answer": answer.name, "version": answer.version, "call_version": walk.session.version}
    walk.out.append(commands.Lookup(walk.session.call, attempt, "GET", ANSWER_STANDING, body, _WITHIN_S))
    walk.wait("consult", attempt, _WITHIN_S + _LATE_S)


def on_standing(walk: Walk, step: SayAnswer, event: LookupFinished) -> None:
    """Take the house's word: say it, or go on without. Anything but a clear yes is a no."""
    session, answer = walk.session, walk.program.answers.get(step.answer)
    session.awaits = None
    told = event.value.get("refused") if event.outcome == "ok" and isinstance(event.value, dict) else None
    if answer is None or told != "":
        not_said(walk, step, str(told or f"its approval is not known: {event.outcome}"))
        return
    why = walk.say_all((Line(answer.phrase),))
    if why:
        not_said(walk, step, why)
    else:
        walk.wait("say")


def on_said(walk: Walk, step: SayAnswer, event: PlaybackFinished) -> None:
    """Go on after the words."""
    walk.session.playing = None
    if event.outcome is Outcome.FAILED:
        walk.note(f"not played: {event.detail}".rstrip(": "))
    walk.leave(_named(walk, step, "said"), step.then)


def on_key(walk: Walk, step: SayAnswer, key: str) -> None:
    """Skip the rest of the words by a key, which is kept for the question that follows."""
    if walk.session.playing is None:
        return
    walk.session.keys += key
    walk.session.ahead += key
    walk.leave(_named(walk, step, "skipped"), step.then)


def not_said(walk: Walk, step: SayAnswer, why: str) -> None:
    """Go on without the answer; the caller's question, if they said one, is told to the editors."""
    session = walk.session
    if session.question:
        walk.unanswered(session.question, "not_said", step.answer)
    walk.note(why)
    walk.leave(_named(walk, step, "not said"), step.none)


def _named(walk: Walk, step: SayAnswer, outcome: str) -> str:
    answer: Answer | None = walk.program.answers.get(step.answer)
    return f"{outcome}: {step.answer} {answer.version if answer is not None else ''}".rstrip()
