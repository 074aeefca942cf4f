"""Thinning takes no snapshot that anybody needs: after any kill the house is as it was, and every call has its reasons.

The first walks are of numbers alone, of a house that publishes, stops, is killed and starts again; the others are of
real routers, with snapshots of both releases, packed and not, a few events apart.
"""

import contextlib
import sqlite3
import tempfile
from bisect import bisect_right
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calls import events as door
from calls.causes import Cause
from calls.ids import CallId, LegId
from control.messages import log_commands
from control.routing.router import Router
from hotline.journal import snapshots
from hotline.journal.recovery import recover
from hotline.journal.replaying import commands_of
from hotline.journal.snapshots import APART, EVERY, NEWEST, superfluous
from hotline.journal.write_ahead import WriteAhead
from hotline.replay import explaining
from hotline.site.site import Site
from hotline.store import opening, statements
from hotline.versions.routing import RoutingConfiguration
from hotline.versions.store import Manifest, Versions
from tests.unit.control.harness import PROGRAM, VERSION, ControlHarness, configuration

pytestmark = pytest.mark.properties

ENDS = st.sampled_from(["goes on", "goes on", "goes on", "published", "stopped", "killed"])


@given(st.lists(st.tuples(st.integers(1, 90_000), ENDS, st.booleans()), min_size=1, max_size=25))
def test_what_stays_is_what_a_replay_needs(stretches: list[tuple[int, str, bool]]) -> None:
    """Each stretch is so many events, how it ends, and whether the snapshots are thinned then."""
    taken: list[int] = []  # all that were ever taken
    wanted: set[int] = set()  # for a reason
    left: list[int] = []
    last = since = 0
    for events, end, thinned in stretches:
        whole, since_then = divmod(since + events, EVERY)
        new = [last - since + EVERY * count for count in range(1, whole + 1)]
        last, since = last + events, since_then
        if end in ("published", "stopped") and last not in {*new, *taken[-1:]}:
            new.append(last)
            wanted.add(last)
        if end != "goes on":
            since = 0
        taken += new
        left += new
        if thinned:
            gone = superfluous(left)
            assert not set(gone) & {*wanted, *left[:1], *left[-NEWEST:]}
            left = [seq for seq in left if seq not in gone]
            assert superfluous(left) == [], "once is enough"
    for seq in taken:  # whatever happened behind it
        distance = seq - left[bisect_right(left, seq) - 1]
        assert distance <= APART
    for before, after in pairwise(left):
        was = taken.index(after) - taken.index(before) == 1
        assert was or after - before <= APART


CALLS = st.lists(st.sampled_from(["arrives", "talks", "gives up", "misses", "waits"]), min_size=6, max_size=20)


def _lived(acts: list[str]) -> ControlHarness:
    house = ControlHarness("01", "02")
    waiting: list[CallId] = []
    for act in acts:
        if act == "arrives" or not waiting:
            waiting.append(house.arrive())
            house.press(waiting[-1], "1")
        elif act == "talks":
            with contextlib.suppress(AssertionError, StopIteration, KeyError, IndexError):
                house.talk(waiting[0], 30.0)
        elif act == "gives up":
            house.tell(door.CallEnded(LegId(waiting.pop(0)), Cause.NORMAL), after_s=3.0)
        elif act == "misses":
            house.wait(40.0)
        else:
            house.wait(1.0)
    return house


def _new_router() -> Router:
    return ControlHarness().empty().router


def _site(folder: Path) -> Site:
    site = Site.open(folder)
    site.prepare()
    versions = Versions(site.versions)
    versions.add(Manifest(VERSION, 0.0, "", "test", 1, 0), PROGRAM, RoutingConfiguration(configuration(), {}, {}), [])
    versions.activate(VERSION)
    opening.migrate(site.database)
    return site


@settings(deadline=None, max_examples=40)
@given(CALLS, st.data())
def test_after_any_kill_the_house_is_as_it_was_and_each_call_has_its_reasons(
    acts: list[str], data: st.DataObject
) -> None:
    house = _lived(acts)
    killed = data.draw(st.integers(1, len(house.journal)), "killed after event")
    published = data.draw(st.sets(st.integers(1, killed), max_size=3), "published")
    packed = data.draw(st.integers(0, killed), "packed from event")
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder:
        patch.setattr(snapshots, "EVERY", 2)
        patch.setattr(snapshots, "APART", 8)
        patch.setattr(snapshots, "NEWEST", 2)
        site = _site(Path(folder))
        router, since = _new_router(), 0
        with contextlib.closing(sqlite3.connect(site.database, isolation_level=None)) as store:
            for seq, (at, event) in enumerate(house.journal[:killed], 1):
                store.execute(statements.JOURNAL, (seq, at, msgspec.json.encode(event)))
                commands_of(router, seq, event, at)
                since += 1
                if router.register.version and (since >= snapshots.EVERY or seq in published):
                    since, state = 0, router.snapshot()
                    value = snapshots.Packed(state) if seq >= packed else state
                    store.execute(statements.SNAPSHOT, (seq, at, at + router.register.offset_s, value))
            calls = {row.call for row in house.commands if isinstance(row, log_commands.LogCall)} | set(
                router.register.calls
            )
            told = {call: explaining.explain(site, call) for call in calls}
            before = store.execute("SELECT seq FROM snapshots ORDER BY seq").fetchall()
            for seq in snapshots.superfluous([seq for (seq,) in before]):
                store.execute(statements.DROP_SNAPSHOT, (seq,))
            left = {seq for (seq,) in store.execute("SELECT seq FROM snapshots")}
            assert left >= {seq for (seq,) in before[-2:]}
        recovered = recover(site.database, WriteAhead(site.database), _new_router)
        assert len(recovered.entries) == killed - (before[-1][0] if before else 0), (
            "a start replays as little as before"
        )
        for entry in recovered.entries:
            commands_of(recovered.router, entry.seq, entry.event, entry.at)
        assert recovered.router.snapshot() == router.snapshot()
        assert {call: explaining.explain(site, call) for call in calls} == told
