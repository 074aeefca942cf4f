"""Callbacks that keep the place: booked on the line, kept in the queue, agent first, then the caller's phone.

To the queues nothing changes when a caller books: the same call waits on, with its place, priority and time waited.
Only when it is tried and nobody answers is it taken out for a while and put back with the time it had waited.
`control.machines.states.CALLBACKS` has the states. The part of the legs on which callers are called back.
"""

from acd.events import CallLeft
from calls.causes import Cause
from calls.commands import HangUp, StartMusic
from calls.events import CallAnswered, CallEnded
from calls.ids import AttemptId, Instant, Seconds
from control.callbacks import returning, same_number
from control.callbacks.callback_places import CallbackPlaces
from control.callbacks.callback_rules import hindrance, number_refusal, refusal, rules_of
from control.gate.gate import OutgoingGate
from control.hub.hub import Hub
from control.hub.parts import QuietPart
from control.messages import commands, events
from control.queues.offers import Offers
from control.register import register as at
from control.register.call import Call, Callback
from ivr.commands import BookCallback
from ivr.events import CallbackAnswered

ACCEPT = "1"
_MAY_BE_KEPT = frozenset({"allow", "defer"})
"""Answers at booking by which the place is kept: now, or later, the number may be called."""


class Callbacks(QuietPart):
    """Books, keeps, calls, and writes down what became of it. A `control.queues.offers.AgentFirst`."""

    def __init__(self, hub: Hub, offers: Offers, gate: OutgoingGate) -> None:
        self._hub = hub
        self._offers = offers
        self._gate = gate
        self._places = CallbackPlaces(hub)

    def concerns(self, call: Call) -> bool:
        """Whether the caller is to be called back, or is on the line because they were."""
        return call.kept_callback is not None

    # booking

    def book(self, command: BookCallback) -> None:
        """The caller confirmed a number: may it be called?"""
        hub = self._hub
        call = hub.register.calls[command.call]
        rules = rules_of(self._hub, call)
        refused = refusal(hub, rules) or (number_refusal(hub, rules, command.number) if rules is not None else "")
        asked_for = call.call in hub.register.transfers  # an agent has found somebody for them
        if call.place != "waiting" or call.flow_attempt is None or call.queued_as is None or asked_for:
            hub.tell_flows(CallbackAnswered(call.call, command.attempt, "connecting"))
        elif rules is None or refused:
            hub.notice("info", "callback refused", call=call.call, detail=refused or "the queue has no callbacks")
            hub.tell_flows(CallbackAnswered(call.call, command.attempt, "refused"))
        else:
            expires_at = hub.now + rules.expires_s
            call.callback = Callback(command.number, command.attempt, call.flow_attempt, hub.now, expires_at)
            self._check(call, call.callback)

    def checked(self, event: events.GateAnswered) -> bool:
        """Go on by the answer, at booking or before the caller's phone is rung. False: the call went on without it."""
        call = self._hub.register.calls.get(event.call)
        callback = call.callback if call is not None else None
        if call is None or callback is None or callback.check != event.attempt:
            return False
        callback.check = None
        callback.not_before = event.until or 0.0
        if callback.state == "checking":
            self._booked(call, callback, event)
        elif callback.state == "unchecked":
            self._booked_alone(call, callback, event)
        else:
            self._cleared(call, callback, event)
        return True

    def _cleared(self, call: Call, callback: Callback, event: events.GateAnswered) -> None:
        """The caller's phone is rung, or it is not: never, not yet, or not while nobody can say so."""
        match event.verdict:
            case "allow":
                self._dial(call, callback, event)
            case "deny":
                self._places.give_up(call, callback, "refused", event.why)
            case _:
                self._hub.notice("info", "callback postponed", call=call.call, detail=event.why)
                self._places.rest(call, callback, "closed", event.why)

    def _booked(self, call: Call, callback: Callback, event: events.GateAnswered) -> None:
        hub = self._hub
        if event.verdict not in _MAY_BE_KEPT:
            callback.on("refused")
            call.callback = None
            hub.notice("info", "callback refused", call=call.call, detail=event.why)
            hub.tell_flows(CallbackAnswered(call.call, callback.booking, "refused"))
        elif call.place != "waiting":
            callback.on("overtaken")
            call.callback = None
            hub.tell_flows(CallbackAnswered(call.call, callback.booking, "connecting"))
        elif (twin := same_number.twin(hub.register, call, callback.number)) and same_number.is_ahead(hub, twin, call):
            self._join(call, callback, twin)
        else:
            if twin is not None:
                self._places.end(twin, "joined", call)
            callback.on("allowed")
            call.on("booked")
            call.flow_attempt = None
            call.end_as("callback")
            call.replaced_callback = None  # this one holds
            self._places.due(call, callback, callback.expires_at)
            self._places.row(call, callback, "booked", "")
            hub.stop_music(call)
            hub.tell_flows(CallbackAnswered(call.call, callback.booking, "booked"))

    def _join(self, call: Call, callback: Callback, twin: Call) -> None:
        """The number is to be called already, and sooner: one call does for both."""
        callback.on("joined")
        self._places.row(call, callback, "joined", f"call {twin.call}")
        call.callback = call.replaced_callback = call.flow_attempt = None
        call.on("released")
        call.end_as("callback")
        self._hub.tell_queues(CallLeft(call.call, "way_out"))
        self._hub.stop_music(call)
        self._hub.tell_flows(CallbackAnswered(call.call, callback.booking, "booked"))

    def _leave_unchecked(self, call: Call, callback: Callback) -> None:
        """The caller confirmed and hung up before it was known whether the number may be called: the answer decides.

        Until then no agent is offered a caller who is gone.
        """
        self._hub.tell_queues(CallLeft(call.call, "way_out"))
        callback.on("caller_left")
        if call.place == "waiting":
            call.on("booked")  # of one who is offered, the withdrawal of the offer does it
        call.flow_attempt = None
        call.end_as("callback")

    def _booked_alone(self, call: Call, callback: Callback, event: events.GateAnswered) -> None:
        """As `_booked`, of a caller who has hung up: there is nobody to be told."""
        hub = self._hub
        before, call.replaced_callback = call.replaced_callback, None
        twin = same_number.twin(hub.register, call, callback.number)
        allowed = event.verdict in _MAY_BE_KEPT
        if not allowed and before is not None:  # the one that they had before holds again
            callback.on("given_up")
            hub.notice("info", "callback refused", call=call.call, detail=event.why)
            call.callback = before
            self._places.put_back(call, before)
        elif not allowed:
            self._places.give_up(call, callback, "refused", event.why)
        elif twin is not None and same_number.is_ahead(hub, twin, call):
            callback.on("joined")
            self._places.row(call, callback, "joined", f"call {twin.call}")
            call.callback = None
            hub.close(call, Cause.NORMAL)
        else:
            if twin is not None and (left := self._places.end(twin, "joined", call)) is not None:
                hub.tell_queues(left)
            callback.on("allowed")
            self._places.row(call, callback, "booked", "")
            self._places.put_back(call, callback)

    def outlives(self, call: Call, event: CallEnded) -> bool:
        """Whether the call goes on although a leg of the caller ended; if so, its callback has taken note."""
        callback, here = call.callback, call.place in ("waiting", "offered")
        if callback is not None and callback.state == "checking" and call.leg == event.leg and here:
            self._leave_unchecked(call, callback)
            return True
        if call.replaced_callback is not None and call.leg == event.leg and here:
            self._promise_again(call, call.replaced_callback)
            return True
        if callback is None or callback.state in ("checking", "talking"):
            return call.leg != event.leg
        if event.leg == callback.leg:  # picked up, and gone before both were connected
            self._not_reached(call, callback, event.cause)
        return True

    def _promise_again(self, call: Call, callback: Callback) -> None:
        """The caller called to hear how long it will be, and hung up again: they keep callback, place and time."""
        call.callback, call.replaced_callback = callback, None
        call.end_as("callback")
        callback.on("promised_again")
        assert call.flow_attempt is not None  # a call that waits was put there by a flow
        callback.ask, call.flow_attempt = call.flow_attempt, None
        if call.place == "offered" and not self.postponed(call):
            self._places.due(call, callback, None)  # it is this caller's turn: the agent whose phone rings calls back
            self._offers.became_callback(call)
        elif call.place != "offered":
            call.on("booked")
            self._places.due(call, callback, callback.expires_at)
        self._places.row(call, callback, "booked", "called, and hung up again")

    def postponed(self, call: Call) -> bool:
        """Whether nobody may be called now. Its turn has come: out of the queue, and no phone rings until then."""
        callback, refused = call.kept_callback, refusal(self._hub, rules_of(self._hub, call))
        if callback is not None:
            refused = refused or hindrance(self._hub, call, callback.number)
            if callback.not_before > self._hub.utc:
                refused = refused or "the gate has put it off"
        if callback is not None and self._hub.now >= callback.expires_at:
            self._places.give_up(call, callback, "expired", refused)
            return True
        if callback is None or not refused:
            return False
        self._hub.notice("info", "callback postponed", call=call.call, detail=refused)
        self._places.rest(call, callback, "released", refused)
        return True

    # the agent, then the caller

    def agent_ready(self, call: Call) -> None:
        """The agent has heard who and why, and may accept."""
        rules, callback = rules_of(self._hub, call), call.callback
        if callback is not None and callback.on("told"):
            self._places.due(call, callback, self._hub.now + (rules.confirm_s if rules is not None else 0.0))

    def agent_key(self, leg: at.Leg, digit: str) -> bool:
        """Whether the key was an answer to a callback: 1 accepts, also into the whisper; another one declines."""
        call = self._hub.register.call_of(leg.leg)
        callback = call.kept_callback if call is not None else None
        offer = self._hub.register.offer_of(call) if call is not None else None
        if call is None or callback is None or offer is None or offer.leg != leg.leg or call.place != "offered":
            return False
        if callback.state in ("booked", "asking"):
            if digit == ACCEPT:
                callback.on("accepted")
                self._check(call, callback)
            else:
                self._hub.give(HangUp(leg.leg))
        return True

    def _dial(self, call: Call, callback: Callback, passed: events.GateAnswered) -> None:
        hub, rules = self._hub, rules_of(self._hub, call)
        refused = refusal(self._hub, rules)
        if same_number.on_the_line(hub.register, call, callback.number):
            refused = refused or "the number is in another call"
        refused = refused or hindrance(hub, call, callback.number)
        if rules is None or refused:
            self._gate.release(passed)
            self._places.rest(call, callback, "closed", refused)
            return
        if never := number_refusal(hub, rules, callback.number):  # the rules are stricter than when it was booked
            self._gate.release(passed)
            self._places.give_up(call, callback, "refused", never)
            return
        callback.on("allowed")
        callback.tries += 1
        callback.turns += 1
        self._places.due(call, callback, None)  # the switch ends it by the ring time, the queues by theirs
        offer = hub.register.offer_of(call)
        if offer is not None:
            hub.give(StartMusic(offer.leg, hub.mint(offer.leg)))
        leg = callback.leg = at.callback_leg(call.call, callback.turns)
        made = hub.register.legs[leg] = at.Leg(leg, "callback", call.call, callback.number, hub.now)
        self._gate.dial(made, passed, f"tel:{callback.number}", call.called, rules.ring_s)

    def answered(self, leg: at.Leg, event: CallAnswered) -> None:
        """The caller picked up, and is a caller like any other from here on: connect."""
        call = self._hub.register.call_of(leg.leg)
        offer = self._hub.register.offer_of(call) if call is not None else None
        if call is None or call.callback is None or call.callback.leg != leg.leg or offer is None:
            self._hub.give(HangUp(leg.leg))  # the agent went away meanwhile
            return
        leg.role = "caller"
        call.leg = leg.leg
        self._offers.connect(offer)

    def connected(self, call: Call) -> None:
        """Both hear each other."""
        if call.callback is not None:
            call.callback.on("connected")
            self._places.due(call, call.callback, None)
            self._places.row(call, call.callback, "reached", "")
            while (twin := same_number.twin(self._hub.register, call, call.callback.number)) is not None:
                left = self._places.end(twin, "joined", call)
                if left is not None:  # it overflowed, or was moved, to this queue
                    self._hub.tell_queues(left)

    def ended(self, leg: at.Leg, event: CallEnded) -> None:
        """The caller's phone was not answered."""
        call = self._hub.register.calls.get(leg.call) if leg.call is not None else None
        if call is not None and call.callback is not None and call.callback.leg == leg.leg:
            self._not_reached(call, call.callback, event.cause)

    def _not_reached(self, call: Call, callback: Callback, cause: Cause) -> None:
        rules = rules_of(self._hub, call)
        callback.leg = None
        if cause is Cause.NO_TRUNK:
            callback.tries -= 1  # the number was never called: it is no try of theirs
            advice = "hotline trunks says which are down; docs/trunks.md"
            self._hub.notice("error", "callback not dialled", call=call.call, detail=cause, advice=advice)
        if rules is None or callback.tries >= rules.tries:
            self._places.give_up(call, callback, "unreached", cause)
        else:
            self._places.rest(call, callback, "not_reached", cause)

    def agent_lost(self, call: Call) -> None:
        """The agent declined, or went away: the place is kept, and a phone that rings is hung up."""
        callback = call.callback
        if callback is None or not callback.on("agent_lost"):
            return
        if callback.leg is not None:
            self._hub.give(HangUp(callback.leg))
            callback.leg = None
        callback.check = None
        self._places.due(call, callback, callback.expires_at)

    # out of the queue, and back into it

    def released(self, call: Call, attempt: AttemptId) -> None:
        """The queues let it go: no agents, or its time there is over. It is put back until it expires."""
        if call.callback is not None and call.callback.ask == attempt and call.place == "booked":
            self._places.rest(call, call.callback, "released", "the queue let it go")

    def end_on_return(self, call: Call, queue: str) -> tuple[Seconds, CallLeft | None]:
        """See `returning.end_on_return`."""
        return returning.end_on_return(self._hub, self._places, call, queue)

    # time

    def next_deadline(self) -> Instant | None:
        """When a callback expires, is tried again, or an agent has not accepted."""
        return self._places.next_deadline()

    def tick(self) -> None:
        """Do what is due."""
        hub = self._hub
        while (due_at := self.next_deadline()) is not None and due_at <= hub.now:
            call = self._places.pop()
            callback = call.callback
            if callback is None:
                continue
            callback.due_at = None
            match callback.state:
                case "booked" if call.place == "offered":
                    pass  # an agent is being asked: `agent_lost` looks again
                case "booked" | "resting" if hub.now >= callback.expires_at:
                    self._places.give_up(call, callback, "expired", refusal(self._hub, rules_of(self._hub, call)))
                case "resting":
                    self._places.put_back(call, callback)
                case "asking" if (offer := hub.register.offer_of(call)) is not None:
                    hub.give(HangUp(offer.leg))
                case _:
                    pass

    def restored(self) -> None:
        """The register is another one: find its deadlines."""
        self._places.restored()

    def restarted(self) -> None:
        """Ask about each number that a release before this one asked about in another way."""
        for call in list(self._hub.register.calls.values()):
            if call.callback is not None and call.callback.check and not self._gate.is_asked(call.callback.check):
                self._check(call, call.callback)

    def _check(self, call: Call, callback: Callback) -> None:
        rules = rules_of(self._hub, call)
        callback.check = self._hub.mint(call.call)
        self._places.due(call, callback, None)  # the gate answers in time, if only that nobody knows
        question = commands.AskGate(
            call=call.call,
            attempt=callback.check,
            number=callback.number,
            scene=rules.scene if rules is not None else "",
            origin="callback",
            agent=call.agent,
            reserve=callback.state == "clearing",
        )
        if (answer := self._gate.ask(question)) is not None:
            self.checked(answer)
