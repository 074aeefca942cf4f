"""The feed of the forecaster: it takes the queues' events and commands, and forecasts at entry and every 15 s after.

It is not part of the queues' state and changes nothing there, so it may be left out.
"""

from collections.abc import Callable, Sequence
from heapq import heappop, heappush

import msgspec

from acd.commands import AcdCommand, AgentChanged, CalledAgain, Offer, ReleaseCall, WaitWidened, WithdrawOffer
from acd.events import (
    AcdEvent,
    AgentMoved,
    CallLeft,
    CallMoved,
    CallQueued,
    Configured,
    OfferMissed,
    OfferTaken,
    TalkEnded,
)
from acd.forecast import snapshot
from acd.forecast.announce import Announcer, Said, Unsaid
from acd.forecast.ensemble import Quantiles
from acd.forecast.events import (
    AgentAbsent,
    AgentPresent,
    CallGone,
    CallJoined,
    CallMovedOn,
    CallServed,
    CallWaits,
    TalkOver,
)
from acd.forecast.forecaster import Example, Forecast, Forecaster
from acd.forecast.routing_view import RoutingView
from calls.ids import AgentId, AttemptId, CallId, Instant

EVERY_S = 15.0


class Feed:
    """One forecaster for one set of queues. The kind of a caller is the queue; the priority is 2, 1, 0 by class.

    Presence comes from the queues' own `AgentChanged`, whatever the cause: signing in and out, a pause, also one by
    RONA or after a refusal, a phone that cannot be reached. So the queues must announce. `routing` answers where a
    caller stands and which queues an agent serves. `learned` is called with each wait that ended with an agent.
    """

    def __init__(
        self, forecaster: Forecaster, routing: RoutingView, learned: Callable[[Example], object] = lambda example: None
    ) -> None:
        self._forecaster = forecaster
        self._routing = routing
        self._learned = learned
        self._offers: dict[AttemptId, Offer] = {}
        self._kinds: dict[CallId, str] = {}
        self._announcers: dict[CallId, Announcer] = {}
        self._due_at: dict[CallId, Instant] = {}
        self._heap: list[tuple[Instant, CallId]] = []  # finds them; an entry that is not in `_due_at` is stale
        self._at_once: set[CallId] = set()  # callers for whom an agent was free when they came
        self.latest: dict[CallId, Forecast] = {}
        """The last forecast of each waiting caller, with its position and, for silence, the reason."""

    def observe(self, event: AcdEvent, commands: Sequence[AcdCommand], now: Instant) -> list[Forecast]:
        """Take one event of the queues and the commands it led to. Returns the forecast of a caller who entered."""
        made: list[Forecast] = []
        match event:
            case CallQueued(call=call, queue=queue, class_=class_):
                rank = {"urgent": 2, "important": 1, "general": 0}[class_]
                place = self._routing.place(call)  # none: released within the same step
                head_start_s = 60.0 * event.priority if place is None else place[1]
                self._kinds[call] = queue
                rung = any(isinstance(command, Offer) and command.call == call for command in commands)
                self._forecaster.observe(CallJoined(call, queue, rank, head_start_s, rung), now)
                self._announcers[call] = Announcer()
                if rung:
                    self._at_once.add(call)
                    self.latest[call] = Forecast(call, now, "silent", "an agent is being rung", 1)
                else:
                    made.append(self._forecast(call, now))
            case CallLeft(call=call):
                self._gone(call, now)
            case OfferTaken(attempt=attempt) if attempt in self._offers:
                offer = self._offers[attempt]
                kind = self._kinds.get(offer.call, offer.queue)
                waited = offer.call not in self._at_once
                example = self._forecaster.observe(CallServed(offer.call, kind, offer.agent, waited), now)
                if example is not None:
                    self._learned(example)
                self._forget(offer.call)
            case OfferMissed(attempt=attempt) if attempt in self._offers:
                self._wait(self._offers.pop(attempt).call, now)
            case TalkEnded(attempt=attempt) if attempt in self._offers:
                self._forecaster.observe(TalkOver(self._offers.pop(attempt).call), now)
            case CallMoved(call=call):
                self._moved(call, now)
            case AgentMoved(agent=agent):
                self._look_at(agent, now)
            case Configured():
                for agent in list(self._forecaster.servers.told()):
                    self._look_at(agent, now)
            case _:
                pass  # nothing that changes a forecast
        for command in commands:
            self._follow(command, now)
        return made

    def _follow(self, command: AcdCommand, now: Instant) -> None:
        match command:
            case Offer(attempt=attempt):
                self._offers[attempt] = command
            case WithdrawOffer(attempt=attempt, call=call):
                self._offers.pop(attempt, None)
                self._wait(call, now)
            case ReleaseCall(call=call):
                self._gone(call, now)
            case WaitWidened(call=call):
                self._moved(call, now)
            case CalledAgain(call=call, first_call=None) if (
                call in self._kinds
            ):  # in the same queue, in an earlier place
                place = self._routing.place(call)
                if place is not None:
                    self._forecaster.observe(CallMovedOn(call, *place), now)
            case AgentChanged(agent=agent, state="offline" | "paused"):
                self._forecaster.observe(AgentAbsent(agent), now)
            case AgentChanged(agent=agent) if agent not in self._forecaster.servers.told():
                self._look_at(agent, now)
            case _:
                pass  # a way out that is suggested: the caller still waits

    def next_deadline(self) -> Instant | None:
        """The instant of the next forecast, None for none."""
        while self._heap and self._due_at.get(self._heap[0][1]) != self._heap[0][0]:
            heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def tick(self, now: Instant) -> list[Forecast]:
        """The forecasts that are due."""
        made = []
        while (due_at := self.next_deadline()) is not None and due_at <= now:
            made.append(self._forecast(heappop(self._heap)[1], now))
        return made

    def look_again(self, call: CallId, now: Instant) -> None:
        """Forecast anew for a waiting caller, out of turn. The next forecast stays due when it was."""
        if call in self.latest:
            self.latest[call] = self._forecaster.forecast(call, now)

    def use(self, model: Quantiles | None) -> None:
        """Forecast with another fit of the learned layer from now on; None: with the closed form."""
        self._forecaster.use(model)

    def announce(self, call: CallId, only_if_improved: bool = False) -> Said | Unsaid:
        """The band to tell this caller now, or the reason for none. It is remembered as said, so call it only then."""
        forecast = self.latest.get(call)
        if forecast is None:
            return Unsaid("the call does not wait")
        return self._announcers[call].decide(forecast, only_if_improved)

    def snapshot(self) -> bytes:
        """The state of the feed and its forecaster, without the fitted model, as bytes."""
        said = {call: announcer.last for call, announcer in self._announcers.items()}
        state = snapshot.FeedState(
            snapshot.state_of(self._forecaster),
            self._offers,
            self._kinds,
            said,
            self._due_at,
            self.latest,
            sorted(self._at_once),
        )
        return msgspec.msgpack.encode(state)

    def restore(self, data: bytes) -> None:
        """Go on from a snapshot. Raises msgspec.ValidationError for what is no snapshot."""
        state = msgspec.msgpack.decode(data, type=snapshot.FeedState)
        snapshot.restore(state.forecaster, self._forecaster)
        self._offers, self._kinds, self._due_at, self.latest = state.offers, state.kinds, state.due, state.latest
        self._at_once = set(state.at_once)
        self._heap = sorted((due_at, call) for call, due_at in self._due_at.items())
        self._announcers = {}
        for call, last in state.said.items():
            self._announcers[call] = announcer = Announcer()
            announcer.last = last

    def _forecast(self, call: CallId, now: Instant) -> Forecast:
        forecast = self._forecaster.forecast(call, now)
        self.latest[call] = forecast
        self._due_at[call] = now + EVERY_S
        heappush(self._heap, (now + EVERY_S, call))
        return forecast

    def _wait(self, call: CallId, now: Instant) -> None:
        """Let a caller who was rung for at once wait like others, with a forecast at the next tick."""
        if call in self._at_once:
            self._at_once.discard(call)
            self._forecaster.observe(CallWaits(call), now)
            self._due_at[call] = now
            heappush(self._heap, (now, call))

    def _moved(self, call: CallId, now: Instant) -> None:
        """Look up the queue of a caller who may have been moved."""
        place = self._routing.place(call)
        if place is not None and call in self._kinds and place[0] != self._kinds[call]:
            self._kinds[call] = place[0]
            self._forecaster.observe(CallMovedOn(call, *place), now)

    def _look_at(self, agent: AgentId, now: Instant) -> None:
        """Look up the queues of an agent who may be present or absent now, or serve other queues."""
        kinds = self._routing.serves(agent)
        if kinds is None:
            self._forecaster.observe(AgentAbsent(agent), now)
        elif self._forecaster.servers.told().get(agent) != kinds:
            self._forecaster.observe(AgentPresent(agent, frozenset(kinds)), now)

    def _gone(self, call: CallId, now: Instant) -> None:
        self._forecaster.observe(CallGone(call), now)
        self._forget(call)

    def _forget(self, call: CallId) -> None:
        self.latest.pop(call, None)
        self._due_at.pop(call, None)
        self._kinds.pop(call, None)
        self._announcers.pop(call, None)
        self._at_once.discard(call)
