"""From an offer to a talk, and its end: the agent's phone rings, the agent hears why, both are connected, wrap-up.

Which agent and which caller is the queues' business; here is only what a phone does about it.
"""

from typing import TYPE_CHECKING, Literal, assert_never

from acd.commands import (
    AcdCommand,
    AgentChanged,
    CalledAgain,
    Offer,
    ReleaseCall,
    SuggestWayOut,
    WaitWidened,
    WithdrawOffer,
)
from acd.events import CallLeft, OfferMissed, OfferTaken, TalkEnded
from calls.causes import Cause
from calls.commands import Bridge, HangUp, MuteRecording, Originate, StartMusic
from calls.events import CallEnded
from calls.ids import AttemptId, LegId
from complaints.cases import CaseAsked
from control import register as at
from control.announcements import Announcements
from control.hub import Hub

if TYPE_CHECKING:
    from control.callbacks import Callbacks
from ivr.commands import HideDigits, ShowDigits
from ivr.events import LeftQueue, WayOutSuggested

_MISSED: dict[Cause, Literal["no_answer", "busy", "rejected", "unreachable", "failed"]] = {
    Cause.NO_ANSWER: "no_answer",
    Cause.CANCELLED: "no_answer",  # withdrawn by our own ring time
    Cause.BUSY: "busy",
    Cause.REJECTED: "rejected",
    Cause.UNREACHABLE: "unreachable",
    Cause.LOST: "unreachable",
}
OPEN_CASE = "*9"
ASK_SECRET = "*8"
DECLINE_RECORDING = "*7"
"""Keys of an agent in a talk: open a case; let the caller key digits that nobody hears, sees or keeps (ends with #);
the caller does not want to be recorded."""


class Offers:
    """Carries out the queues' orders on real phones."""

    def __init__(self, hub: Hub, announcements: Announcements) -> None:
        self._hub = hub
        self.announcements = announcements
        self.callbacks: Callbacks

    def on_queue_order(self, order: AcdCommand) -> None:
        """One order of the queues."""
        match order:
            case Offer():
                self._offer(order)
            case WithdrawOffer(attempt):
                self._withdraw(self._hub.register.offers.get(attempt))
            case ReleaseCall(call_id, attempt, reason):
                call = self._hub.register.calls.get(call_id)
                if call is not None and call.ask == attempt:
                    call.move("menu")
                    call.ask = None
                    self._hub.tell_flows(LeftQueue(call_id, attempt, reason))
                elif call is not None and call.callback is not None:
                    self.callbacks.released(call, attempt)
            case WaitWidened(call_id, _, queue):
                call = self._hub.register.calls[call_id]
                self._hub.order(order)
                if call.queue != queue:
                    call.queue = queue
                    self.announcements.moved(call)
            case SuggestWayOut(call_id, attempt, way):
                self._hub.order(order)
                if self._hub.register.calls[call_id].ask == attempt:
                    self._hub.tell_flows(WayOutSuggested(call_id, attempt, way))
            case CalledAgain():
                self._hub.order(order)
                self.announcements.called_again(order)
            case AgentChanged():
                self._hub.order(order)
            case _:
                assert_never(order)

    def _offer(self, order: Offer) -> None:
        hub, calls = self._hub, self._hub.register.calls
        call = calls[order.call]
        call.move("offered")
        call.offer, call.agent = order.attempt, order.agent
        account = hub.directory.account(hub.register.version, order.agent)
        if account is None:
            hub.notice("error", "agent without a phone", detail=order.agent, advice="give agents.yaml an account")
            self._missed(call, order.attempt, "unreachable")
            return
        leg = LegId(f"{order.attempt}-agent")
        hub.register.offers[order.attempt] = at.Offer(order.attempt, order.call, order.agent, leg)
        hub.register.legs[leg] = at.Leg(leg, "agent", order.call, account, hub.now)
        hub.order(
            Originate(
                leg,
                hub.mint(leg),
                f"phone:{account}",
                call.caller,
                f"{order.queue} {call.reason}".strip(),
                order.ring_s,
            )
        )

    def answered(self, leg: at.Leg) -> None:
        """The agent picked up: whisper, then connect."""
        offer = self._offer_of(leg)
        if offer is None:
            self._hub.order(HangUp(leg.leg))  # answered in the moment in which it was withdrawn
            return
        if offer.state == "ringing":
            self._brief(offer)

    def _brief(self, offer: at.Offer) -> None:
        """Tell the agent who and why; go on at once where there is nothing to tell."""
        offer.state = "whispering"
        if not self._hub.whisper(offer):
            self._briefed(offer)

    def whispered(self, leg: at.Leg, attempt: AttemptId) -> None:
        """The agent has heard it, or it could not be played: either way, connect."""
        offer = self._offer_of(leg)
        if offer is not None and offer.state == "whispering" and attempt == offer.whisper:
            self._briefed(offer)

    def _briefed(self, offer: at.Offer) -> None:
        call = self._hub.register.calls[offer.call]
        if call.callback is None:
            self.connect(offer)
        else:
            self.callbacks.ask(call)

    def for_callback(self, call: at.Call) -> None:
        """Whom this agent was to talk to has hung up, and has a callback again: the agent stays, and is told so."""
        offer = self._hub.register.offers.get(call.offer) if call.offer else None
        if offer is not None and offer.state != "ringing":
            self._hub.register.apart(call)  # ordered a moment ago, and of two of whom one is gone
            self._brief(offer)

    def connect(self, offer: at.Offer) -> None:
        """Let the two hear each other."""
        hub = self._hub
        call = hub.register.calls[offer.call]
        offer.state = "bridging"
        wanted = call.consent != "declined" and hub.directory.records(call.version, call.queue)
        record = f"{call.call}-{call.talks + 1}" if wanted else None
        hub.order(Bridge(hub.register.bridge(call, record is not None), call.leg, offer.leg, record))

    def bridged(self, call: at.Call) -> None:
        """Both hear each other."""
        offer = self._hub.register.offers.get(call.offer) if call.offer else None
        if offer is None or offer.state == "talking":
            return
        offer.state = "talking"
        call.move("talking")
        if call.callback is not None:
            self.callbacks.talks(call)
        call.promised = None
        call.talks += 1
        call.outcome = "answered"
        if call.answered_at is None:
            call.answered_at = self._hub.now
        self._hub.register.talked(call.caller, offer.agent, self._hub.now)
        self._hub.tell_queues(OfferTaken(offer.attempt))

    def bridge_failed(self, call: at.Call) -> None:
        """It came to no connection: the agent's leg is released, the caller keeps the old place."""
        offer = self._hub.register.offers.get(call.offer) if call.offer else None
        if offer is not None and offer.state == "bridging":
            self._hub.order(HangUp(offer.leg))
            self._forget(offer)
            self._missed(call, offer.attempt, "failed")

    def unbridged(self, call: at.Call) -> None:
        """The talk came apart. Whoever of the two is still up goes on alone."""
        offer = self._hub.register.offers.get(call.offer) if call.offer else None
        if offer is not None and offer.state == "talking":
            self._hub.order(HangUp(offer.leg))
            self._end_talk(call, offer)
        elif offer is not None and offer.state == "bridging":
            self.bridge_failed(call)

    def agent_left(self, leg: at.Leg, event: CallEnded) -> None:
        """The agent's leg is gone: before the talk an offer that came to nothing, in it the end of the talk."""
        offer = self._offer_of(leg)
        if offer is None:
            return
        call = self._hub.register.calls[offer.call]
        if offer.state == "talking":
            self._end_talk(call, offer)
        else:
            self._forget(offer)
            answered = leg.answered_at is not None
            self._missed(call, offer.attempt, "rejected" if answered else _MISSED.get(event.cause, "failed"))

    def caller_left(self, call: at.Call, reason: Literal["hung_up", "lost"]) -> None:
        """The caller is gone, from the queue, from under a ringing phone, or out of a talk."""
        offer = self._hub.register.offers.get(call.offer) if call.offer else None
        if call.place == "talking" and offer is not None:
            self._hub.order(HangUp(offer.leg))
            self._forget(offer)
            self._hub.tell_queues(TalkEnded(offer.attempt))
        elif call.place in ("waiting", "offered"):
            call.outcome = "lost" if reason == "lost" else "abandoned"
            self._hub.tell_queues(CallLeft(call.call, reason))

    def agent_key(self, leg: at.Leg, digit: str) -> None:
        """An agent pressed a key in a talk."""
        leg.keys = (leg.keys + digit)[-2:]
        call = self._hub.call_of(leg.leg)
        if call is None or call.place != "talking":
            return
        if leg.keys == OPEN_CASE:
            fields = {"queue": call.queue, "agent": call.agent or ""}
            attempt = self._hub.mint(call.call)
            self._hub.ask_case(CaseAsked(call.call, attempt, call.caller, "agent", "agent", fields))
        elif leg.keys == ASK_SECRET:
            self._hide(call, True)
        elif leg.keys == DECLINE_RECORDING and call.consent != "declined":
            self._hub.decline_recording(call)

    def caller_key(self, call: at.Call, digit: str) -> None:
        """The caller pressed a key in a talk: only the end of hidden digits means something."""
        if digit == "#" and call.hiding:
            self._hide(call, False)

    def _hide(self, call: at.Call, on: bool) -> None:
        call.hiding = on
        hide = HideDigits(call.call, call.leg, "talk") if on else ShowDigits(call.call, call.leg)
        self._hub.order(hide)
        if call.bridge is not None and call.recorded:
            self._hub.order(MuteRecording(self._hub.mint(call.call), call.bridge, on))

    def _withdraw(self, offer: at.Offer | None) -> None:
        if offer is None:
            return
        call = self._hub.register.calls.get(offer.call)
        if call is not None and call.offer == offer.attempt:
            call.offer = call.agent = None
            if call.place == "offered":  # the agent paused while it rang: the caller waits on
                self._back(call)
            self._hub.register.apart(call)  # a key may come between the order to connect and the connection
        self._hub.order(HangUp(offer.leg, Cause.CANCELLED))
        self._forget(offer)

    def _missed(
        self, call: at.Call, attempt: str, reason: Literal["no_answer", "busy", "rejected", "unreachable", "failed"]
    ) -> None:
        offer = call.offer
        if offer is None or offer != attempt:
            return
        if call.place == "offered":
            self._back(call)
        call.offer = call.agent = None
        self._hub.tell_queues(OfferMissed(offer, reason))

    def _end_talk(self, call: at.Call, offer: at.Offer) -> None:
        if call.hiding:
            self._hide(call, False)
        self._forget(offer)
        ask = call.ask
        call.move("menu")
        self._hub.register.apart(call)
        call.offer = call.ask = None
        self._hub.tell_queues(TalkEnded(offer.attempt))
        if call.callback is not None:
            self._hub.order(HangUp(call.leg))  # called by us: there is no flow to go on with
        if ask is not None:
            self._hub.tell_flows(LeftQueue(call.call, ask, "served", offer.agent))

    def _back(self, call: at.Call) -> None:
        """The offer came to nothing: the caller is where it was before."""
        connecting = call.bridge is not None
        self._hub.register.apart(call)
        if call.callback is None:
            call.move("waiting")
            if connecting:
                self._music(call)
        else:
            call.move("booked")
            self.callbacks.back(call)

    def left_alone(self, call: at.Call) -> None:
        """Two were connected whom nobody wanted connected any more, and are apart again: who waits gets music."""
        if call.place in ("waiting", "offered") and call.bridge is None:
            self._music(call)

    def _music(self, call: at.Call) -> None:
        """The switch took it away for the talk that was to come."""
        self._hub.order(StartMusic(call.leg, self._hub.mint(call.call)))

    def _forget(self, offer: at.Offer) -> None:
        del self._hub.register.offers[offer.attempt]

    def _offer_of(self, leg: at.Leg) -> at.Offer | None:
        call = self._hub.register.calls.get(leg.call) if leg.call else None
        offer = self._hub.register.offers.get(call.offer) if call and call.offer else None
        return offer if offer is not None and offer.leg == leg.leg else None
