"""A house in virtual time whose switch and controller can die, for state machines of hypothesis: no rules yet."""

from dataclasses import dataclass, field
from typing import Any

from hypothesis.stateful import RuleBasedStateMachine, initialize

from acd.core import Acd
from acd.events import AgentSignedIn
from calls import commands as door
from calls import events
from calls.causes import Cause
from calls.ids import AgentId, LegId
from complaints.cases import FileCase
from control.messages import commands
from control.messages import events as control_events
from control.routing.assembly import AcdQueueView, no_campaigns, no_models
from control.routing.router import Router
from dialer.campaigns.core import Campaigns
from ivr.commands import CheckSecret, HideDigits, Lookup, ShowDigits
from ivr.events import LookupFinished, SecretChecked
from ivr.machine.core import Ivr
from tests.properties.house_versions import PEOPLE, VERSIONS, Directory
from tests.properties.ledger_world import LedgerWorld
from tests.properties.switch_world import World, WorldLeg
from tests.unit.control.plain_deadlines import check_deadlines


def new_router(scenes: bool = True) -> tuple[Router, Ivr, Acd]:
    """A controller's router, with its flows and queues."""
    ivr, acd = Ivr(VERSIONS), Acd(PEOPLE.__getitem__)
    outlook = AcdQueueView(acd, no_models)
    return Router(ivr, outlook.core, Directory(scenes), outlook, Campaigns(no_campaigns)), ivr, acd


@dataclass
class Entry:
    """One event of the journal, and what came of it."""

    at: float
    event: control_events.RouterEvent
    given: list[commands.RouterCommand] = field(default_factory=list)


class DrivenHouse(RuleBasedStateMachine):
    """Tells events, keeps the journal, carries commands out on a world, kills and replays the controller."""

    def __init__(self) -> None:
        super().__init__()
        self.world = self.new_world()
        self.now = 0.0
        self.router, self.ivr, self.acd = new_router()
        self.journal: list[Entry] = []
        self.kept: tuple[int, bytes] = (0, b"")  # a snapshot, and how many events are in it
        self.hidden: set[LegId] = set()
        self.waiting_answers: list[control_events.RouterEvent] = []
        self.legs_seen = 0
        self.ledger = LedgerWorld()

    def new_world(self) -> Any:
        """The switch, or switches."""
        return World()

    def new_leg(self, kind: str) -> LegId:
        """The id of a leg that comes in."""
        self.legs_seen += 1
        return LegId(f"{kind}-{self.legs_seen}")

    @initialize()
    def start(self) -> None:
        self.tell(events.ClockSet(1_795_000_000.0))
        self.tell(control_events.VersionPublished("v1"))
        for agent in ("01", "02"):
            self.tell(AgentSignedIn(AgentId(agent)))

    # the driver

    def tell(self, event: control_events.RouterEvent) -> None:
        if isinstance(event, events.DigitPressed) and event.leg in self.hidden and event.digit.isdigit():
            event = events.DigitPressed(event.leg, "•")
        entry = Entry(self.now, event)
        self.journal.append(entry)
        entry.given = self.router.handle(event, self.now)
        check_deadlines(self.router)
        for command in entry.given:
            self.perform(command)

    def perform(self, command: commands.RouterCommand) -> None:
        match command:
            case HideDigits(leg=leg):
                self.hidden.add(leg)
            case ShowDigits(leg=leg):
                self.hidden.discard(leg)
            case CheckSecret(call, attempt):
                self.waiting_answers.append(SecretChecked(call, attempt, len(attempt) % 2 == 0))
            case Lookup(call, attempt):
                self.waiting_answers.append(LookupFinished(call, attempt, "ok", {}))
            case commands.AskGate():
                self.waiting_answers.append(self.ledger.answer(command, self.now + self.router.register.offset_s))
            case commands.SettleAttempt():
                self.ledger.settle(command)
                self.waiting_answers.append(control_events.AttemptSettled(command.attempt))
            case door.Originate() if command.to.startswith("tel:"):
                self.ledger.dialled(command, self.router.register)
                self.world.take(command)
            case FileCase(attempt, case):
                self.waiting_answers.append(control_events.CaseFiled(attempt, case.call, case.number))
            case door.Command():
                if isinstance(command, door.SwitchCommand):
                    self.world.take(command)

    def pick(self, number: int, among: list[Any]) -> Any:
        return among[number % len(among)]

    def call_in(self, key: str, called: str) -> LegId:
        leg = self.new_leg("in")
        self.world.arrive(WorldLeg(leg, True, caller=f"1380013800{self.legs_seen % 3}", called=called))
        self.world.press(leg, key)
        return leg

    def settle(self) -> None:
        """Let all that is under way arrive."""
        for _ in range(1_000):
            if self.world.untold and self.world.up:
                self.tell(self.world.next_fact(lambda most: 0))
            elif self.waiting_answers:
                self.tell(self.waiting_answers.pop(0))
            else:
                return
        raise AssertionError("it never comes to rest")

    # what breaks

    def restart_switch(self) -> None:
        if self.world.up:
            for event in self.world.lose_link(seen=False):
                self.tell(event)
        for leg in list(self.world.legs):
            self.world.die(leg, Cause.LOST)
        self.tell(self.world.restore_link(restarted=True))

    def kill_controller(self, lost: int) -> None:
        """What was not on disk yet is lost with it, also of the journal; the switch has done it all the same."""
        whole = lost == 0
        before = self.router.snapshot()
        self.journal = self.journal[: max(self.kept[0], 4, len(self.journal) - lost)]
        self.router, self.ivr, self.acd = new_router()
        if self.kept[1]:
            self.router.restore(self.kept[1])
        for entry in self.journal[self.kept[0] :]:
            assert self.router.handle(entry.event, entry.at) == entry.given, "a replay orders the same"
        if whole:
            assert self.router.snapshot() == before
        self.hidden.clear()
        self.waiting_answers.clear()
        self.world.forget_controller()
        self.tell(control_events.Restarted())
