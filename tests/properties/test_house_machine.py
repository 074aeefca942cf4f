"""The whole house, driven by chance: callers, agents, phones, a switch and a controller that die at any moment.

After each step a call is in exactly one place, no agent is on two calls, and register, queues and flows tell the same
story; at the end all has ended, every leg and call has its one row, and the journal gives the same commands again.
"""

from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from acd.events import AgentPaused, AgentResumed, AgentSignedIn, AgentSignedOut, WrapUpEnded
from calls import events
from calls.causes import Cause, DeviceState, Outcome
from calls.ids import AgentId, AttemptId, LegId
from control.messages import events as control_events
from control.messages import log_commands
from tests.properties import house_rules
from tests.properties.driven_house import DrivenHouse, new_router
from tests.properties.house_versions import AGENTS
from tests.properties.switch_world import WorldLeg

pytestmark = pytest.mark.properties

agents = st.sampled_from(AGENTS).map(AgentId)
some = st.integers(0, 1_000_000)
TARGETS = ("8001", "8002", "03", "desk", "queue:care care>=9", "main", "13900139000", "13900139000", "999", "nowhere")
CONSULTED = ("8001", "8002", "03", "desk", "13900139000", "13900139000")
ACTS = ("swap", "swap", "swap", "join", "join", "connect", "give_back", "agent", "other", "caller")


class House(DrivenHouse):
    """See the module's first lines."""

    # callers and time

    @rule(key=st.sampled_from("11123456"), called=st.sampled_from(["95183"] * 5 + ["1"]))
    def somebody_calls(self, key: str, called: str) -> None:
        """And knows the menu."""
        self.call_in(key, called)

    @rule()
    def all_goes_well(self) -> None:
        """Events arrive, phones are answered, prompts play to their end."""
        self.settle()
        for leg in list(self.world.legs.values()):
            if leg.originate and not leg.answered:
                self.world.pick_up(leg.leg)
        self.settle()
        for leg in list(self.world.legs.values()):
            self.world.play_ends(leg.leg, Outcome.FINISHED)
        self.settle()
        for call in list(self.router.register.calls.values()):
            offer = self.router.register.offers.get(call.offer) if call.offer is not None else None
            if call.callback is not None and call.callback.state == "asking" and offer is not None:
                self.world.press(offer.leg, "1")
        self.settle()

    @precondition(lambda self: self.world.all_up and not self.world.bridges_fail)
    @rule()
    def all_goes_well_for_long(self) -> None:
        """Then nobody hangs between two places."""
        for _ in range(8):
            self.all_goes_well()
        places = {call.call: call.place for call in self.router.register.calls.values()}
        assert not set(places.values()) & {"offered", "transferring", "dialling"}, places

    @precondition(lambda self: self.world.all_up)
    @rule(hangs_up=st.booleans())
    def a_caller_books_a_callback(self, hangs_up: bool) -> None:
        """While nobody is there; then two come back. The number may be refused."""
        for agent in AGENTS:
            self.tell(AgentSignedOut(AgentId(agent)))
        leg = self.call_in(key="1", called="95183")
        self.settle()
        self.time_passes(1.1)
        self.world.press(leg, "1")
        self.world.press(leg, "1")
        self.settle()
        if hangs_up and leg in self.world.legs:
            self.world.die(leg, Cause.NORMAL)
            self.settle()
        for agent in AGENTS[:2]:
            self.tell(AgentSignedIn(AgentId(agent)))

    @precondition(lambda self: any(offer.state == "whispering" for offer in self.router.register.offers.values()))
    @rule(number=some, key=st.sampled_from("1112"))
    def an_agent_answers_a_whisper(self, number: int, key: str) -> None:
        """By which a callback is accepted, or not; to other whispers keys mean nothing."""
        offers = [offer for offer in self.router.register.offers.values() if offer.state == "whispering"]
        self.world.press(self.pick(number, offers).leg, key)
        self.settle()

    @rule(agent=agents, code=st.sampled_from(["*61", "*62", "*63", "*64", "*65", "*66", "*77"]))
    def an_agent_dials(self, agent: AgentId, code: str) -> None:
        leg = self.new_leg("code")
        self.world.arrive(WorldLeg(leg, True, device=f"80{agent}", caller=f"80{agent}", called=code))

    @rule(agent=agents, number=st.sampled_from(["8001", "8002", "8003", "13900139000", "13900139000", "95183", "x"]))
    def an_agent_calls(self, agent: AgentId, number: str) -> None:
        """A colleague, a number outside, or what may not be called."""
        leg = self.new_leg("desk")
        self.world.arrive(WorldLeg(leg, True, device=f"80{agent}", caller=f"80{agent}", called=number))

    @rule(agent=agents, number=st.sampled_from(["8002", "13900139000"]), token=some)
    def an_agent_clicks_to_call(self, agent: AgentId, number: str, token: int) -> None:
        self.tell(control_events.DialWanted(agent, number, f"{token % 9}-{len(self.journal)}"))

    @rule(agent=agents)
    def an_agent_wants_their_talk_at_another_phone(self, agent: AgentId) -> None:
        self.tell(control_events.TalkMoveWanted(agent))

    @precondition(lambda self: any(leg.answered for leg in self.world.legs.values()))
    @rule(number=some)
    def somebody_holds_or_resumes(self, number: int) -> None:
        self.world.hold(self.pick(number, [leg.leg for leg in self.world.legs.values() if leg.answered]))

    @precondition(lambda self: self.world.legs)
    @rule(number=some, keys=st.text("123456890*#", min_size=1, max_size=3))
    def keys_are_pressed(self, number: int, keys: str) -> None:
        leg = self.pick(number, list(self.world.legs))
        for key in keys:
            self.world.press(leg, key)

    @rule(seconds=st.sampled_from([0.1, 1.0, 6.0, 12.0, 80.0, 200.0]))
    def time_passes(self, seconds: float) -> None:
        until = self.now + seconds
        while (due := self.router.next_deadline()) is not None and due <= until:
            self.now = max(self.now, due)
            self.tell(events.Tick(due))
        self.now = until

    @rule(jump=st.floats(-90_000.0, 90_000.0))
    def the_wall_clock_jumps(self, jump: float) -> None:
        self.tell(events.ClockSet(self.router.register.offset_s + jump))

    # events that are under way

    @precondition(lambda self: self.world.untold and self.world.up)
    @rule(number=some, count=st.integers(1, 6))
    def facts_arrive(self, number: int, count: int) -> None:
        for turn in range(count):
            if self.world.untold:
                self.tell(self.world.next_fact(lambda most, turn=turn: (number + turn) % most))

    @precondition(lambda self: self.waiting_answers)
    @rule(number=some)
    def an_answer_arrives(self, number: int) -> None:
        self.tell(self.waiting_answers.pop(number % len(self.waiting_answers)))

    # what phones and the switch do

    @precondition(lambda self: any(leg.originate and not leg.answered for leg in self.world.legs.values()))
    @rule(number=some, does=st.sampled_from(["answers", "answers", "answers", "busy", "rejected", "no_answer"]))
    def a_phone_that_rings(self, number: int, does: str) -> None:
        ringing = [leg.leg for leg in self.world.legs.values() if leg.originate and not leg.answered]
        leg = self.pick(number, ringing)
        if does == "answers":
            self.world.pick_up(leg)
        else:
            self.world.die(leg, Cause(does))

    @precondition(lambda self: any(leg.play for leg in self.world.legs.values()))
    @rule(number=some, outcome=st.sampled_from([Outcome.FINISHED, Outcome.FINISHED, Outcome.FAILED]))
    def a_prompt_ends(self, number: int, outcome: Outcome) -> None:
        self.world.play_ends(self.pick(number, [leg.leg for leg in self.world.legs.values() if leg.play]), outcome)

    @precondition(lambda self: any(leg.record for leg in self.world.legs.values()))
    @rule(number=some, duration_s=st.sampled_from([0.2, 4.0]))
    def a_message_ends(self, number: int, duration_s: float) -> None:
        self.world.record_ends(
            self.pick(number, [leg.leg for leg in self.world.legs.values() if leg.record]), duration_s
        )

    @precondition(lambda self: self.world.legs)
    @rule(number=some, cause=st.sampled_from([Cause.NORMAL, Cause.NORMAL, Cause.FAILED, Cause.UNREACHABLE]))
    def a_leg_dies(self, number: int, cause: Cause) -> None:
        self.world.die(self.pick(number, list(self.world.legs)), cause)

    @rule(fail=st.booleans())
    def bridges_fail(self, fail: bool) -> None:
        self.world.bridges_fail = fail

    @rule(agent=agents, state=st.sampled_from([DeviceState.UNREACHABLE, DeviceState.IDLE, DeviceState.IDLE]))
    def a_phone_comes_or_goes(self, agent: AgentId, state: DeviceState) -> None:
        self.tell(events.AgentDeviceChanged(f"80{agent}", state))

    # the house's own people

    @rule(
        agent=agents,
        kind=st.sampled_from([AgentSignedIn, AgentSignedIn, AgentSignedOut, AgentPaused, AgentResumed, WrapUpEnded]),
    )
    def an_agent_asks(self, agent: AgentId, kind: Any) -> None:
        self.tell(kind(agent, "break") if kind is AgentPaused else kind(agent))

    @precondition(lambda self: self.router.register.calls)
    @rule(number=some, mode=st.sampled_from(["listen", "whisper", "barge"]))
    def a_supervisor_wants_in(self, number: int, mode: Any) -> None:
        self.tell(control_events.SupervisionWanted(self.pick(number, list(self.router.register.calls)), "8099", mode))

    @precondition(lambda self: any(offer.state == "talking" for offer in self.router.register.offers.values()))
    @rule(number=some, to=st.sampled_from(TARGETS), by=st.sampled_from(["phone", "http"]))
    def an_agent_hands_a_caller_on(self, number: int, to: str, by: Any) -> None:
        offers = [offer for offer in self.router.register.offers.values() if offer.state == "talking"]
        self.tell(events.TransferRequested(self.pick(number, offers).leg, to, by))

    @precondition(lambda self: any(offer.state == "talking" for offer in self.router.register.offers.values()))
    @rule(number=some, to=st.sampled_from(TARGETS), by=st.sampled_from(["code", "http"]), answers=st.booleans())
    def an_agent_consults_somebody(self, number: int, to: str, by: Any, answers: bool) -> None:
        """Who `answers` at once, where nothing is in the way; or is rung, or asked about, for as long as it takes."""
        offers = [offer for offer in self.router.register.offers.values() if offer.state == "talking"]
        self.tell(control_events.ConsultationWanted(self.pick(number, offers).leg, "consult", to, by))
        if answers:
            self.settle()
            for one in self.router.register.consultations.values():
                if one.state == "ringing" and one.other in self.world.legs:
                    self.world.pick_up(one.other)
            self.settle()

    @precondition(lambda self: self.world.all_up)
    @rule(to=st.sampled_from(CONSULTED), acts=st.lists(st.sampled_from(ACTS), max_size=5), settles=st.booleans())
    def a_consultation_goes_its_way(self, to: str, acts: list[str], settles: bool) -> None:
        """From a caller who comes to whatever the agent does with both, or who leaves; told late or at once."""
        for agent in AGENTS:
            self.tell(AgentSignedIn(AgentId(agent)))
        self.call_in(key="1", called="95183")
        self.all_goes_well()
        offers = [offer for offer in self.router.register.offers.values() if offer.state == "talking"]
        if not offers:
            return
        asks = self.pick(len(acts), offers)
        self.tell(control_events.ConsultationWanted(asks.leg, "consult", to))
        self.settle()
        one = self.router.register.consultations.get(asks.call)
        if one is None or one.other not in self.world.legs:
            return
        self.world.pick_up(one.other)
        for act in acts:
            if settles:
                self.settle()
            call = self.router.register.calls.get(asks.call)
            legs = {"agent": asks.leg, "other": one.other, "caller": call.leg if call is not None else LegId("")}
            if act in legs:
                self.world.die(legs[act], Cause.NORMAL)
            else:
                self.tell(control_events.ConsultationWanted(asks.leg, act))  # type: ignore[arg-type]  # one of them

    @precondition(lambda self: self.router.register.consultations)
    @rule(
        number=some,
        act=st.sampled_from(["swap", "swap", "join", "join", "connect", "give_back"]),
        at_once=st.booleans(),
    )
    def an_agent_wants_something_of_a_consultation(self, number: int, act: Any, at_once: bool) -> None:
        consultation = self.pick(number, list(self.router.register.consultations.values()))
        self.tell(control_events.ConsultationWanted(consultation.leg, act))
        if not at_once:
            self.settle()

    @precondition(lambda self: self.router.register.consultations)
    @rule(
        number=some,
        who=st.sampled_from(["agent", "other", "caller"]),
        cause=st.sampled_from([Cause.NORMAL, Cause.FAILED]),
    )
    def somebody_leaves_a_consultation(self, number: int, who: str, cause: Cause) -> None:
        call, one = self.pick(number, list(self.router.register.consultations.items()))
        caller = self.router.register.calls[call].leg
        self.world.die({"agent": one.leg, "other": one.other or one.leg, "caller": caller}[who], cause)

    @precondition(lambda self: self.world.legs)
    @rule(number=some)
    def somebody_asks_for_a_transfer_who_may_not(self, number: int) -> None:
        """A leg in whatever role and state: most have no caller to hand on."""
        self.tell(events.TransferRequested(self.pick(number, list(self.world.legs)), "01"))
        self.tell(control_events.ConsultationWanted(self.pick(number, list(self.world.legs)), "consult", "01"))

    @precondition(lambda self: self.router.register.calls)
    @rule(number=some)
    def a_case_is_wanted(self, number: int) -> None:
        call = self.pick(number, list(self.router.register.calls))
        attempt = AttemptId(f"web-{len(self.journal)}-{self.legs_seen}")
        self.tell(control_events.CaseWanted(call, attempt, "complaint"))

    @rule(
        kind_and_target=st.sampled_from(
            [("closure", "queue:care"), ("closure", "line:95183"), ("announcement", "all"), ("hours", "hours:day")]
        ),
        until=st.sampled_from(["today", "lifted", 30.0]),
    )
    def an_override_is_set(self, kind_and_target: Any, until: Any) -> None:
        end = self.now + self.router.register.offset_s + until if isinstance(until, float) else until
        texts = {"en": "A storm."} if kind_and_target[0] == "announcement" else {}
        self.tell(control_events.OverrideWanted(*kind_and_target, "li", "storm", end, texts))

    @precondition(lambda self: self.router.register.overrides)
    @rule(number=some)
    def an_override_is_lifted(self, number: int) -> None:
        self.tell(control_events.OverrideLifted(self.pick(number, self.router.register.overrides).number, "li"))

    @rule(version=st.sampled_from(["v1", "v2"]))
    def a_version_is_published(self, version: str) -> None:
        self.tell(control_events.VersionPublished(version))

    # what breaks

    @precondition(lambda self: self.world.up)
    @rule(
        breaks=st.sampled_from(["seen", "unseen", "switch", "controller", "controller", "half"]), lost=st.integers(1, 3)
    )
    def something_breaks(self, breaks: str, lost: int) -> None:
        match breaks:
            case "switch":
                self.restart_switch()
            case "controller":
                self.kill_controller(0)
            case "half":
                self.kill_controller(lost)
            case _:
                for event in self.world.lose_link(breaks == "seen"):
                    self.tell(event)

    @precondition(lambda self: not self.world.up)
    @rule()
    def the_link_is_back(self) -> None:
        while refusals := self.world.refusals():
            for event in refusals:
                self.tell(event)
        back = self.world.restore_link()
        self.tell(back)
        self.world.hang_up_what_was_ordered()

    @rule()
    def a_snapshot_is_kept(self) -> None:
        self.kept = (len(self.journal), self.router.snapshot())

    # what always holds

    @invariant()
    def each_call_is_in_one_place(self) -> None:
        house_rules.each_call_is_in_one_place(self.router, self.ivr, self.acd, self.hidden, up=self.world.all_up)

    @invariant()
    def no_agent_is_on_two_calls(self) -> None:
        house_rules.no_agent_is_on_two_calls(self.router, self.ivr, self.acd)

    def teardown(self) -> None:
        """All callers hang up, all phones are put down: then nothing may be left anywhere, and all is written."""
        if not self.router.register.version:
            return
        if not self.world.all_up:
            self.the_link_is_back()
        self.settle()
        for leg in list(self.world.legs.values()):
            if leg.inbound or ":callback-" in leg.leg or "dial-" in leg.leg:
                self.world.die(leg.leg, Cause.NORMAL)
        self.settle()
        for agent in AGENTS:
            self.tell(AgentSignedOut(AgentId(agent)))
        self.settle()
        self.time_passes(1_000.0)  # callbacks expire
        self.settle()
        assert not self.world.legs, "a phone rings on, or a leg stands about, with nobody who owns it"
        register = self.router.register
        left: list[Any] = [register.calls, register.legs, register.offers, register.bridges, register.filing]
        left += [register.openings, register.menus]
        left += [register.asked, register.passed, register.settlements, register.asked_for]
        left += [register.transfers, register.consultations, register.handed_on, register.leaving]
        left += [register.agent_calls, register.engaged]
        left += [self.ivr.sessions, self.acd.assignments, self.acd.callers.by_call]
        assert not any(left), left
        rows = [command for entry in self.journal for command in entry.given]
        ended = [row.call for row in rows if isinstance(row, log_commands.LogCall)]
        legs = [row.leg for row in rows if isinstance(row, log_commands.LogLeg)]
        arrived = {
            e.event.leg for e in self.journal if isinstance(e.event, events.CallArrived) and e.event.device is None
        }
        assert len(ended) == len(set(ended)), "one row a call"
        assert len(legs) == len(set(legs)), "one row a leg"
        assert arrived <= set(ended)
        heir = new_router()[0]
        for entry in self.journal:
            assert heir.handle(entry.event, entry.at) == entry.given
        assert heir.snapshot() == self.router.snapshot()


House.TestCase.settings = settings(max_examples=30, stateful_step_count=40)
test_the_house = House.TestCase
