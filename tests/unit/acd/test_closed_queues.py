"""A queue that a later version drops: it lives on as long as somebody is in it, and then asks for no old version."""

import msgspec
import pytest

from acd.config import Configuration, read
from acd.core import Acd
from acd.events import AgentSignedIn, CallQueued, Configured, OfferTaken, TalkEnded
from acd.snapshot import State
from calls.errors import BadInput
from calls.ids import AgentId, AttemptId, CallId, QueueName

pytestmark = pytest.mark.unit

OLD = QueueName("old")


def _configuration(*queues: str) -> Configuration:
    found, problems = read({"queues": {name: {"ring_s": 10} for name in queues}}, {"agents": {"anna": {}}})
    assert not problems
    return found


class House:
    """One core over versions that can be deleted."""

    def __init__(self) -> None:
        self.here = {"v1": _configuration("care", "old"), "v2": _configuration("care")}
        self.acd = self.core()
        self.acd.handle(Configured("v1"), 0.0)
        self.acd.handle(AgentSignedIn(AgentId("anna")), 0.0)

    def core(self) -> Acd:
        def rules(version: str) -> Configuration:
            if version not in self.here:
                raise BadInput(f"version {version} is not here")
            return self.here[version]

        return Acd(rules)

    def heir(self) -> Acd:
        """Who goes on from here, when all versions are deleted that it does not need."""
        self.here = {version: rules for version, rules in self.here.items() if version in self.acd.versions()}
        heir = self.core()
        heir.restore(self.acd.snapshot())
        return heir


def test_an_empty_queue_that_is_gone_needs_no_version() -> None:
    house = House()
    house.acd.handle(Configured("v2"), 1.0)
    assert house.acd.versions() == {"v2"}
    assert house.heir().snapshot() == house.acd.snapshot()


def test_a_queue_that_is_gone_keeps_its_version_while_somebody_talks() -> None:
    house = House()
    house.acd.handle(CallQueued(CallId("call"), AttemptId("queue"), OLD), 1.0)
    house.acd.handle(OfferTaken(AttemptId("offer-1")), 2.0)
    house.acd.handle(Configured("v2"), 3.0)
    assert house.acd.versions() == {"v1", "v2"}
    heir = house.heir()
    assert heir.snapshot() == house.acd.snapshot()
    heir.handle(TalkEnded(AttemptId("offer-1")), 4.0)
    assert heir.versions() == {"v2"}


def test_who_waits_by_older_rules_keeps_their_version() -> None:
    house = House()
    house.here["v3"] = _configuration("care")
    for number, queue in enumerate(("care", "care", "old")):
        house.acd.handle(CallQueued(CallId(f"call-{number}"), AttemptId(f"queue-{number}"), QueueName(queue)), 1.0)
    house.acd.handle(Configured("v2"), 2.0)
    house.acd.handle(Configured("v3"), 3.0)
    assert house.acd.versions() == {"v1", "v3"}
    assert house.heir().snapshot() == house.acd.snapshot()


def test_a_queue_that_comes_back_is_a_new_one_for_the_heir_and_without_a_restart() -> None:
    house = House()
    house.acd.handle(CallQueued(CallId("call"), AttemptId("queue"), OLD), 1.0)
    house.acd.handle(OfferTaken(AttemptId("offer-1")), 2.0)
    house.acd.handle(TalkEnded(AttemptId("offer-1")), 3.0)
    house.acd.handle(Configured("v2"), 4.0)
    heir = house.heir()
    house.here["v3"] = _configuration("care", "old")
    for core in (house.acd, heir):
        core.handle(Configured("v3"), 5.0)
        assert core.callers.queues[OLD].last_offered == -1
    assert heir.snapshot() == house.acd.snapshot()


def test_a_snapshot_that_names_a_closed_queue_of_a_deleted_version_is_read() -> None:
    house = House()
    house.acd.handle(Configured("v2"), 1.0)
    state = msgspec.msgpack.decode(house.acd.snapshot(), type=State)
    state.queues[OLD] = ("v1", 0)  # as earlier releases wrote it
    del house.here["v1"]
    heir = house.core()
    heir.restore(msgspec.msgpack.encode(state))
    assert set(heir.callers.queues) == {"care"}
