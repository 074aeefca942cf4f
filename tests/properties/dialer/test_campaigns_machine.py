"""Campaigns under random orders, answers, agents, publishes and restarts: what must hold after each step.

A rule that needs a try takes one out of a list by its place, so that the same draws are the same steps.
"""

from typing import Literal

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from calls.events import ClockSet
from calls.ids import AgentId, AttemptId
from dialer.answering_machines.settings import Detection
from dialer.campaigns import commands, events
from dialer.campaigns.commands import CampaignCommand
from dialer.campaigns.contacts import Contact
from dialer.campaigns.core import Campaigns
from dialer.campaigns.results import Disposition
from dialer.campaigns.settings import CampaignSettings, ListShare, RetryRules
from dsl.hours import Hours, is_open
from sim.campaigns.rows import Rows, people

pytestmark = pytest.mark.properties

TRIES = 2
RETRY = RetryRules(tries=TRIES, after_s=600.0, by_result={"congestion": 30.0})
SAID = (
    Disposition(name="done"),
    Disposition(name="again", meaning="again", effective=False),
    Disposition(name="no_more", meaning="refused"),
    Disposition(name="stranger", meaning="wrong_number"),
    Disposition(name="later", meaning="callback", case="promise"),
)


def one(name: str, mode: str, queue: str, *lists: ListShare, **changes: object) -> CampaignSettings:
    return CampaignSettings(
        name=name,
        scene=name,
        mode=mode,  # type: ignore[arg-type]
        queue=queue,
        lists=lists,
        retry=RETRY,
        dispositions=SAID,
        fetch_ahead=4,
        **changes,  # type: ignore[arg-type]
    )


MORNING = Hours("UTC", (((0, 540),),) * 7)
"""The clock begins at eight."""
A, B = ListShare("a", 1), ListShare("b", 2)
FIRST = (
    one("auto", "progressive", "care", A, B, at_once=3),
    one("fast", "predictive", "care", B),
    one("look", "preview", "desk", A),
    one("robot", "agentless", "", A, B, flow="survey", at_once=2, hours="morning", calendar=MORNING),
)
JUDGED = Detection(on=True, leave_message="call_us")
SECOND = (
    one("auto", "predictive", "care", B, keep_free=1, detection=JUDGED),
    one("look", "preview", "care", A, B, detection=Detection(on=True)),
    one("robot", "agentless", "", B, flow="survey", at_once=1, detection=Detection(on=True)),
)
VERSIONS = {"v1": {each.name: each for each in FIRST}, "v2": {each.name: each for each in SECOND}}
NAMES = ("auto", "fast", "look", "robot")
_WORDS = ["allow", "allow", "allow", "defer", "wait", "deny", "number", "away"]
AGENTS = tuple(map(AgentId, ("ann", "ben", "cem")))


def lists() -> dict[str, tuple[Contact, ...]]:
    """Two lists, of which two people are on both, and one by another number."""
    a, b = people(1, 5, numbers=2), people(2, 5)
    same = Contact(key=b[0].key, numbers=a[0].numbers, person=a[0].person)
    other_number = Contact(key=b[1].key, numbers=b[1].numbers, person=a[1].person)
    return {"a": a, "b": (same, other_number, *b[2:])}


class Machine(RuleBasedStateMachine):
    """Drives one core, and a second one that is restored from a snapshot of the first before every step."""

    def __init__(self) -> None:
        super().__init__()
        self.core = Campaigns(VERSIONS.__getitem__)
        self.rows = Rows(lists())
        self.now = 0.0
        self.open: list[commands.Fetch] = []
        self.asking: list[commands.Ask] = []
        self.placed: list[AttemptId] = []
        """Calls that are up, in the order in which they were placed."""
        self.shown: list[commands.ShowPreview] = []
        self.noting: list[AttemptId] = []
        self.person_of: dict[AttemptId, tuple[str, str, str]] = {}
        """The campaign, the person and the number of each try that was ever asked for."""
        self.used: dict[tuple[str, str], int] = {}
        self.allowed: list[AttemptId] = []
        self.given_up: list[AttemptId] = []
        self.refused: list[str] = []
        self.taken: list[AttemptId] = []
        self.recalls: list[commands.Recall] = []
        self.over: list[AttemptId] = []
        """Talks that are over, in the order of their ends."""
        self.late = False
        """A late word is being counted: it writes contacts who are in nobody's hand."""

    @initialize()
    def begin(self) -> None:
        self.do(ClockSet(1_800_000_000.0))
        self.do(events.SettingsInForce("v1"))

    @property
    def utc(self) -> float:
        return self.now + self.core.state.offset_s

    # driving

    def do(self, event: events.CampaignEvent | None) -> None:
        """One step of both cores; None: what is due."""
        twin = Campaigns(VERSIONS.__getitem__)
        data = self.core.snapshot()
        twin.restore(data)
        assert twin.snapshot() == data
        said = self.core.tick(self.now) if event is None else self.core.handle(event, self.now)
        expected = twin.tick(self.now) if event is None else twin.handle(event, self.now)
        assert said == expected, "a core that is restored answers the same"
        assert twin.snapshot() == self.core.snapshot()
        for command in said:
            self.carry_out(command, again=isinstance(event, events.Resumed))

    def carry_out(self, command: CampaignCommand, again: bool) -> None:
        match command:
            case commands.Fetch():
                if again:
                    assert command in self.open
                else:
                    self.open.append(command)
            case commands.Ask():
                self.ask(command, again)
            case commands.Place():
                self.place(command)
            case commands.GiveUp():
                assert command.attempt in self.placed
                self.given_up.append(command.attempt)
            case commands.ShowPreview():
                self.show(command, again)
            case commands.EndPreview():
                (ended,) = [one for one in self.shown if one.attempt == command.attempt]
                assert ended.agent == command.agent
                self.shown.remove(ended)
            case commands.KeepContact():
                row = self.rows.of(command.campaign)[command.contact.key]
                assert row.state == "in_hand" or self.late, "what is not in hand is nobody's to write"
                assert command.contact.asked >= row.contact.asked, "no try has a name that was used"
                self.rows.keep(command)
            case commands.LogTry():
                self.rows.log(command)
                if command.result == "talked" and command.attempt not in self.over:
                    self.over.append(command.attempt)
            case commands.Recall():
                if again:
                    assert command in self.recalls
                else:
                    assert command not in self.recalls
                    self.recalls.append(command)
            case commands.DoNotCall():
                self.refused.append(command.number)
            case _:
                pass

    def ask(self, command: commands.Ask, again: bool) -> None:
        if again:
            assert command in self.asking, "asked anew is only what was not answered, under the same id"
            return
        assert command.attempt not in self.person_of, "a try has an id of its own"
        rows = self.rows.of(command.campaign)
        (row,) = [row for row in rows.values() if row.contact.key == self.key_of(command.attempt)]
        assert row.state == "in_hand"
        person = row.contact.person_key
        for other in (*(one.attempt for one in self.asking), *self.placed):
            _, other_person, other_number = self.person_of[other]
            assert person != other_person, "one call for a person at a time"
            assert command.number != other_number, "one call for a number at a time"
        assert command.number in {one.number for one in row.contact.numbers}
        assert self.core.state.campaigns[command.campaign].state == "running"
        hours = self.core.settings(command.campaign).calendar  # type: ignore[union-attr]  # it runs
        assert hours is None or is_open(hours, self.utc)[0], "nobody is called outside of the campaign's hours"
        self.person_of[command.attempt] = (command.campaign, person, command.number)
        self.asking.append(command)

    def key_of(self, attempt: AttemptId) -> object:
        number, _, row = attempt.split("/")[1].partition(".")
        return type(self.rows.lists["a"][0].key)(int(number), int(row))

    def place(self, command: commands.Place) -> None:
        assert command.attempt in self.allowed, "nobody is dialled without the gate's word"
        self.allowed.remove(command.attempt)  # and once
        campaign, person, _ = self.person_of[command.attempt]
        self.used[campaign, person] = self.used.get((campaign, person), 0) + 1
        assert self.used[campaign, person] <= TRIES, "the budget is the person's, over all numbers and lists"
        self.placed.append(command.attempt)

    def show(self, command: commands.ShowPreview, again: bool) -> None:
        if again:
            assert command.attempt in [one.attempt for one in self.shown]
            return
        assert command.agent not in [one.agent for one in self.shown], "an agent sees one at a time"
        self.shown.append(command)

    # steps

    @rule(name=st.sampled_from(NAMES), act=st.sampled_from(["start", "start", "start", "pause", "drain", "stop"]))
    def order(self, name: str, act: Literal["start", "pause", "drain", "stop"]) -> None:
        self.do(events.CampaignOrdered(name, act))

    @rule(version=st.sampled_from(["v1", "v1", "v2"]))
    def publish(self, version: str) -> None:
        self.do(events.SettingsInForce(version))

    @rule(place=st.integers(0, 9), error=st.sampled_from(["", "", "", "locked"]))
    def store_answers(self, place: int, error: str) -> None:
        if not self.open:
            return
        fetch = self.open.pop(place % len(self.open))
        self.do(events.Fetched(fetch.campaign, fetch.fetch, error=error) if error else self.rows.fetch(fetch, self.utc))

    @rule(place=st.integers(0, 9), word=st.sampled_from(_WORDS))
    def gate_answers(self, place: int, word: str) -> None:
        if not self.asking:
            return
        ask = self.asking.pop(place % len(self.asking))
        if ask.number in self.refused:
            word = "deny"
        match word:
            case "allow":
                self.allowed.append(ask.attempt)
                self.do(events.Allowed(ask.attempt))
            case "defer" | "wait":
                self.do(events.Deferred(ask.attempt, self.utc + 300, "hours", number_only=word == "wait"))
            case _:
                self.do(events.Denied(ask.attempt, "rule", number_only=word == "number", away=word == "away"))

    @rule(place=st.integers(0, 9), agent=st.sampled_from(AGENTS), served=st.booleans())
    def answers(self, place: int, agent: AgentId, served: bool) -> None:
        if not self.placed:
            return
        attempt = self.placed[place % len(self.placed)]
        self.do(events.Answered(attempt))
        if served:
            self.do(events.Connected(attempt, agent))
        else:
            self.do(events.Unserved(attempt))

    @rule(place=st.integers(0, 9), found=st.sampled_from(["person", "machine", "silence"]))
    def detects(self, place: int, found: Literal["person", "machine", "silence"]) -> None:
        if self.placed:
            attempt = self.placed[place % len(self.placed)]
            self.do(events.Answered(attempt))
            self.do(events.Detected(attempt, found))

    @rule(place=st.integers(0, 9), number=st.booleans())
    def was_person(self, place: int, number: bool) -> None:
        """They answer to the message, or call back."""
        machines = self.core.state.machines
        if number and machines:
            self.do(events.CalledIn(sorted(machines)[place % len(machines)]))
        elif self.placed:
            self.do(events.WasPerson(self.placed[place % len(self.placed)]))

    @rule(
        place=st.integers(0, 9),
        result=st.sampled_from(["busy", "no_answer", "invalid_number", "congestion", "out_of_service", "unwanted"]),
    )
    def call_ends(self, place: int, result: Literal["busy", "no_answer", "invalid_number", "out_of_service"]) -> None:
        if not self.placed:
            return
        attempt = self.placed.pop(place % len(self.placed))
        campaign, person, _ = self.person_of[attempt]
        hand = self.core.state.tries[attempt]
        unanswered = self.core.state.campaigns[hand[0]].hands[hand[1]].state == "dialling"
        if unanswered and result == "out_of_service":
            self.used[campaign, person] -= 1
        self.do(events.Ended(attempt, result))
        if attempt in self.core.state.tries:
            self.noting.append(attempt)

    @rule(place=st.integers(0, 9), name=st.sampled_from([one.name for one in SAID]), in_talk=st.booleans())
    def agent_says(self, place: int, name: str, in_talk: bool) -> None:
        of = self.placed if in_talk else self.noting
        if of:
            self.do(events.Dispositioned(of[place % len(of)], name, again_at=self.utc + 900, same_agent=in_talk))

    @rule(place=st.integers(0, 9), name=st.sampled_from([one.name for one in SAID]))
    def agent_says_late(self, place: int, name: str) -> None:
        over = [attempt for attempt in self.over if attempt not in self.core.state.tries]
        if over:
            self.do(events.Dispositioned(over[place % len(over)], name, again_at=self.utc + 900))

    @rule(place=st.integers(0, 9), error=st.sampled_from(["", "", "locked"]))
    def store_recalls(self, place: int, error: str) -> None:
        if not self.recalls:
            return
        recall = self.recalls.pop(place % len(self.recalls))
        self.late = True
        self.do(events.Recalled(recall.attempt, error=error) if error else self.rows.recall(recall))
        self.late = False

    @rule(place=st.integers(0, 9), taken=st.booleans())
    def preview_answered(self, place: int, taken: bool) -> None:
        if self.shown:
            shown = self.shown[place % len(self.shown)]
            self.do(events.PreviewAnswered(shown.attempt, shown.agent, taken))

    @rule(
        agent=st.sampled_from(AGENTS),
        queue=st.sampled_from(["care", "desk"]),
        state=st.sampled_from(["free", "free", "talk", "wrap_up", "away"]),
    )
    def agent_seen(self, agent: AgentId, queue: str, state: Literal["free", "talk", "wrap_up", "away"]) -> None:
        self.do(events.AgentSeen(queue, agent, state, "auto" if state == "talk" else ""))

    @rule(count=st.integers(0, 2))
    def callers_wait(self, count: int) -> None:
        self.do(events.CallersWaiting("care", count))

    @rule(after_s=st.sampled_from([0.0, 1.0, 7.0, 70.0, 700.0]))
    def time_passes(self, after_s: float) -> None:
        until, steps = self.now + after_s, 0
        while (at := self.core.next_deadline()) is not None and at <= until and steps < 200:
            self.now, steps = max(self.now, at), steps + 1
            self.do(None)
        self.now = until

    @rule(by_s=st.sampled_from([-3600.0, 1.0, 7200.0]))
    def clock_is_set(self, by_s: float) -> None:
        self.do(ClockSet(self.core.state.offset_s + by_s))

    @rule()
    def restart(self) -> None:
        data = self.core.snapshot()
        self.core = Campaigns(VERSIONS.__getitem__)
        self.core.restore(data)
        self.do(events.Resumed())

    # what must hold

    @invariant()
    def each_contact_is_in_one_place(self) -> None:
        for name, record in self.core.state.campaigns.items():
            rows = self.rows.of(name)
            held = {hand.contact.key for hand in record.hands.values()}
            for key in held:
                assert rows[key].state == "in_hand", "a contact in hand is nobody else's"
            lines = [row for of_list in record.lists.values() for row in of_list.line]
            assert sorted(lines) == sorted(row for row, hand in record.hands.items() if hand.state == "held")

    @invariant()
    def those_in_a_call_are_known(self) -> None:
        self.noting = [attempt for attempt in self.noting if attempt in self.core.state.tries]
        live = {*(one.attempt for one in self.asking), *self.placed, *self.noting}
        live.update(one.attempt for one in self.shown)
        assert set(self.core.state.tries) == live
        assert set(self.core.state.busy.values()) == live

    def teardown(self) -> None:
        """With every campaign stopped, every question answered and every call over, nobody is left in hand."""
        if not self.core.state.version:
            return
        for name in NAMES:
            self.do(events.CampaignOrdered(name, "stop"))
        for fetch in self.open:
            self.do(self.rows.fetch(fetch, self.utc))
        for ask in tuple(self.asking):
            self.asking.remove(ask)
            self.do(events.Allowed(ask.attempt))
        for attempt in tuple(self.placed):
            self.placed.remove(attempt)
            self.do(events.Ended(attempt, "given_up"))
        self.now += 1000.0
        self.do(None)
        while self.recalls:
            self.store_recalls(0, "")
        for name in self.core.state.campaigns:
            left = [key for key, row in self.rows.of(name).items() if row.state == "in_hand"]
            assert left == [], "each contact is at an end or waits"
            assert not self.core.state.campaigns[name].hands
        assert not self.core.state.busy


Machine.TestCase.settings = settings(max_examples=40, stateful_step_count=50, deadline=None)
TestCampaigns = Machine.TestCase
