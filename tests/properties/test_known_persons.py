"""The gate's look-up of persons keeps what it has read, and is never behind what any process has changed."""

import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from hotline.governing.site_persons import site_persons
from hotline.persons import changing, consents, exceptions, lists, register
from hotline.persons.consents import Word
from hotline.persons.exceptions import Grant
from hotline.persons.parties import Party
from hotline.persons.register import Told
from hotline.store import opening
from hotline.suppression.entries import Wish

pytestmark = pytest.mark.properties

PEOPLE = st.sampled_from(["anna", "bo"])
NUMBERS = st.sampled_from(["+8613800138000", "+8613900139000"])
PARTIES = st.one_of(
    PEOPLE.map(lambda key: Party("person", key)),
    NUMBERS.map(lambda key: Party("number", key)),
    st.just(Party("account", "L-1")),
)
_EMPTY = tempfile.TemporaryDirectory()
_TEMPLATE = Path(_EMPTY.name) / "empty.db"


class Register(RuleBasedStateMachine):
    """One process changes, two look: one that keeps what it has read, one that has just been started."""

    @initialize()
    def begin(self) -> None:
        if not _TEMPLATE.exists():
            opening.migrate(_TEMPLATE)
        self.folder = tempfile.TemporaryDirectory()
        self.store = Path(self.folder.name) / "hotline.db"
        self.store.write_bytes(_TEMPLATE.read_bytes())
        self.keeping = site_persons(self.store)
        self.rows: list[tuple[changing.Table, int]] = []
        self.linked: set[tuple[str, str]] = set()

    @rule(person=PEOPLE, number=NUMBERS, tier=st.sampled_from(["", "gold", None]))
    def tell(self, person: str, number: str, tier: str | None) -> None:
        register.tell(self.store, person, Told(numbers=(number,), tier=tier, source="crm", author="li"))
        self.linked.add((person, number))

    @rule(person=PEOPLE, number=NUMBERS)
    def unlink(self, person: str, number: str) -> None:
        if (person, number) in self.linked:
            register.unlink(self.store, person, "number", number, "li", "another owner")
            self.linked.discard((person, number))

    @rule(party=PARTIES, given=st.booleans(), ago=st.integers(1, 9))
    def say(self, party: Party, given: bool, ago: int) -> None:
        word = Word(purpose="marketing", given=given, at=time.time() - ago, source="web", author="li")
        self.rows.append(("consents", consents.note(self.store, party, word)))

    @rule(party=PARTIES)
    def grant(self, party: Party) -> None:
        given = Grant(exception="house.evenings", reason="asked", author="li", until=time.time() + 3600)
        self.rows.append(("granted_exceptions", exceptions.grant(self.store, party, given)))

    @rule(party=PARTIES.filter(lambda party: party.kind != "number"))
    def put(self, party: Party) -> None:
        wish = Wish(list="vulnerable", source="care", reason="said so", author="li")
        self.rows.append(("person_lists", lists.put(self.store, party, wish)))

    @rule(data=st.data())
    def take_back(self, data: st.DataObject) -> None:
        if self.rows:
            table, row = data.draw(st.sampled_from(sorted(set(self.rows))))
            self.rows = [one for one in self.rows if one != (table, row)]
            changing.end(self.store, table, row, "li", "a mistake")

    @invariant()
    def what_is_kept_is_what_there_is(self) -> None:
        now, fresh = time.time() + 1, site_persons(self.store)
        for person in ("", "anna"):
            for number in ("+8613800138000", "+8613900139000"):
                asked = (person, number, "L-1", now)
                assert self.keeping.whereabouts(*asked) == fresh.whereabouts(*asked)
        fresh.close()

    def teardown(self) -> None:
        if hasattr(self, "keeping"):
            self.keeping.close()
            self.folder.cleanup()


Register.TestCase.settings = settings(max_examples=15, stateful_step_count=12, deadline=None)
TestRegister = Register.TestCase
