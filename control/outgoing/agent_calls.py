"""Agents' own calls: to a colleague's extension, or to a number outside, dialled at the phone or asked for by HTTP.

Both phones are busy meanwhile, so the queues offer them nobody (`control.hub.phones`).
`control.machines.states.AGENT_CALLS` has the states. The agent's own leg has the role `dialling` and is the call's leg;
the far one has the role `dialled`. A phone that dialled is told by SIP what goes on: ringing, and where nothing comes
of it a few words and the cause, before any answer. Numbers outside pass `control.gate.dial_rules`, then the gate
(`control.gate.gate`), like callbacks.
"""

from heapq import heapify, heappop, heappush

from calls.causes import Cause
from calls.commands import Answer, Bridge, EarlyMedia, HangUp, Originate, Play, Ring, StartMusic
from calls.events import CallAnswered, CallArrived, CallEnded, DigitPressed, PlaybackFinished
from calls.ids import AgentId, CallId, Instant, LegId, leg_on
from calls.numbers import e164
from control.gate import dial_rules
from control.gate.gate import OutgoingGate
from control.hub import nodes, notifications
from control.hub.hub import Hub
from control.hub.parts import QuietPart
from control.hub.phones import Phones
from control.machines.states import AgentCallState
from control.messages import commands, events
from control.register import talks
from control.register.call import Call
from control.register.register import Dialled, Leg, call_id, recording_of
from control.talks.talk_keys import DECLINE_RECORDING
from control.talks.talk_recordings import TalkRecordings

PHRASES = {
    "dial_refused": "agent_refused",
    "dial_busy": "agent_refused",
    "dial_no_answer": "agent_refused",
    "dial_unreachable": "agent_refused",
}
"""The phrases of prompts/ that say why nothing came of it, each with a coarser one for a site that has not this one."""
_PHRASE_OF = {
    Cause.BLOCKED: "dial_refused",
    Cause.BUSY: "dial_busy",
    Cause.REJECTED: "dial_busy",
    Cause.NO_ANSWER: "dial_no_answer",
}
_TELL_S = 20.0
"""Words to an agent whose end is not told for so long went down with a controller."""
_OWN_RING_S = 20.0
"""How long an agent's own phone rings for a call that was asked for by HTTP."""


class AgentCalls(QuietPart):
    """Takes what a phone dialled, asks whether it may be, calls, connects, and writes down what became of it."""

    def __init__(self, hub: Hub, phones: Phones, recordings: TalkRecordings, gate: OutgoingGate) -> None:
        self._hub = hub
        self._gate = gate
        self._phones = phones
        self._recordings = recordings
        self._heap: list[tuple[Instant, CallId]] = []

    # how they begin

    def arrived(self, event: CallArrived, account: str) -> None:
        """The phone `account` has dialled what is no star code."""
        hub = self._hub
        agent = hub.directory.agent(hub.register.version, account)
        call = self._new(event.leg, account, agent, event.called)
        self._phones.dialled(account)
        if agent is None:
            self._refuse(call, Cause.BLOCKED, f"the phone {account} is nobody's")
        else:
            self._check(call, hub.register.agent_calls[call.call])

    def wanted(self, event: events.DialWanted) -> None:
        """An agent wants this number called, by HTTP: their own phone rings first."""
        hub, register = self._hub, self._hub.register
        account = hub.directory.account(register.version, event.agent)
        home = nodes.home(register, account) if account is not None else ""
        # until a switch has told of its phones, it is tried
        there = home or (not register.nodes() and nodes.can_be_rung(register, account or ""))
        if account is None or not there or self._phones.in_call(account):
            detail = f"{event.agent}: the phone is in a call already, or not there"
            hub.notice("info", "agent's call not begun", detail=detail)
            return
        leg = leg_on(home, f"dial-{event.token}")
        if leg in register.legs:
            return
        call = self._new(leg, account, event.agent, event.number, state="calling")
        made = register.agent_calls[call.call]
        made.scene, made.person, made.account = event.scene, event.person, event.account
        hub.give(Originate(leg, hub.mint(leg), f"phone:{account}", call.called, "", _OWN_RING_S))

    def _new(
        self, leg: LegId, account: str, agent: AgentId | None, dialled: str, state: AgentCallState = "checking"
    ) -> Call:
        hub, register = self._hub, self._hub.register
        colleague = hub.directory.agent(register.version, dialled)
        number = dialled if colleague is not None else e164(dialled, hub.directory.region(register.version))
        call = Call(call_id(leg), leg, account, number, register.version, hub.now, place="dialling")
        call.agent = agent
        made = Dialled("out", f"tel:{number}") if colleague is None else Dialled("internal", f"phone:{dialled}")
        made.state = state
        register.agent_calls[call.call] = made
        register.calls[call.call] = call
        register.legs[leg] = Leg(leg, "dialling", call.call, account, hub.now)
        self._phones.leg_changed(register.legs[leg])
        return call

    # may it be dialled?

    def _check(self, call: Call, dialled: Dialled) -> None:
        hub = self._hub
        if dialled.direction == "internal":
            account = dialled.to.partition(":")[2]
            colleague = hub.directory.agent(call.version, account)
            standing = hub.queue_view.agent(colleague, hub.now) if colleague is not None else None
            if account == call.caller or self._phones.in_call(account):
                self._refuse(call, Cause.BUSY, "the colleague is in a call")
            elif standing is None or standing.state == "offline":
                why = standing.reason if standing is not None and standing.reason else "not there"
                self._refuse(call, Cause.UNREACHABLE, f"the colleague is {why}")
            else:
                self._ring(call, dialled)
            return
        if refusal := dial_rules.outgoing_refusal(hub.directory, call.version, call.called):
            self._refuse(call, Cause.BLOCKED, refusal)
            return
        dialled.check = hub.mint(call.call)
        question = commands.AskGate(
            call=call.call,
            attempt=dialled.check,
            number=call.called,
            scene=dialled.scene or hub.directory.outgoing(call.version).scene,
            origin="agent",
            agent=call.agent,
            person=dialled.person,
            account=dialled.account,
        )
        if (answer := self._gate.ask(question)) is not None:
            self.checked(answer)

    def checked(self, event: events.GateAnswered) -> bool:
        """Go on by the answer; False where nobody waits for it here."""
        register = self._hub.register
        call, dialled = register.calls.get(event.call), register.agent_calls.get(event.call)
        if call is None or dialled is None or dialled.check != event.attempt or dialled.state != "checking":
            return False
        if event.verdict == "allow":
            self._ring(call, dialled, event)
        else:
            self._refuse(call, Cause.BLOCKED, event.why)
        return True

    def restarted(self) -> None:
        """Ask about each number that a release before this one asked about in another way."""
        for name, dialled in list(self._hub.register.agent_calls.items()):
            if dialled.state == "checking" and not self._gate.is_asked(dialled.check):
                self._check(self._hub.register.calls[name], dialled)

    def _ring(self, call: Call, dialled: Dialled, passed: events.GateAnswered | None = None) -> None:
        """Call the far end; the agent's own phone is told that it rings, or plays music where it is answered.

        `passed` is the gate's answer for a number outside.
        """
        hub, register = self._hub, self._hub.register
        dialled.on("allowed")
        dialled.check = None
        self._due(call, dialled, None)
        rules = hub.directory.outgoing(call.version)
        if register.legs[call.leg].answered_at is None:
            hub.give(Ring(call.leg, hub.mint(call.call)))
        else:
            hub.give(StartMusic(call.leg, hub.mint(call.call)))
        leg = dialled.leg = LegId(f"{hub.mint(call.call)}-dialled")
        to, via = nodes.address(register, dialled.to, call.call)
        register.legs[leg] = Leg(leg, "dialled", call.call, dialled.to, hub.now, via=via)
        self._phones.leg_changed(register.legs[leg])
        if passed is not None:
            self._gate.dial(register.legs[leg], passed, to, rules.caller_id, rules.ring_s)
        else:
            hub.give(Originate(leg, hub.mint(leg), to, call.caller, "", rules.ring_s))

    # the two legs

    def answered(self, leg: Leg, event: CallAnswered) -> None:
        """The agent's own phone is up, or the far end picked up: then both are connected."""
        hub = self._hub
        call = hub.register.call_of(leg.leg)
        dialled = hub.register.agent_calls.get(call.call) if call is not None else None
        if call is None or dialled is None or (leg.role == "dialled" and dialled.leg != leg.leg):
            hub.give(HangUp(leg.leg))
        elif leg.role == "dialling":
            if dialled.state != "calling":
                return  # told because we have answered it
            dialled.on("answered")
            self._check(call, dialled)
        elif dialled.on("picked_up"):
            if hub.register.legs[call.leg].answered_at is None:
                hub.give(Answer(call.leg, hub.mint(call.call)))
            self._connect(call, leg.leg)

    def _connect(self, call: Call, far: LegId) -> None:
        hub = self._hub
        rules = hub.directory.outgoing(call.version)
        usual = hub.register.direction(call.call) == "out" and rules.record
        record = hub.register.records((far,), usual) and call.recording.consent != "declined"
        name = recording_of(call) if record else None
        hub.give(Bridge(hub.register.connect(call, "dialled", record), call.leg, far, name))

    def bridged(self, call: Call) -> None:
        """Both hear each other."""
        hub, dialled = self._hub, self._hub.register.agent_calls.get(call.call)
        if dialled is None or dialled.leg not in hub.register.legs or not dialled.on("connected"):
            return
        call.on("connected")
        call.answered_at = hub.now
        call.end_as("answered")
        talks.begin(call, hub.register.legs[dialled.leg], call.agent, hub.now)
        notifications.talk_began(hub, call)

    def unbridged(self, call: Call, failed: bool, survivors: tuple[LegId, ...] = ()) -> None:
        """The two came apart, or were never connected: both are hung up, and the end of a leg says why."""
        hub, dialled = self._hub, self._hub.register.agent_calls.get(call.call)
        if dialled is None or dialled.leg is None:
            return
        both = call.leg in hub.register.legs and dialled.leg in hub.register.legs
        if dialled.state == "bridging" and not failed and both:  # the command went down with its controller
            dialled.on("connecting_again")
            hub.register.part(call)
            self._connect(call, dialled.leg)
        elif dialled.on("failed" if failed else "parted"):
            for leg in (dialled.leg, call.leg):
                if leg in hub.register.legs:
                    hub.give(HangUp(leg))

    def digit(self, leg: Leg, event: DigitPressed) -> None:
        """A key: the agent's code by which a talk is not recorded."""
        call = self._hub.register.call_of(leg.leg)
        if leg.role != "dialling" or call is None or call.talk is None:
            return
        leg.keys = (leg.keys + event.digit)[-2:]
        if leg.keys == DECLINE_RECORDING and call.recording.consent != "declined":
            self._recordings.decline(call)

    def ended(self, leg: Leg, event: CallEnded) -> None:
        """The agent's own leg is gone, and with it the call; or the far one, whose end the agent is told."""
        hub = self._hub
        call = hub.register.calls.get(leg.call) if leg.call is not None else None
        dialled = hub.register.agent_calls.get(call.call) if call is not None else None
        if call is None or dialled is None:
            return
        if leg.role == "dialling":
            self._closed(call, dialled, event.cause)
        elif dialled.leg == leg.leg:
            ringing, dialled.cause = dialled.state == "ringing", event.cause
            hub.end_talk(call, event.cause)
            if dialled.on("far_end_left"):
                hub.register.part(call)
                if ringing:
                    self._tell(call, dialled, event.cause)
                else:
                    hub.give(HangUp(call.leg))

    def _closed(self, call: Call, dialled: Dialled, cause: Cause) -> None:
        hub = self._hub
        came_to_nothing = dialled.state in ("telling", "ending") and call.outcome != "answered"
        dialled.on("agent_left")
        if dialled.leg is not None and dialled.leg in hub.register.legs:
            hub.give(HangUp(dialled.leg))
        if call.outcome == "left_in_menu":
            call.end_as("unreached" if came_to_nothing else "abandoned")
        hub.end_talk(call, cause)
        hub.register.part(call)
        hub.close(call, dialled.cause if came_to_nothing else cause)

    def hand_over(self, call: Call, dialled: Dialled) -> Leg:
        """The far end goes on with a caller of the agent, and this call is over; gives the far leg, which is nobody's.

        Only while it rings or talks. The agent's own leg is still there.
        """
        hub = self._hub
        assert dialled.leg is not None  # it rings, or is in the talk
        if dialled.state == "ringing":
            call.end_as("transferred")
        dialled.on("handed_on")
        hub.end_talk(call, Cause.TRANSFERRED)
        hub.register.part(call)
        hub.close(call, Cause.TRANSFERRED)
        return hub.register.legs[dialled.leg]

    # where nothing comes of it

    def _refuse(self, call: Call, cause: Cause, why: str) -> None:
        dialled = self._hub.register.agent_calls[call.call]
        dialled.on("refused")
        dialled.check = None
        call.end_as("refused")
        self._hub.notice("info", "agent's call refused", call=call.call, detail=why)
        self._tell(call, dialled, cause)

    def _tell(self, call: Call, dialled: Dialled, cause: Cause) -> None:
        """Say to the agent why, before any answer; then their phone has the cause."""
        hub = self._hub
        dialled.cause = cause
        phrase = _PHRASE_OF.get(cause, "dial_unreachable")
        sound = hub.directory.sound(call.version, phrase) or hub.directory.sound(call.version, PHRASES[phrase])
        if not sound:
            self._told(call, dialled)
            return
        self._due(call, dialled, hub.now + _TELL_S)
        if hub.register.legs[call.leg].answered_at is None:
            hub.give(EarlyMedia(call.leg, hub.mint(call.call)))
        hub.give(Play(call.leg, hub.mint(call.call), sound))

    def played(self, leg: Leg, event: PlaybackFinished) -> None:
        """The agent has heard it."""
        call = self._hub.register.call_of(leg.leg)
        dialled = self._hub.register.agent_calls.get(call.call) if call is not None else None
        if call is not None and dialled is not None and dialled.state == "telling":
            self._told(call, dialled)

    def _told(self, call: Call, dialled: Dialled) -> None:
        dialled.on("told")
        self._due(call, dialled, None)
        self._hub.give(HangUp(call.leg, dialled.cause))

    def is_over(self, leg: Leg) -> bool:
        """Whether this leg is one of an agent's call that is being hung up: the command may have come to nothing."""
        if leg.role not in ("dialling", "dialled"):
            return False
        dialled = self._hub.register.agent_calls.get(leg.call) if leg.call is not None else None
        return dialled is None or dialled.state == "ending"

    # time

    def next_deadline(self) -> Instant | None:
        """When a check, or words to an agent, have taken too long."""
        while self._heap:
            due_at, name = self._heap[0]
            dialled = self._hub.register.agent_calls.get(name)
            if dialled is not None and dialled.due_at == due_at:
                return due_at
            heappop(self._heap)
        return None

    def tick(self) -> None:
        """Do what is due."""
        while (due_at := self.next_deadline()) is not None and due_at <= self._hub.now:
            name = heappop(self._heap)[1]
            call, dialled = self._hub.register.calls[name], self._hub.register.agent_calls[name]
            dialled.due_at = None
            if dialled.state == "telling":
                self._told(call, dialled)

    def restored(self) -> None:
        """The register is another one: find its deadlines."""
        made = self._hub.register.agent_calls.items()
        self._heap = [(dialled.due_at, name) for name, dialled in made if dialled.due_at is not None]
        heapify(self._heap)

    def _due(self, call: Call, dialled: Dialled, due_at: Instant | None) -> None:
        dialled.due_at = due_at
        if due_at is not None:
            heappush(self._heap, (due_at, call.call))
