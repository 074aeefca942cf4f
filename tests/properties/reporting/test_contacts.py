"""Repeat calls and first-contact resolution in one pass are those of a slow look at every pair of contacts."""

from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporting.contacts import Contacts

pytestmark = pytest.mark.properties

WINDOW = 7


class Contact(NamedTuple):
    at: int
    person: str
    queue: str
    answered: bool


CONTACTS = st.lists(
    st.builds(
        Contact, st.integers(0, 40), st.sampled_from(["", "a", "b", "c"]), st.sampled_from(["x", "y"]), st.booleans()
    ),
    max_size=40,
).map(lambda found: sorted(found, key=lambda one: one.at))
SINCE, UNTIL = 10, 30


@given(CONTACTS, st.integers(30, 60))
def test_one_pass_finds_what_every_pair_shows(found: list[Contact], known_until: int) -> None:
    known = [one for one in found if one.at <= known_until]
    contacts = Contacts(WINDOW)
    for one in known:
        counts = SINCE <= one.at < UNTIL
        contacts.take(one.at, one.person, one.queue, "agent", answered=one.answered, counts=counts)
    contacts.finish(known_until)
    repeats, resolution = contacts.repeats(), contacts.resolution()
    of_span = [(place, one) for place, one in enumerate(known) if one.person and SINCE <= one.at < UNTIL]
    assert repeats.contacts == len(of_span)
    assert repeats.repeats == sum(bool(_before(known, place)) for place, _ in of_span)
    first = [place for place, one in of_span if one.answered and not any(two.answered for two in _before(known, place))]
    again = [place for place in first if _after(known, place)]
    over = [place for place in first if place not in again and known[place].at + WINDOW < known_until]
    assert resolution.first_contacts == len(first)
    assert resolution.repeated == len(again)
    assert resolution.resolved == len(over)
    assert resolution.pending == len(first) - len(again) - len(over)


def _before(known: list[Contact], place: int) -> list[Contact]:
    """Contacts of the same matter within the window before."""
    one = known[place]
    same = [two for two in known[:place] if (two.person, two.queue) == (one.person, one.queue)]
    return [two for two in same if one.at - two.at <= WINDOW]


def _after(known: list[Contact], place: int) -> bool:
    one = known[place]
    later = [two for two in known[place + 1 :] if (two.person, two.queue) == (one.person, one.queue)]
    return any(two.at - one.at <= WINDOW for two in later)
