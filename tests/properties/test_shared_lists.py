"""Sites of a group: whatever the way between them loses, doubles and reorders, in the end all refuse the same."""

import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calls.errors import BadInput
from hotline.store import opening
from hotline.suppression import entries, sharing
from hotline.suppression.entries import Wish
from hotline.suppression.keyed_hashes import NumberHashes
from hotline.suppression.lists import Lists, forbidding

pytestmark = pytest.mark.properties

SITES = ("beijing", "shanghai", "chengdu")
NUMBERS = [f"+86{13_800_138_000 + count}" for count in range(6)]
SHARED = frozenset({"do_not_call"})
SECRET = "a secret that only the three of them have, all of it"

numbers = st.sampled_from(NUMBERS)
sites = st.sampled_from(SITES)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("add"), sites, numbers),
        st.tuples(st.just("remove"), sites, numbers),
        st.tuples(st.just("send"), sites, sites, st.integers(0, 9)),
        st.tuples(st.just("lose"), sites, st.integers(0, 9)),
        st.tuples(st.just("double"), sites, st.integers(0, 9)),
        st.tuples(st.just("deliver"), sites, st.integers(0, 9)),
        st.tuples(st.just("new_epoch"), sites),
    ),
    max_size=40,
)


class Site:
    def __init__(self, folder: Path, name: str) -> None:
        self.name = name
        self.database = folder / f"{name}.db"
        opening.migrate(self.database)
        self.hashes = NumberHashes(SECRET)
        self.lists = Lists(self.database, folder, self.hashes)
        self.on_the_way: list[bytes] = []
        self.own: set[str] = set()

    def export(self, after: int) -> bytes:
        return sharing.export(self.database, self.hashes, self.name, SHARED, after)

    def apply(self, sent: bytes) -> sharing.Applied:
        return sharing.apply(self.database, self.hashes, self.name, sent)

    def known_of(self, other: str) -> int:
        return next((peer.applied for peer in sharing.peers(self.database) if peer.site == other), 0)

    def forbidden(self) -> set[str]:
        return {number for number in NUMBERS if forbidding(self.lists.lists_of(number))}


def lived(group: dict[str, Site], step: tuple[Any, ...]) -> None:
    site = group[step[1]]
    match step:
        case ("add", _, number):
            entries.add(site.database, [number], Wish(source="phone", reason="asked", author="lin"), time.time())
            site.own.add(number)
        case ("remove", _, number) if number in site.own:
            site.lists.remove(number, "do_not_call", "", "chen", "asked")
            site.own.discard(number)
        case ("send", _, to, back) if to != site.name:
            after = max(0, group[to].known_of(site.name) - back)
            try:
                group[to].on_the_way.append(site.export(after))
            except BadInput:
                assert after > 0, "only what was never made cannot be exported"
        case ("lose", _, at) if site.on_the_way:
            site.on_the_way.pop(at % len(site.on_the_way))
        case ("double", _, at) if site.on_the_way:
            site.on_the_way.append(site.on_the_way[at % len(site.on_the_way)])
        case ("deliver", _, at) if site.on_the_way:
            site.apply(site.on_the_way.pop(at % len(site.on_the_way)))
        case ("new_epoch", _):
            sharing.new_epoch(site.database)


@settings(max_examples=25)
@given(steps)
def test_three_sites_converge(steps: list[tuple[Any, ...]]) -> None:
    with TemporaryDirectory() as folder:
        group = {name: Site(Path(folder), name) for name in SITES}
        for step in steps:
            lived(group, step)
        for site in group.values():
            for sent in site.on_the_way:
                site.apply(sent)
            for other in group.values():
                if other is site:
                    continue
                done = site.apply(other.export(site.known_of(other.name)))
                if done.result == "gap":
                    done = site.apply(other.export(done.applied))
                assert done.result in ("applied", "known")
        wanted = set().union(*(site.own for site in group.values()))
        for site in group.values():
            assert site.forbidden() == wanted
            site.lists.close()


@settings(max_examples=30)
@given(st.integers(0, 10**6), st.integers(1, 255))
def test_a_byte_that_was_changed_on_the_way_changes_nothing(place: int, change: int) -> None:
    with TemporaryDirectory() as folder:
        one, other = Site(Path(folder), "beijing"), Site(Path(folder), "shanghai")
        entries.add(one.database, NUMBERS, Wish(source="phone", reason="asked", author="lin"), time.time())
        sent = bytearray(one.export(0))
        sent[place % len(sent)] ^= change
        with pytest.raises(BadInput):
            other.apply(bytes(sent))
        assert other.forbidden() == set()
        for site in (one, other):
            site.lists.close()
