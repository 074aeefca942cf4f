"""Steps that ask: menu, collect, listen, survey. Their prompt, keys, silence, wrong keys, tries, and what follows.

    prompt ──key──▶ keys ──complete──▶ leave
      │               │ └─ no such ──▶ wrong ──tries left──▶ prompt (short)
      └─ silence ─────┴──▶ no input ──tries left──▶ prompt (short); else leave

A key stops the prompt at once, unless `barge_in` is off: then keys count from the prompt's end. So does speech in a
`listen`: its ear is open beside the prompt, or, with `barge_in` off, from the prompt's end. Where it
fails, keys remain.
"""

import re

from calls.causes import Outcome
from calls.commands import Listen as OpenEar
from calls.commands import Stop
from calls.events import CommandFailed, PlaybackFinished, SpeechHeard
from calls.ids import CallId
from ivr.checks import passes
from ivr.commands import CheckSecret, QuestionAnswered, SurveyAnswered
from ivr.events import SecretChecked
from ivr.machine import wishes
from ivr.machine.walk import Walk
from ivr.steps import Asking, Collect, Lines, Listen, Menu, Retry, Survey, Understand

_CHECK_WITHIN_S = 5.0
_LATE_EAR_S = 5.0  # a recogniser that has not answered so long after its own limit never will


def enter(walk: Walk, step: Asking) -> None:
    """Enter the step: ask, unless the answer is keyed already."""
    session = walk.session
    session.owed = False  # the caller is here and goes on
    if isinstance(step, Collect) and step.secret and session.hidden != step.into:
        walk.hide(step.into, star=_star(step))
        session.ahead = ""  # pressed when it was not yet hidden: not for this step
    ahead, session.ahead = session.ahead, ""
    if ahead and not step.barge_in:  # a question that must be heard to its end is not answered before it
        ahead = ""
        if isinstance(step, Collect) and step.secret:
            walk.hide(step.into, star=_star(step))  # the vault forgets that key, too
    if not ahead:
        ask(walk, step)
        return
    walk.wait("ask")
    for key in ahead:
        if session.phase != "asking" or walk.successor is not None:
            break
        on_key(walk, step, key)


def resume(walk: Walk, step: Asking) -> None:
    """Resume after a restart: the vault and the prompt are gone, so ask anew, with the tries that are left."""
    session = walk.session
    session.typed = ""
    session.asked = max(0, session.asked - 1)  # the same words as before
    if isinstance(step, Collect) and step.secret:
        walk.hide(step.into, star=_star(step))
    ask(walk, step)


def on_key(walk: Walk, step: Asking, key: str) -> None:
    """Take one key, while asking or confirming."""
    session = walk.session
    if session.phase == "asking" and session.playing is not None and not step.barge_in:
        return
    session.keys += key
    if session.phase == "confirming":
        _confirmed(walk, step, key)
        return
    if isinstance(step, Collect):
        _digit(walk, step, key)
    else:
        choice(walk, step, key)
    if walk.successor is None and session.typed and session.phase == "asking":
        walk.hush()


def on_played(walk: Walk, step: Asking, event: PlaybackFinished) -> None:
    """Take the end of the prompt: now the time for an answer runs."""
    session = walk.session
    session.playing = None
    if event.outcome is Outcome.FAILED:
        walk.note(f"not played: {event.detail}".rstrip(": "))
    if session.typed:
        return
    listen = _listens_beside_prompt(step)
    if isinstance(step, Listen | Understand) and session.deaf == "failed":
        _name_keys(walk, step, step.by_keys)
    elif session.deaf:
        walk.wait_on(None, step.first_key_s)
    elif listen is None:
        _await(walk, step)
    elif session.awaits is None:  # an ear that failed, of a session that older code has kept
        walk.wait_on(None, step.first_key_s)
    elif session.due_at is None:  # nothing was said yet: from here on silence counts
        walk.wait_on(session.awaits, listen.max_s)


def on_due(walk: Walk, step: Asking) -> None:
    """Take the end of the time for the next key, the recogniser or the vault."""
    session = walk.session
    if session.phase == "checking":
        walk.note("check not answered")
        wrong(walk, step)
    elif not session.typed:
        silent(walk, step)
    elif isinstance(step, Collect) and session.phase == "asking":
        _complete(walk, step)
    elif isinstance(step, Menu) and session.typed in (keys := _keys(step)):
        _choose(walk, session.typed, keys[session.typed])
    else:
        wrong(walk, step)


def on_heard(walk: Walk, step: Listen, event: SpeechHeard) -> None:
    """Take speech: some is being said, some was said, or none was in time."""
    session = walk.session
    if not event.final:
        walk.hush()
        walk.wait_on(session.awaits, step.max_s + _LATE_EAR_S)
        return
    session.awaits = None
    said = event.text.casefold().strip()
    if not said:
        silent(walk, step)
        return
    if step.into:
        session.frame.values[step.into] = event.text
    if event.confidence >= step.confidence:
        for answer in step.answers:
            if any(_says(said, word.casefold()) for word in answer.hears):
                walk.leave("heard", answer.then)
                return
    wrong(walk, step)


def on_ear_failed(walk: Walk, step: Listen | Understand, event: CommandFailed) -> None:
    """Go on without a recogniser: keys remain, and the caller is told, after the prompt if that goes on.

    Who has spoken and was not heard in time hears the question again, where no words name the keys.
    """
    session = walk.session
    walk.note(f"not listening: {event.reason}")
    if session.playing is not None:
        session.deaf = "failed"
        walk.wait_on(None, None)
        return
    _name_keys(walk, step, step.by_keys or (step.again if event.reason == "deadline" else ()))


def on_checked(walk: Walk, step: Collect, event: SecretChecked) -> None:
    """Take the vault's word on hidden digits, while checking."""
    if event.ok:
        walk.leave("collected", step.then)
    else:
        wrong(walk, step)


def _name_keys(walk: Walk, step: Listen | Understand, lines: Lines) -> None:
    """Say which keys there are; no ear is opened beside it, nor after it."""
    walk.session.deaf = "told"
    walk.wait_on(None, None if walk.say(lines) is not None else step.first_key_s)


def ask(walk: Walk, step: Asking, first: Lines = ()) -> None:
    """Ask: say `first` and the prompt in one go, and listen for keys."""
    session = walk.session
    session.typed = ""
    session.deaf = ""
    lines = step.lines if session.asked == 0 else step.again
    if isinstance(step, Understand):
        lines = wishes.lines(walk, step) or lines
    session.asked += 1
    session.move("ask")
    _prompted(walk, step, walk.say(first, lines) is not None)


def _prompted(walk: Walk, step: Asking, sounds: bool) -> None:
    if not sounds:
        walk.hush()
        _await(walk, step)
    elif (listen := _listens_beside_prompt(step)) is not None:
        _open_ear(walk, listen, patient=True)
    else:
        walk.wait_on(None, None)


def _await(walk: Walk, step: Asking) -> None:
    """Wait in silence: open the ear of a `listen`, or give the first key its time."""
    if isinstance(step, Listen | Understand):
        _open_ear(walk, step, patient=False)
    else:
        walk.wait_on(None, step.first_key_s)


def _listens_beside_prompt(step: Asking) -> Listen | Understand | None:
    """Return the step if speech, too, may stop its prompt."""
    return step if isinstance(step, Listen | Understand) and step.barge_in else None


def _open_ear(walk: Walk, step: Listen | Understand, *, patient: bool) -> None:
    attempt = walk.mint()
    if isinstance(step, Understand):
        hints = wishes.hints(walk, step)
    else:
        hints = tuple(word for answer in step.answers for word in answer.hears)
    walk.out.append(OpenEar(walk.session.leg, attempt, walk.session.language, hints, step.max_s, patient))
    walk.wait_on(attempt, None if patient else step.max_s + _LATE_EAR_S)


def _keys(step: Menu) -> dict[str, str]:
    return {**step.global_keys, **step.keys}


def choice(walk: Walk, step: Asking, key: str) -> None:
    """Take a key of a menu, a survey or a listen: choices of one or more figures, longest match."""
    session = walk.session
    if isinstance(step, Menu):
        keys = _keys(step)
    elif isinstance(step, Listen):
        keys = {**step.global_keys, **{answer.key: answer.then for answer in step.answers if answer.key}}
    elif isinstance(step, Survey):
        keys = {**step.global_keys, **_scores(step)}
    elif isinstance(step, Understand):
        keys = {**step.global_keys, **step.keys}
    else:
        return
    typed = session.typed + key
    if key == step.end_key and session.typed in keys:
        _choose(walk, session.typed, keys[session.typed])
        return
    longer = any(len(known) > len(typed) and known.startswith(typed) for known in keys)
    if typed in keys and not longer:
        _choose(walk, typed, keys[typed])
    elif longer:
        session.typed = typed
        close_ear(walk, step)
        walk.wait_on(None, step.between_keys_s)
    else:
        wrong(walk, step)


def _choose(walk: Walk, typed: str, successor: str) -> None:
    walk.session.question = ""  # what follows was chosen, not said
    step = walk.step()
    if isinstance(step, Asking):
        close_ear(walk, step)
    if isinstance(step, Survey) and (typed in step.answers or typed not in step.global_keys):
        walk.session.owed = True
        walk.out.append(_answered(walk.session.call, step, typed))
    walk.leave(typed, successor)


def _scores(step: Survey) -> dict[str, str]:
    if step.questionnaire:
        return {key: answer.then for key, answer in step.answers.items()}
    return {str(score): step.then for score in range(step.least, step.most + 1)}


def _answered(call: CallId, step: Survey, typed: str) -> SurveyAnswered | QuestionAnswered:
    if not step.questionnaire:
        return SurveyAnswered(call, step.question, int(typed))
    word = step.answers[typed].word
    return QuestionAnswered(call, step.questionnaire, step.version, step.question, word, int(typed))


def _digit(walk: Walk, step: Collect, key: str) -> None:
    session = walk.session
    if key == step.end_key:
        if session.typed:
            _complete(walk, step)
        elif key in step.global_keys:
            walk.leave(key, step.global_keys[key])
        else:
            silent(walk, step)
        return
    if key == "*" and not _star(step):
        _start_over(walk, step)
        return
    session.typed += _star(step) if key == "*" else key
    if len(session.typed) >= step.most:
        _complete(walk, step)
    else:
        walk.wait_on(None, step.between_keys_s)


def _complete(walk: Walk, step: Collect) -> None:
    """Complete the digits, as all are there or the caller ended them: check them, read them back."""
    session = walk.session
    if len(session.typed) < step.least:
        wrong(walk, step)
    elif step.secret and step.check:
        attempt = walk.mint()
        walk.out.append(CheckSecret(session.call, attempt, step.into, step.check))
        walk.wait("check", attempt, _CHECK_WITHIN_S)
    elif step.secret:
        walk.leave("collected", step.then)
    elif not passes(step.check, session.typed):
        wrong(walk, step)
    elif step.confirm is not None:
        session.frame.values[step.into] = session.typed
        session.typed = ""
        session.move("read_back")
        _prompted(walk, step, walk.say(step.confirm.lines) is not None)
    else:
        session.frame.values[step.into] = session.typed
        walk.leave("collected", step.then)


def _confirmed(walk: Walk, step: Asking, key: str) -> None:
    if not isinstance(step, Collect) or step.confirm is None:
        return
    if key == step.confirm.yes:
        walk.leave("collected", step.then)
    elif key == step.confirm.no:
        walk.session.frame.values[step.into] = None
        _retry(walk, step, Retry((), step.wrong.tries, step.wrong.then), "wrong")
    else:
        wrong(walk, step)


def _start_over(walk: Walk, step: Collect) -> None:
    walk.session.typed = ""
    if step.secret:
        walk.hide(step.into, star=_star(step))
    ask(walk, step)


def wrong(walk: Walk, step: Asking) -> None:
    """Take a wrong answer: ask once more, or go on."""
    _retry(walk, step, step.wrong, "wrong")


def silent(walk: Walk, step: Asking) -> None:
    """Take silence: ask once more, or go on."""
    _retry(walk, step, step.no_input, "no_input")


def _retry(walk: Walk, step: Asking, retry: Retry, outcome: str) -> None:
    """Ask once more, or go on to `then` where no tries are left."""
    session = walk.session
    close_ear(walk, step)
    if outcome == "wrong":
        session.wrongs += 1
        used = session.wrongs
    else:
        session.silences += 1
        used = session.silences
    if used > retry.tries:
        walk.leave(outcome, retry.then)
        return
    if isinstance(step, Collect) and step.secret and outcome == "wrong":
        walk.hide(step.into, star=_star(step))
    ask(walk, step, retry.lines)


def close_ear(walk: Walk, step: Asking) -> None:
    """Close the ear of a step that listens, if it is open."""
    session = walk.session
    if isinstance(step, Listen | Understand) and session.awaits is not None and session.phase == "asking":
        walk.out.append(Stop(session.leg, session.awaits))
        session.awaits = None


def _star(step: Collect) -> str:
    """Meaning of *: the X of an id card, which no telephone has."""
    return "X" if step.check == "id_card" else ""


def _says(said: str, word: str) -> bool:
    """True if `word` is in what was said; a Latin word as a whole word, Chinese anywhere."""
    if word.isascii():
        return re.search(rf"(?<![a-z0-9]){re.escape(word)}(?![a-z0-9])", said) is not None
    return word in said
