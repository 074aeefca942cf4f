"""Subjects: what is known of a callee before anybody looks at past calls. Numbers are read here, once."""

from collections.abc import Collection, Iterable

import msgspec

from calls.number_kinds import country_and_kinds, is_emergency
from calls.number_zones import zones
from calls.numbers import e164, masked_within
from dialer.governor.questions import Listed, Question, Subject
from hotline.governing.ports import Lists, Persons
from hotline.site.number_file import numbers_in

OWN = "own"
"""The list of the house's own numbers."""


def read_number(text: str, region: str) -> str:
    """The number that somebody wrote, as E.164 or a short code, as dialled in `region`. Raises ValueError, which says
    what is wrong: what is not certain is refused, never guessed.

    So `13800138000.0`, full width and blanks are read; `1.38E+10`, two numbers, or too few digits are refused.
    """
    found = list(dict.fromkeys(numbers_in(text, region)))
    if len(found) != 1:
        told = "more than one telephone number" if found else "no telephone number"
        raise ValueError(f"{masked_within(text)[:60]}: {told} can be read here")
    return found[0]


def identified(question: Question, subject: Subject) -> Question:
    """The question with the person whom the site knows by the number, where the asker named nobody: so that calls to
    their other numbers count."""
    if question.person or not subject.person:
        return question
    return msgspec.structs.replace(question, person=subject.person)


class Subjects:
    """Makes subjects of questions, for one site."""

    def __init__(self, region: str, lists: Lists, persons: Persons, own: Collection[str] = ()) -> None:
        """`region` (ISO 3166) is that in which emergency numbers are dialled; `own` are the house's numbers, E.164."""
        self._region = region
        self._lists = lists
        self._persons = persons
        self._own = frozenset(e164(number, region) for number in own)

    def subject(self, question: Question, at: float) -> Subject:
        """The subject of one question. Raises whatever keeps a list or a person from being known."""
        return self._subject(question, self._lists.lists_of(question.number, at), at)

    def subjects(self, questions: Iterable[Question], at: float) -> list[Subject]:
        """As `subject`, for many, with the lists as of one instant."""
        asked = list(questions)
        listed = self._lists.scrubbed([question.number for question in asked], at)
        return [self._subject(question, entries, at) for question, entries in zip(asked, listed, strict=True)]

    def _subject(self, question: Question, listed: tuple[Listed, ...], at: float) -> Subject:
        number = question.number
        country, kinds = country_and_kinds(number)
        known = self._persons.whereabouts(question.person, number, question.account, at)
        own = (Listed(OWN),) if number in self._own else ()
        return Subject(
            number=number,
            country=country,
            kinds=kinds,
            zones=tuple(dict.fromkeys((*(known.zones or zones(number, country)), *known.zones_besides))),
            region=known.region,
            lists=(*own, *listed, *known.lists),
            consents=known.consents,
            exceptions=known.exceptions,
            exceptions_until=known.exceptions_until,
            person=known.person,
            tiers=known.tiers,
            lists_as_of=self._lists.as_of(at),
            emergency=is_emergency(number, self._region),
        )
