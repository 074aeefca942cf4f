"""Answers of a site, as plain data: what is said to a question of callers, whose words they are, and until when."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date

import msgspec

_SHOWN = 12

PHRASE = "answer."
"""Before the name of an answer: the phrase that says it."""


class Answer(msgspec.Struct, frozen=True, array_like=True):
    """Answer to the question of one intent, whose name it has.

    `starts` and `ends` are its first and its last day (ISO 8601). `values_from` is a flow that returns the values that
    it says; empty: the flow that says it has them. `version` is a hash of all that its approvers read.
    """

    name: str
    author: str
    ends: str
    starts: str = ""
    values_from: str = ""
    values: tuple[str, ...] = ()
    version: str = ""
    published_by: str = ""
    """The user who first published this version."""

    @property
    def phrase(self) -> str:
        """Key of the phrase that says it."""
        return PHRASE + self.name

    def refused(self, today: date | None) -> str:
        """Why it is not said on that day, in the house's zone; empty: it is. Without a known day it is not."""
        if today is None:
            return "the day is not known"
        if self.starts and today < date.fromisoformat(self.starts):
            return f"it is said from {self.starts} on"
        return f"it ended on {self.ends}" if today > date.fromisoformat(self.ends) else ""


def version_of(answer: Answer, texts: Mapping[str, str]) -> str:
    """The version of an answer with these texts by language: another word, day or name makes another one."""
    made_of = (answer.name, answer.author, answer.starts, answer.ends, answer.values_from, sorted(texts.items()))
    return hashlib.sha256(msgspec.json.encode(made_of)).hexdigest()[:_SHOWN]


def signed(answers: Mapping[str, Answer], before: Mapping[str, Answer], publisher: str) -> dict[str, Answer]:
    """The answers with the publisher of each: whoever first published it as it is now."""

    def first(answer: Answer) -> str:
        known = before.get(answer.name)
        return known.published_by if known is not None and known.version == answer.version else publisher

    return {name: msgspec.structs.replace(answer, published_by=first(answer)) for name, answer in answers.items()}
