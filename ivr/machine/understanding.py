"""The step `understand`: what the caller wants in their own words, with a key for everything.

    open ──said──▶ judged ──answered──▶ values ──all there, and right──▶ leave
      ▲              ├─ asked ──▶ between ──one of two──▶ values
      └── unclear ───┘  (tries left; else leave: the menu)

The judgement comes from outside (`ivr.commands.Understand`), so that a replay has the same. What follows is here:
values are taken from what was said, asked for, read back and corrected. A word of complaint, or a raised voice, leaves
at once. Keys work in each place: the step's own at the open question, 1 and 2 for "this, or that?" and for right and
wrong, figures for a value.
"""

from __future__ import annotations

from typing import Literal

from calls.events import SpeechHeard
from calls.ids import AttemptId
from ivr import commands
from ivr.commands import CameOf
from ivr.events import AnswerReviewed, Understood
from ivr.machine import asking, reviewing, wishes
from ivr.machine.session import Wish
from ivr.machine.walk import Walk
from ivr.steps import Understand
from understanding.entities import found, keyed
from understanding.wishes import complains, which, yes_or_no

_JUDGED_WITHIN_S = 5.0
_LATE_EAR_S = 5.0
_FIRST, _SECOND = "1", "2"


def on_heard(walk: Walk, step: Understand, event: SpeechHeard) -> None:
    """Take speech: some is being said, some was said, or none was in time."""
    session = walk.session
    if not event.final:
        walk.hush()
        walk.wait_on(session.awaits, step.max_s + _LATE_EAR_S)
        return
    session.awaits = None
    said = event.text.strip()
    if not said:
        asking.silent(walk, step)
        return
    session.wish.heard = said
    complaint = complains(said, walk.program.intents.complaint_words)
    if step.complaint and (complaint or (step.raised and event.raised)):
        if not complaint:
            walk.note("a raised voice")
        _tell(walk, "complaint")
        walk.leave("complaint", step.complaint)
    elif event.confidence < step.confidence:
        _tell(walk, "unsure")
        asking.wrong(walk, step)
    else:
        _take(walk, step, said)


def on_understood(walk: Walk, step: Understand, event: Understood) -> None:
    """Take the judgement: go on with the intent, ask back, or ask anew."""
    session, wish = walk.session, walk.session.wish
    session.awaits = None
    walk.note(_told(event))
    was_between, wish.between = wish.between, []
    possible = [key for key in (event.intent, event.second) if key in step.leads]
    one_of_two = event.intent in was_between and event.decision != "handed_over"
    if one_of_two or (event.decision == "answered" and event.intent in step.leads):
        _tell(walk, "answered", event)
        if step.review_s and walk.program.intents.intents[event.intent].review:
            _propose(walk, step, event, [event.intent], "answered")
        else:
            _take_up(walk, step, event.intent)
    elif event.decision == "asked" and len(possible) == 2 and not was_between:
        _tell(walk, "asked", event)
        if step.review_s:
            _propose(walk, step, event, possible, "asked")
        else:
            _ask_back(walk, step, possible)
    else:
        _tell(walk, "handed_over", event)
        if not event.detail:  # it was judged, and nobody has an answer to it
            walk.unanswered(wish.said, "not_understood", near=event.near)
        wish.said = ""
        asking.wrong(walk, step)


def on_reviewed(walk: Walk, step: Understand, event: AnswerReviewed) -> None:
    """Take a person's word on what would be said, or that nobody is there to give one."""
    match event.outcome:
        case "opened":
            reviewing.opened(walk, step)
        case "nobody":
            _unreviewed(walk, step, event)
        case "approved":
            reviewing.over(walk, event)
            walk.note(f"{'edited' if event.text else 'approved'} {event.intent}")
            walk.instead = event.text
            _take_up(walk, step, event.intent)
        case "declined":
            reviewing.over(walk, event)
            walk.note("declined")
            walk.session.wish.said = ""
            asking.wrong(walk, step)


def on_key(walk: Walk, step: Understand, key: str) -> None:
    """Take one key, in any place, also while a judgement or a person's word is awaited."""
    session, wish = walk.session, walk.session.wish
    if session.playing is not None and not step.barge_in:
        return
    session.keys += key
    where = wishes.place(walk)
    if where == "open":
        if session.phase == "understanding":
            session.awaits = None
        elif session.phase == "reviewing":
            reviewing.over(walk, None)
        asking.choice(walk, step, key)
        if walk.successor is None and session.typed:
            walk.hush()
        return
    asking.close_ear(walk, step)
    if where == "slot":
        _figure(walk, step, key)
    elif key not in (_FIRST, _SECOND):
        asking.wrong(walk, step)
    elif where == "between":
        _take_up(walk, step, wish.between[key == _SECOND])
    else:
        _confirmed(walk, step, right=key == _FIRST)


def on_due(walk: Walk, step: Understand) -> None:
    """Take the end of the time for the next key, for speech, or for the judgement."""
    session = walk.session
    if session.phase == "understanding" and session.awaits is not None:
        session.awaits = None
        walk.note("not judged in time")
        _tell(walk, "handed_over")
        asking.wrong(walk, step)
    elif session.phase == "reviewing" and session.awaits is not None:
        walk.note("not looked at in time")
        _unreviewed(walk, step, None)
    elif session.typed and wishes.place(walk) == "slot":
        _keyed(walk, step)
    elif session.typed in step.keys:
        session.question = ""
        walk.leave(session.typed, step.keys[session.typed])
    elif session.typed:
        asking.wrong(walk, step)
    else:
        asking.silent(walk, step)


def _take(walk: Walk, step: Understand, said: str) -> None:
    wish = walk.session.wish
    where = wishes.place(walk)
    if where == "open":
        _judge(walk, said)
    elif where == "between":
        chosen = which(said, wishes.names(walk))
        if chosen is None:
            _judge(walk, said)
        else:
            _tell(walk, "chosen")
            _take_up(walk, step, wish.between[chosen])
    else:
        _value_said(walk, step, said, confirming=where == "confirming")


def _judge(walk: Walk, said: str) -> None:
    session = walk.session
    walk.hush()
    session.wish.said = f"{session.wish.said} {said}".strip() if session.wish.between else said
    attempt = walk.mint()
    walk.out.append(commands.Understand(session.call, attempt, session.version, said))
    walk.wait("understand", attempt, _JUDGED_WITHIN_S)


def _take_up(walk: Walk, step: Understand, intent: str) -> None:
    """Go on with an intent; values that were said with it need not be asked for."""
    session, said = walk.session, walk.session.wish.said
    session.question = said
    session.wish = Wish(intent=intent)
    session.silences = session.wrongs = 0
    book = walk.program.intents
    for slot in book.intents[intent].slots:
        value = found(slot, said, wishes.today(walk), book.products, asked=False) if said else None
        session.frame.values[slot.name] = value
    _next(walk, step)


def _ask_back(walk: Walk, step: Understand, possible: list[str]) -> None:
    walk.session.wish.between = possible
    asking.ask(walk, step)


def _propose(
    walk: Walk, step: Understand, event: Understood, intents: list[str], decision: Literal["answered", "asked"]
) -> None:
    reviewing.propose(walk, step, event, intents, decision, lambda ahead, intent: _take_up(ahead, step, intent))


def _unreviewed(walk: Walk, step: Understand, event: AnswerReviewed | None) -> None:
    """Go the usual way: nobody is there to look, or nobody has in time."""
    wish = walk.session.wish
    proposed, doubt = wish.proposed, wish.doubt
    reviewing.over(walk, event, lapsed=event is None)
    if doubt == "asked":
        _ask_back(walk, step, proposed)
    else:
        _take_up(walk, step, proposed[0])


def _tell(walk: Walk, came_of: CameOf, event: Understood | None = None) -> None:
    """Tell the house what was said, and what came of it."""
    session, wish = walk.session, walk.session.wish
    judged = event or Understood(session.call, AttemptId(""), "handed_over", wish.intent)
    walk.out.append(
        commands.TurnTaken(
            session.call,
            wish.heard,
            came_of,
            judged.intent,
            judged.second,
            judged.score,
            judged.margin,
        )
    )


def _next(walk: Walk, step: Understand) -> None:
    """Ask for the next value that is missing, read back the next that is not sure, or leave."""
    session, wish = walk.session, walk.session.wish
    if values := wishes.values(walk):
        walk.out.append(commands.ValuesTaken(session.call, values))
    for slot in walk.program.intents.intents[wish.intent].slots:
        missing = session.frame.values.get(slot.name) is None
        if missing or (slot.confirm and slot.name not in wish.sure):
            wish.slot, wish.confirming = slot.name, not missing
            session.asked = 0
            asking.ask(walk, step)
            return
    if step.into:
        session.frame.values[step.into] = wish.intent
    walk.leave(f"understood {wish.intent}", step.leads[wish.intent])


def _value_said(walk: Walk, step: Understand, said: str, *, confirming: bool) -> None:
    session, slot = walk.session, wishes.slot(walk)
    value = found(slot, said, wishes.today(walk), walk.program.intents.products)
    answer = yes_or_no(said)
    if value is not None and not (confirming and answer and value == session.frame.values.get(slot.name)):
        session.frame.values[slot.name] = value
        _tell(walk, "value")
        _next(walk, step)
    elif confirming and answer is not None:
        _tell(walk, "value")
        _confirmed(walk, step, right=answer)
    else:
        _tell(walk, "no_value")
        asking.wrong(walk, step)


def _confirmed(walk: Walk, step: Understand, *, right: bool) -> None:
    session, wish = walk.session, walk.session.wish
    if right:
        wish.sure.append(wish.slot)
        session.silences = session.wrongs = 0
    else:
        session.frame.values[wish.slot] = None
    _next(walk, step)


def _figure(walk: Walk, step: Understand, key: str) -> None:
    session, slot = walk.session, wishes.slot(walk)
    if key == step.end_key:
        if session.typed:
            _keyed(walk, step)
        else:
            asking.silent(walk, step)
    elif key in "*#":
        asking.ask(walk, step)  # from the beginning
    else:
        walk.hush()
        session.typed += key
        if slot.kind == "digits" and len(session.typed) >= slot.length[1]:
            _keyed(walk, step)
        else:
            walk.wait_on(None, step.between_keys_s)


def _keyed(walk: Walk, step: Understand) -> None:
    session, slot = walk.session, wishes.slot(walk)
    value = keyed(slot, session.typed, wishes.today(walk), walk.program.intents.products)
    if value is None:
        asking.wrong(walk, step)
        return
    session.frame.values[slot.name] = value
    _next(walk, step)


def _told(event: Understood) -> str:
    """What the log of the step says of a judgement: never what was said."""
    if event.detail:
        return f"not judged: {event.detail}"
    words = [f"{event.decision} {event.intent} {event.score:.2f}", f"margin {event.margin:.2f} over {event.second}"]
    return ", ".join([*words, event.turn.replace("_", " ")] if event.turn else words)
