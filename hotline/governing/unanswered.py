"""Questions that nobody answered, as their editors work them off: added to an intent, dismissed, opened again.

Several editors work at once, by HTTP and from shells: one of them at a time changes the files and the list, and what
another one has settled meanwhile is not settled a second time.
"""

from __future__ import annotations

import fcntl
import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from calls.errors import BadInput
from calls.words import masked_words
from hotline.site import audit
from hotline.site.site import Site
from hotline.store import unanswered
from hotline.store.unanswered import Question
from hotline.versions import phrasings

_LOCK = "unanswered.lock"


class SettledAlready(BadInput):
    """Somebody else has settled the question: it is to be opened again first."""


class Added(msgspec.Struct, frozen=True):
    """Question that was added to an intent: the sentence as it stands in the file now."""

    question: Question
    sentence: str
    file: str
    """Beneath the folder of dialplans."""


def add(site: Site, id_: str, intent: str, sentence: str = "", by: str = "", user: str | None = None) -> Added:
    """Put a question among the ways of asking for an intent (`none`: among what means none) in dialplans/intents.

    `sentence` is put there instead of the caller's own words. It counts once it is published. Raises BadInput, and
    SettledAlready.
    """
    with _alone(site):
        question = _open(site, id_)
        words = sentence.strip() or question.wording
        if masked_words(words, site.settings.region) != words or "•" in words or "**" in words:
            raise BadInput(f"{words}: it has somebody's number in it; give the sentence without it (--as)")
        who = by or getpass.getuser()
        audit.note(site.state, "phrasing added", f"{question.id} to {intent} by {who}", user)
        path = phrasings.add(site, intent, words)
        unanswered.settle(site.database, question.id, "added", who, intent)
        return Added(unanswered.question(site.database, question.id), words, _within(site, path))


def dismiss(site: Site, id_: str, reason: str, by: str = "", user: str | None = None) -> Question:
    """Take a question off the list, with a reason; what is asked again stays off it. Raises BadInput, and
    SettledAlready."""
    if not reason.strip():
        raise BadInput("say why it is dismissed")
    with _alone(site):
        question = _open(site, id_)
        who = by or getpass.getuser()
        audit.note(site.state, "question dismissed", f"{question.id} by {who}: {reason}", user)
        unanswered.settle(site.database, question.id, "dismissed", who, reason)
        return unanswered.question(site.database, question.id)


def reopen(site: Site, id_: str, by: str = "", user: str | None = None) -> Question:
    """Put a question back on the list. Raises BadInput."""
    with _alone(site):
        question = unanswered.question(site.database, id_)
        audit.note(site.state, "question opened again", f"{question.id} by {by or getpass.getuser()}", user)
        unanswered.settle(site.database, question.id, "open", "", "")
        return unanswered.question(site.database, question.id)


@contextmanager
def _alone(site: Site) -> Iterator[None]:
    """Wait until no other editor changes anything; a second of theirs at most. Raises BadInput: no lock to be had."""
    try:
        held = (site.state / _LOCK).open("a")
    except OSError as error:
        raise BadInput(f"{error.filename}: {error.strerror}; nothing was changed") from error
    with held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def _open(site: Site, id_: str) -> Question:
    """A question that nobody has settled. Raises BadInput, and SettledAlready."""
    question = unanswered.question(site.database, id_)
    if question.state == "open":
        return question
    done = f"added to {question.note}" if question.state == "added" else f"dismissed ({question.note})"
    raise SettledAlready(f"{question.id} was {done} by {question.settled_by}; hotline unanswered reopen puts it back")


def as_data(question: Question) -> dict[str, Any]:
    """A question for machines."""
    told: dict[str, Any] = msgspec.to_builtins(question)
    return {**told, "near": [{"intent": intent, "likeness": likeness} for intent, likeness in question.near]}


def _within(site: Site, path: Path) -> str:
    return f"dialplans/{path.relative_to(site.dialplans).as_posix()}"
