"""What a site knows of callees, for the gate: of the person, of those whose number it is, and of the account."""

from collections.abc import Callable
from pathlib import Path

import msgspec

from dialer.governor.questions import Consent
from hotline.governing.ports import Whereabouts
from hotline.persons.consents import refusals
from hotline.persons.known import NOTHING, Facts, KnownFacts
from hotline.persons.parties import Party
from hotline.persons.whose import callee


class SitePersons:
    """See `hotline.governing.ports.Persons`. `opened` is called at the first look-up, once the store is there."""

    def __init__(self, opened: Callable[[], KnownFacts]) -> None:
        self._opened = opened
        self._known: KnownFacts | None = None

    def whereabouts(self, person: str, number: str, account: str, at: float) -> Whereabouts:
        """As of the last change of any process. Raises sqlite3.Error and BadInput where it cannot be known."""
        if self._known is None:
            self._known = self._opened()
        known = self._known
        known.refresh()
        of_number = known.of(Party("number", number))
        of_account = known.of(Party("account", account)) if account else NOTHING
        who = callee(person, of_number.people, of_account.people)
        of_person = known.of(Party("person", who.person)) if who.person else NOTHING
        others = [known.of(Party("person", other)) for other in who.others]
        if not others and of_number is of_account is of_person is NOTHING:
            return Whereabouts(person=who.person)
        return _together(who.person, (of_person, of_number, of_account), others, at)

    def close(self) -> None:
        """Let go of the store."""
        if self._known is not None:
            self._known.close()


def site_persons(database: Path) -> SitePersons:
    """Of the store of a site."""
    return SitePersons(lambda: KnownFacts(database))


def _together(person: str, sure: tuple[Facts, Facts, Facts], others: list[Facts], at: float) -> Whereabouts:
    """`sure` is known of the callee, the person first; `others` may be reached instead."""
    ends: dict[str, float] = {}
    for spell in (one for facts in sure for one in facts.exceptions if one.since <= at < one.until):
        ends[spell.exception] = max(spell.until, ends.get(spell.exception, 0.0))
    people = [*((sure[0],) if person else ()), *others]
    tiers = dict.fromkeys(facts.tier for facts in people)
    zone, region = sure[0].zone, sure[0].region
    return Whereabouts(
        person=person,
        zones=(zone,) if zone and not others else (),
        zones_besides=tuple(dict.fromkeys(facts.zone for facts in people if facts.zone)) if others else (),
        region=region if not others else "",
        consents=(*(word for facts in sure for word in facts.consents), *_refused(others)),
        exceptions=tuple(ends),
        exceptions_until=ends,
        lists=(
            *(entry for facts in sure for entry in facts.lists),
            *(msgspec.structs.replace(entry, sure=False, of="number") for facts in others for entry in facts.lists),
        ),
        tiers=tuple(tiers) if any(tiers) else (),
    )


def _refused(others: list[Facts]) -> list[Consent]:
    return [word for facts in others for word in refusals(facts.consents)]
