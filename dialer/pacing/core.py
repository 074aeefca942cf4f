"""The pacing core of one campaign: takes what became of calls and what agents do, returns how many numbers to dial."""

from typing import assert_never

import numpy as np

from calls.events import ClockSet, Tick
from calls.ids import CallId, Instant
from dialer.pacing import chance
from dialer.pacing.agents import Agents
from dialer.pacing.answering import Curves, Rates
from dialer.pacing.commands import Dial, Mode, ModeChanged, PacingCommand, Why
from dialer.pacing.events import (
    Abandoned,
    AgentAway,
    AgentBusy,
    AgentFree,
    Answered,
    CallingUntil,
    Cell,
    Connected,
    Dialled,
    Ended,
    InboundShare,
    Machine,
    MachineWasPerson,
    NotDialled,
    PacingEvent,
    Ringing,
    Upcoming,
    WindowRolled,
)
from dialer.pacing.ledgers import Ledgers
from dialer.pacing.settings import PacingSettings
from dialer.pacing.state import Order, Ring, State, decode, encode
from dialer.pacing.steering import Steering

_BUSY = 0.8
"""The share of their time that agents are likely to be busy."""
_TIMES_PROGRESSIVE = 2.0
"""So many times the answers that progressive dialling brings are lent at most: where hardly anybody answers, no method
keeps agents busy."""


class Pacing:
    """The pace of one campaign, a `calls.ports.Core`.

    `now` may jump ahead; one that is before the last counts as the last, so nothing is ever younger than it was.
    """

    def __init__(self, settings: PacingSettings) -> None:
        self.settings = settings
        self.curves = Curves(settings.longest_ring_s)
        self.rates = Rates(settings.answer_rate)
        self.agents = Agents(settings.campaign, settings.handle_times, settings.patience_s)
        self.ledgers = Ledgers(settings.windows, settings.denominator, settings.machines_wrong)
        self.steering = Steering(settings.boldest)
        self.mode: Mode = "progressive"
        self.why: Why = "no_history"
        self._window = ""
        self._rings: dict[CallId, Ring] = {}
        self._waiting: dict[CallId, Instant] = {}
        self._orders: list[Order] = []
        self._cell = Cell()
        self._inbound_share = settings.inbound_share
        self._calling_until: Instant | None = None
        self._now: Instant = 0.0
        self._decided_at: Instant = float("-inf")
        self._changed = False
        """Whether something has happened since the last decision."""

    @property
    def clock(self) -> Instant:
        """The latest instant that it was told."""
        return self._now

    # the core's calls

    def handle(self, event: PacingEvent, now: Instant) -> list[PacingCommand]:
        """Take one event. Raises KeyError for no event: what is not known is ignored, as `events` says."""
        now = self._now = max(now, self._now)
        if not isinstance(event, Tick):
            self._take(event, now)
            self._changed = True
        due = self._decided_at + (self.settings.spacing_s if self._changed else self.settings.review_s)
        return self._decide(now) if now >= due else []

    def next_deadline(self) -> Instant | None:
        """The instant of the next decision; None while nobody is there to talk."""
        if not self.agents.by_id:
            return None
        return self._decided_at + (self.settings.spacing_s if self._changed else self.settings.review_s)

    def tick(self, now: Instant) -> list[PacingCommand]:
        """Decide anew: what rings is older, talks are longer."""
        return self.handle(Tick(now), now)

    def snapshot(self) -> bytes:
        """The whole state, between two events, as bytes."""
        return encode(
            State(
                now=self._now,
                decided_at=self._decided_at,
                changed=self._changed,
                mode=self.mode,
                why=self.why,
                window=self._window,
                cell=self._cell,
                inbound_share=self._inbound_share,
                calling_until=self._calling_until,
                rings=dict(self._rings),
                waiting=dict(self._waiting),
                orders=list(self._orders),
                curves=self.curves.state(),
                rates=self.rates.state(),
                agents=self.agents.state(),
                ledgers=self.ledgers.state(),
                steering=self.steering.state(),
            )
        )

    def restore(self, data: bytes) -> None:
        """Go on from a snapshot. Only in a new core. Raises msgspec.ValidationError for what is none."""
        state = decode(data)
        self._now, self._decided_at, self._changed = state.now, state.decided_at, state.changed
        self.mode, self.why, self._window = state.mode, state.why, state.window
        self._cell, self._inbound_share, self._calling_until = state.cell, state.inbound_share, state.calling_until
        self._rings, self._waiting, self._orders = state.rings, state.waiting, state.orders
        self.curves.restore(state.curves)
        self.rates.restore(state.rates)
        self.agents.restore(state.agents)
        self.ledgers.restore(state.ledgers)
        self.steering.restore(state.steering)

    # events

    def _take(self, event: PacingEvent, now: Instant) -> None:
        match event:
            case Dialled(call=call, cell=cell):
                self._dialled(call, cell, now)
            case Ringing(call=call):
                ring = self._rings.get(call)
                if ring is not None:
                    ring.at = now
            case Answered(call=call):
                self._answered(call, now)
            case Connected(call=call, agent=agent):
                self._answered(call, now)
                self._waiting.pop(call, None)
                self.agents.to(agent, "talk", self.settings.campaign, now)
            case Abandoned(call=call):
                self._answered(call, now)
                if self._waiting.pop(call, None) is not None:
                    self._abandoned(now)
            case Ended(call=call):
                self._over(call, answered=False, now=now)
            case Machine(call=call):
                was_counted = self._waiting.pop(call, None) is not None
                if was_counted or self._over(call, answered=False, now=now):
                    self.ledgers.machine(now, was_counted)
            case AgentFree(agent=agent):
                self.agents.to(agent, "free", "", now)
            case AgentBusy(agent=agent, phase=phase, handling=handling):
                self.agents.to(agent, phase, handling, now)
            case AgentAway(agent=agent):
                self.agents.away(agent, now)
            case _:
                self._take_rarer(event, now)

    def _take_rarer(
        self,
        event: Upcoming | NotDialled | MachineWasPerson | InboundShare | WindowRolled | CallingUntil | Tick | ClockSet,
        now: Instant,
    ) -> None:
        match event:
            case Upcoming(cell=cell):
                self._cell = cell
            case NotDialled(count=count):
                self._fulfil(count)
            case MachineWasPerson(count=count):
                self.ledgers.machine_was_person(count, now)
            case InboundShare(share=share):
                self._inbound_share = min(1.0, max(0.0, share))
            case WindowRolled(window=window, ends_at=ends_at):
                ledger = self.ledgers.by_window.get(window)
                if ledger is not None and ledger.window.rolling_s is None:
                    ledger.roll(ends_at)
            case CallingUntil(at=at):
                self._calling_until = at
            case Tick() | ClockSet():
                pass  # pacing knows durations only; who tells of windows knows the calendar
            case _:
                assert_never(event)

    def _dialled(self, call: CallId, cell: Cell, now: Instant) -> None:
        self._fulfil(1)
        self._cell = cell
        if call not in self._rings and call not in self._waiting:
            self._rings[call] = Ring(now, now, self.rates.lasting(cell), cell)
            self.ledgers.dialled(now)

    def _answered(self, call: CallId, now: Instant) -> None:
        if self._over(call, answered=True, now=now):
            self._waiting[call] = now
            self.ledgers.answered(now)
            self.steering.answered()

    def _abandoned(self, now: Instant) -> None:
        self.ledgers.abandoned(now)
        self.steering.abandoned()

    def _over(self, call: CallId, *, answered: bool, now: Instant) -> bool:
        """Learn how a call's ringing ended; whether it rang."""
        ring = self._rings.pop(call, None)
        if ring is None:
            return False
        self.curves.ended(now - ring.at, answered)
        self.rates.ended(ring.cell, ring.rate, answered, now)
        return True

    def _fulfil(self, count: int) -> None:
        """Take calls off the oldest orders."""
        while count > 0 and self._orders:
            order = self._orders[0]
            taken = min(count, order.count)
            order.count -= taken
            count -= taken
            if not order.count:
                del self._orders[0]

    # decisions

    def _decide(self, now: Instant) -> list[PacingCommand]:
        self._decided_at, self._changed = now, False
        self._forget(now)
        self.ledgers.pass_time(now)
        situation = self._situation(now)
        why = self._must_be_progressive()
        window = "" if why else chance.spent(situation, self.ledgers)
        if window:
            why = "budget"
        count = chance.progressive(situation) if why else chance.choose(situation, self.ledgers, self.steering)
        commands: list[PacingCommand] = []
        if why != self.why or window != self._window:
            self.mode, self.why, self._window = "progressive" if why else "predictive", why, window
            commands.append(ModeChanged(self.mode, why, window))
        if count > 0:
            self._orders.append(Order(count, now))
            commands.append(Dial(count))
        return commands

    def _must_be_progressive(self) -> Why:
        if len(self.agents.by_id) <= self.settings.progressive_up_to:
            return "few_agents"
        rates, settings = self.rates, self.settings
        if rates.calls < settings.least_calls or rates.answers < settings.least_answers:
            return "no_history"
        return ""

    def _situation(self, now: Instant) -> chance.Situation:
        agents, rates, curves = self.agents, self.rates, self.curves
        drift = rates.drift(now)
        rate = min(0.98, rates.lasting(self._cell) * drift)
        fresh = curves.fresh(rate)
        ordered = sum(order.count for order in self._orders)
        answers = ordered * fresh
        if self._rings:
            rings = self._rings.values()
            ages = now - np.fromiter((ring.at for ring in rings), float, len(rings))
            chances = np.minimum(0.98, drift * np.fromiter((ring.rate for ring in rings), float, len(rings)))
            answers = answers + curves.expected(ages, chances)
        handling = agents.handling[self.settings.campaign]
        handle_s = handling.mean_s()
        cycle_s = curves.mean_ring_s(rate) / rate + handle_s
        here = len(agents.by_id) * (1.0 - self._inbound_share)
        sure = min(self.settings.lent / handle_s, _TIMES_PROGRESSIVE / cycle_s)
        return chance.Situation(
            now=now,
            present=len(agents.by_id),
            free=agents.free,
            waiting=len(self._waiting),
            ringing=len(self._rings) + ordered,
            answers=answers,
            frees=agents.frees(now) * (1.0 - self._inbound_share),
            fresh=fresh,
            inbound_share=self._inbound_share,
            likely_a_s=_BUSY / handle_s * here,
            lent_a_s=sure * here,
            calling_until=self._calling_until,
        )

    def _forget(self, now: Instant) -> None:
        """Let go of calls and orders whose end was never told. One who answered and waits is abandoned by then."""
        settings = self.settings
        while self._orders and self._orders[0].at + settings.ordered_s <= now:
            del self._orders[0]
        while self._rings:
            call, ring = next(iter(self._rings.items()))  # dialled first of all
            if ring.dialled_at + settings.longest_ring_s > now:
                break
            del self._rings[call]
        for call in [call for call, since in self._waiting.items() if since + settings.longest_ring_s <= now]:
            del self._waiting[call]
            self._abandoned(now)
