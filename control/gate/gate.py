"""The gate before every call that the house makes to a number outside, as call control knows it.

A part asks (`ask`), and with the answer dials (`dial`), or gives the reservation back (`release`). From there on the
gate knows by the leg what becomes of the attempt: answered, a talk, abandoned, and settles it in the ledger. A
settlement is kept until the ledger is known to have it, so a controller that is killed leaves none behind. Colleagues,
and agents' own phones, are inside and pass no gate; neither do emergency numbers, which always may be called.
"""

import math

from calls.causes import Cause
from calls.commands import Originate
from calls.events import Bridged, SwitchBack
from calls.ids import AgentId, AttemptId, CallId, Instant, LegId, Seconds
from calls.number_kinds import is_emergency
from control.hub.deadlines import Deadlines
from control.hub.hub import Hub
from control.hub.nodes import lives_on
from control.messages.commands import AskGate, SettleAttempt
from control.messages.events import AttemptSettled, GateAnswered
from control.register.register import Asked, Leg, Passed
from dialer.governor.decisions import Obligations
from dialer.governor.history import State

ANSWER_S: Seconds = 10.0
"""A question without an answer for so long is a no: whoever was asked is no more."""
_NEVER_DIALLED = frozenset({Cause.NO_TRUNK})
_RECORDINGS = 500
"""Talks whose recordings are waited for: far more than there are at any moment."""
_BLOCKED = frozenset({Cause.BLOCKED, Cause.UNWANTED})


class OutgoingGate:
    """Keeps questions, calls that have passed, and settlements, in the register."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._deadlines: Deadlines[AttemptId] = Deadlines(self._due_at)

    # may it be?

    def ask(self, question: AskGate) -> GateAnswered | None:
        """Ask; None: the answer comes as an event. A number of emergency is answered at once: it is called."""
        hub = self._hub
        if is_emergency(question.number, hub.directory.region(hub.register.version)):
            return GateAnswered(question.call, question.attempt, "allow")
        hub.register.asked[question.attempt] = Asked(question, hub.now + ANSWER_S)
        self._deadlines.look(question.attempt)
        hub.give(question)
        return None

    def is_asked(self, attempt: AttemptId | None) -> bool:
        """Whether this question waits for its answer."""
        return attempt in self._hub.register.asked

    def answered(self, event: GateAnswered) -> None:
        """The question of this answer waits no more."""
        self._hub.register.asked.pop(event.attempt, None)

    def release(self, answer: GateAnswered) -> None:
        """Nobody dials what was reserved: it counts for nothing."""
        taken = any(one.reservation == answer.reservation for one in self._hub.register.passed.values())
        if answer.reservation is not None and not taken:
            self.settle(answer.reservation, answer.call, "released", result="not_dialled")

    # dialled

    def dial(
        self, leg: Leg, answer: GateAnswered, to: str, shown: str, ring_s: Seconds, watch_voice: bool = False
    ) -> None:
        """Call `to` on `leg`, as the answer obliges: by its caller id, and within its ring times."""
        hub, obliged = self._hub, answer.obligations
        assert answer.verdict == "allow"
        agent = hub.register.calls[answer.call].agent if answer.call in hub.register.calls else None
        hub.register.passed[leg.leg] = Passed(answer.reservation, answer.call, agent, obliged, hub.utc)
        longest = math.inf if obliged.longest_ring_s is None else obliged.longest_ring_s
        rings_s = min(max(ring_s, obliged.least_ring_s or 0.0), longest)
        caller_id = obliged.caller_ids[0] if obliged.caller_ids else shown
        hub.give(Originate(leg.leg, hub.mint(leg.leg), to, caller_id, "", rings_s, watch_voice=watch_voice))

    # what became of it

    def picked_up(self, leg: LegId) -> None:
        """The leg is up: somebody or something answered."""
        passed = self._hub.register.passed.get(leg)
        if passed is not None and not passed.answered:
            passed.answered = True
            self._settle_leg(passed, "answered", "answered", ended=False)

    def connected(self, event: Bridged) -> None:
        """These hear each other."""
        register = self._hub.register
        for leg in event.legs:
            if (passed := register.passed.get(leg)) is None:
                continue
            passed.talked = True
            call = register.calls.get(register.bridges.get(event.attempt, CallId("")))
            recorded = call is not None and call.bridge is not None and call.bridge.recorded
            if recorded and passed.reservation is not None:
                register.recorded_attempts[event.attempt] = (passed.reservation, passed.call)
                while len(register.recorded_attempts) > _RECORDINGS:  # files that never came
                    del register.recorded_attempts[next(iter(register.recorded_attempts))]

    def recorded(self, attempt: AttemptId, path: str) -> None:
        """The recording of a talk is on disk: the ledger is told where, if the talk was with a number outside."""
        found = self._hub.register.recorded_attempts.pop(attempt, None)
        if found is not None:
            self.settle(*found, "effective", result="answered", recording=path, ended=False)

    def ended(self, leg: LegId, cause: Cause) -> None:
        """The leg is gone."""
        passed = self._hub.register.passed.pop(leg, None)
        if passed is None:
            return
        if passed.talked:
            self._settle_leg(passed, "effective", "answered", talked_until=self._hub.utc)
        elif passed.answered:
            self._settle_leg(passed, "abandoned", "answered")
        elif cause in _NEVER_DIALLED:
            self._settle_leg(passed, "released", str(cause))
        else:
            self._settle_leg(passed, "blocked" if cause in _BLOCKED else "attempted", str(cause))

    def settled(self, event: AttemptSettled) -> None:
        """The ledger has it."""
        self._hub.register.settlements.pop(event.attempt, None)

    def _settle_leg(
        self, passed: Passed, state: State, result: str, talked_until: float = 0.0, ended: bool = True
    ) -> None:
        if passed.reservation is not None:
            self.settle(
                *(passed.reservation, passed.call, state),
                at=None if state == "released" else passed.dialled_at,
                result=result,
                talked_until=talked_until,
                agent=passed.agent,
                ended=ended,
                rests_until=self.rests_until(passed.obligations, state, result),
            )

    def rests_until(self, obliged: Obligations, state: State, result: str) -> float:
        """When the caller id of a call that nobody answered may be shown again, where the policy lets it rest after
        such a result; 0: it does not rest."""
        if state not in ("attempted", "blocked") or not obliged.caller_id_rests_s:
            return 0.0
        return self._hub.utc + obliged.caller_id_rests_s if result in obliged.caller_id_rests_after else 0.0

    def settle(
        self,
        reservation: int,
        call: CallId,
        state: State,
        *,
        result: str,
        at: float | None = None,
        talked_until: float = 0.0,
        agent: AgentId | None = None,
        recording: str = "",
        ended: bool = True,
        corrects: bool = False,
        rests_until: float = 0.0,
    ) -> None:
        """Tell the ledger what became of a reservation; kept until it has it."""
        hub = self._hub
        settlement = SettleAttempt(
            attempt=AttemptId(f"{hub.mint(call)}-settled"),
            reservation=reservation,
            call=call,
            state=state,
            at=at,
            talked_until=talked_until,
            result=result,
            recording=recording,
            agent=agent,
            ended=ended,
            corrects=corrects,
            caller_id_rests_until=rests_until,
        )
        hub.register.settlements[settlement.attempt] = settlement
        hub.give(settlement)

    # time, and restarts

    def next_deadline(self) -> Instant | None:
        """When a question has waited for too long."""
        return self._deadlines.earliest()

    def overdue(self) -> list[GateAnswered]:
        """The answers to questions that nobody has answered in time: nobody knows."""
        now, asked = self._hub.now, self._hub.register.asked.values()
        if not self._deadlines.are_due(now):
            return []
        due = [one.question for one in asked if one.due_at is not None and one.due_at <= now]
        return [GateAnswered(one.call, one.attempt, "unknown", reason="no answer") for one in due]

    def restarted(self) -> None:
        """Whoever was told is no more: tell them again, by the same names.

        Whoever was asked is asked again once the switch is there (`switch_back`): an answer that came before could
        not be acted on, and the call that waits for it would be lost.
        """
        hub = self._hub
        for asked in hub.register.asked.values():
            asked.due_at = None
        for settlement in hub.register.settlements.values():
            hub.give(settlement)

    def switch_back(self, back: SwitchBack) -> None:
        """Ask again, by the same names, what died with the controller before."""
        hub = self._hub
        for asked in hub.register.asked.values():
            if asked.due_at is None and lives_on(asked.question.call, back):
                asked.due_at = hub.now + ANSWER_S
                self._deadlines.look(asked.question.attempt)
                hub.give(asked.question)

    def restored(self) -> None:
        """The register is another one: find its deadlines."""
        self._deadlines.begin(self._hub.register.asked)

    def _due_at(self, attempt: AttemptId) -> Instant | None:
        asked = self._hub.register.asked.get(attempt)
        return asked.due_at if asked is not None else None
