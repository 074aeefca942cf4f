"""Call control for tests: real cores, two flows, two agents, and events told by hand."""

from collections.abc import Set
from itertools import count
from typing import TypeVar

from acd.config import Configuration, read
from acd.events import AgentSignedIn
from calls import events as door
from calls.causes import Cause, Outcome
from calls.commands import Bridge, Media, Originate, Play, Sentence
from calls.ids import AgentId, CallId, LegId
from calls.trunks import Incoming, Trunk
from control.messages import commands, events
from control.register.call import Call
from control.routing.assembly import Models, make_router, no_models
from control.routing.router import Router
from control.rules.outgoing_rules import OutgoingRules
from control.rules.transfer_rules import TransferRules
from control.rules.treatment import QueueTreatment
from dsl.hours import OtherHours
from ivr import program as flow
from ivr import steps
from tests.unit.control.plain_deadlines import check_deadlines

T = TypeVar("T")
VERSION = "0001-test"
_STILL = steps.Retry(lines=(), tries=1, then="away")
_ASKING = {
    "again": (),
    "no_input": _STILL,
    "wrong": _STILL,
    "first_key_s": 5.0,
    "between_keys_s": 2.0,
    "end_key": "#",
    "barge_in": True,
    "global_keys": {},
}

CALLBACK = {
    "callback_offer": "Press one to be called.",
    "callback_confirm": "Call {phone}?",
    "callback_number": "Which number?",
    "callback_refused": "Not that number.",
}

PROGRAM = flow.Program(
    version=VERSION,
    languages=("en",),
    entries={"95183": "main"},
    phrases={"en": {"welcome": "Welcome.", "menu": "Press one.", "bye": "Bye.", **CALLBACK}},
    flows={
        "main": flow.Flow(
            start="choose",
            steps={
                "choose": steps.Menu(
                    lines=(steps.Line("menu"),),
                    keys={"1": "care", "2": "complain", "3": "pass_on", "6": "message", "7": "decline", "8": "allow"},
                    **_ASKING,
                ),
                "care": steps.Queue(
                    queue="care",
                    skills=("care",),
                    class_="general",
                    reason="care",
                    fields={},
                    keys={"9": "bye"},
                    outcomes={},
                    then="bye",
                    offers={"callback": steps.QueueOffer("1", (steps.Line("callback_offer"),), "bye")},
                ),
                "complain": steps.OpenCase(category="complaint", fields={}, deadline_s=5.0, then="care", failed="bye"),
                "decline": steps.Consent(recording="declined", then="choose"),
                "allow": steps.Consent(recording="allowed", then="choose"),
                "pass_on": steps.Transfer(to=steps.Const("tel:+861012345"), ring_s=20.0, outcomes={}, then="bye"),
                "message": steps.Voicemail(
                    lines=(), box="desk", least_s=1.0, max_s=60.0, silence_s=5.0, end_key="#", then="bye", failed="bye"
                ),
                "bye": steps.HangUp(lines=(steps.Line("bye"),)),
                "away": steps.HangUp(lines=()),
            },
        )
    },
)


def configuration() -> Configuration:
    """One queue, two agents who serve it."""
    people, problems = read(
        {"queues": {"care": {"ring_s": 10, "wrap_up_s": 5}}},
        {"agents": {name: {"account": f"80{name}", "skills": {"care": 3}} for name in ("01", "02")}},
    )
    assert not problems
    return people


OUTGOING = OutgoingRules(kinds=("mobile", "fixed"), caller_id="95183", record=True)
TRUNKS = {"abroad": Trunk("192.0.2.1", region="DE", incoming=Incoming(prefix="9"))}


class Directory:
    """What the published versions would say."""

    def __init__(self, habits: QueueTreatment | None = None, rules: TransferRules | None = None) -> None:
        self.queue_habits = habits or QueueTreatment()
        self.flow_of_closed_lines = ""
        self.spoken: tuple[str, ...] = ("en",)
        self.rules = rules or TransferRules()
        self.people = configuration()
        self.rules_outgoing = OUTGOING
        self.scenes = False

    def entry(self, version: str, called: str) -> str | None:
        return PROGRAM.entry(called)

    def is_own(self, version: str, number: str) -> bool:
        return number == "95183"

    def zone(self, version: str) -> str:
        return "UTC"

    def region(self, version: str) -> str:
        return "CN"

    def trunk(self, version: str, name: str) -> Trunk | None:
        return TRUNKS.get(name)

    def carried(self, version: str, number: str, down: Set[str]) -> bool:
        return any(name not in down for name in TRUNKS)

    def line(self, version: str, called: str) -> str:
        return PROGRAM.line(called)

    def closed_flow(self, version: str, line: str) -> str:
        return self.flow_of_closed_lines

    def override_access(self, version: str) -> tuple[str, str]:
        return "*66", "95184"

    def targets(self, version: str) -> tuple[tuple[str, str], ...]:
        return ("queue:care", "Care"), ("line:95183", "95183"), ("hours:always", "always")

    def languages(self, version: str) -> tuple[str, ...]:
        return self.spoken

    def hours_zone(self, version: str, hours: str) -> str:
        return "Asia/Shanghai"

    def has_scenes(self, version: str) -> bool:
        return self.scenes

    def outgoing(self, version: str) -> OutgoingRules:
        return self.rules_outgoing

    def account(self, version: str, agent: AgentId) -> str | None:
        return f"80{agent}" if agent in self.people.agents else None

    def agent(self, version: str, account: str) -> AgentId | None:
        return AgentId(account[2:]) if account in ("8001", "8002") else None

    def records(self, version: str, queue: str) -> bool:
        return True

    def whisper(self, version: str, call: Call) -> tuple[Media, ...]:
        return (Sentence(f"{call.queue}: {call.reason}", "en"),)

    def treatment(self, version: str, queue: str) -> QueueTreatment:
        return self.queue_habits

    def open(self, version: str, hours: str, utc: float, others: OtherHours | None = None) -> bool:
        return hours == "always" and others is None

    def say(self, version: str, language: str, phrase: str, **values: object) -> tuple[Media, ...]:
        told = " ".join(f"{name}={value}" for name, value in values.items())
        return (Sentence(f"{phrase} {told}".strip(), language),)

    def sound(self, version: str, phrase: str) -> tuple[Media, ...]:
        return (Sentence(phrase, "en"),)

    def transfer_rules(self, version: str) -> TransferRules:
        return self.rules

    def has_queue(self, version: str, name: str) -> bool:
        return name in self.people.queues

    def has_flow(self, version: str, name: str) -> bool:
        return name in PROGRAM.flows

    def pause_reason(self, version: str, code: str) -> str | None:
        return {"": "break", "1": "lunch"}.get(code)


class ControlHarness:
    """The router at work. `tell` gives the commands of one event; all commands are kept in `commands`."""

    def __init__(
        self,
        *agents: str,
        habits: QueueTreatment | None = None,
        models: Models = no_models,
        transfers: TransferRules | None = None,
        program: flow.Program | None = None,
    ) -> None:
        self.program = program or PROGRAM
        self.habits = habits or QueueTreatment()
        self.transfers = transfers or TransferRules()
        self.models = models
        self.router = self._new_router()
        self.now = 100.0
        self.commands: list[commands.RouterCommand] = []
        self.journal: list[tuple[float, events.RouterEvent]] = []
        self._legs = count(1)
        self.tell(door.ClockSet(1_795_000_000.0))
        self.tell(events.VersionPublished(VERSION))
        for agent in agents:
            self.tell(AgentSignedIn(AgentId(agent)))

    def tell(self, event: events.RouterEvent, after_s: float = 0.1) -> list[commands.RouterCommand]:
        """Tell one event, `after_s` later; what was due before it is done first."""
        self.wait(after_s)
        return self._take(event)

    def wait(self, seconds: float) -> None:
        """Let time pass, with all that falls due."""
        until = self.now + seconds
        while (due := self.router.next_deadline()) is not None and due <= until:
            self.now = max(self.now, due)
            self._take(door.Tick(due))
        self.now = until

    def _take(self, event: events.RouterEvent) -> list[commands.RouterCommand]:
        self.journal.append((self.now, event))
        given = self.router.handle(event, self.now)
        check_deadlines(self.router)
        self.commands += given
        return given

    def empty(self) -> "ControlHarness":
        """One that was told nothing yet: to restore a snapshot into, or to replay a journal."""
        house = ControlHarness(program=self.program)
        house.models, house.habits, house.transfers = self.models, self.habits, self.transfers
        house.router = self._new_router()
        house.commands, house.journal = [], []
        return house

    def _new_router(self) -> Router:
        directory = Directory(self.habits, self.transfers)
        return make_router({VERSION: self.program}, lambda version: configuration(), directory, self.models)

    def take(self, call: CallId) -> LegId:
        """The agent whose phone rings for `call` answers and both talk; the agent's leg."""
        ringing = next(command for command in reversed(self.given(Originate)) if self.rings_for(command.leg) == call)
        self.tell(door.CallAnswered(ringing.leg, ringing.attempt))
        self.tell(door.PlaybackFinished(ringing.leg, self.last(Play).attempt, Outcome.FINISHED))
        bridge = self.last(Bridge)
        self.tell(door.Bridged(bridge.attempt, (bridge.a, bridge.b)))
        return ringing.leg

    def rings_for(self, leg: LegId) -> CallId | None:
        """The call that a leg is there for."""
        known = self.router.register.legs.get(leg)
        return None if known is None else known.call

    def talk(self, call: CallId, for_s: float) -> None:
        """A whole talk: both hang up after `for_s`, and the agent's wrap-up passes."""
        leg = self.take(call)
        self.tell(door.CallEnded(leg, Cause.NORMAL), after_s=for_s)
        self.tell(door.CallEnded(LegId(call), Cause.NORMAL))
        self.wait(6.0)

    def arrive(self, called: str = "95183", caller: str = "13800138000") -> CallId:
        """A caller calls, and is answered."""
        leg = LegId(f"leg-{next(self._legs)}")
        self.tell(door.CallArrived(leg, caller, called))
        return CallId(leg)

    def press(self, leg: str, keys: str) -> None:
        """Keys, one after another."""
        for key in keys:
            self.tell(door.DigitPressed(LegId(leg), key))

    def given(self, kind: type[T]) -> list[T]:
        """All commands of this kind so far."""
        return [command for command in self.commands if isinstance(command, kind)]

    def last(self, kind: type[T]) -> T:
        """The newest command of this kind."""
        return self.given(kind)[-1]
