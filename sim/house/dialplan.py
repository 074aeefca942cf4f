"""A version to be tried: the flows, queues and agents of a site, or of a scenario whose flows only queue."""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec

from acd.config import Configuration, QueueConfig
from calls.commands import Media
from calls.ids import AgentId, QueueName
from calls.trunks import Trunk
from control.hub.ports import Directory
from control.register.call import Call
from control.rules.outgoing_rules import OutgoingRules
from control.rules.transfer_rules import TransferRules
from control.rules.treatment import QueueTreatment
from dsl.hours import OtherHours
from ivr.program import Flow, Program
from ivr.steps import HANG_UP, Const, Language, Queue
from sim.scenario import Scenario


@dataclass(frozen=True)
class Dialplan:
    """One version, with all that a router asks for."""

    version: str
    program: Program
    configuration: Configuration
    directory: Directory


class PlainDirectory:
    """A directory of flows that only queue: no whisper, no recording, no announcement, phones by the agents' ids."""

    def __init__(self, program: Program, configuration: Configuration) -> None:
        self._program = program
        self._configuration = configuration
        self._treatment = QueueTreatment(whisper="", alert_s=())

    def entry(self, version: str, called: str) -> str | None:
        """See `control.hub.ports.Directory`; so the others."""
        return self._program.entry(called)

    def is_own(self, version: str, number: str) -> bool:
        """The numbers of the kinds of callers."""
        return number in self._program.entries

    def region(self, version: str) -> str:
        """Where the house is."""
        return self._program.region

    def zone(self, version: str) -> str:
        """Whose day the house keeps."""
        return self._program.zone

    def trunk(self, version: str, name: str) -> Trunk | None:
        """Callers come by none that has a name."""
        return None

    def carried(self, version: str, number: str, down: Set[str]) -> bool:
        """Nobody is called outside."""
        return True

    def line(self, version: str, called: str) -> str:
        """The number itself."""
        return self._program.line(called)

    def closed_flow(self, version: str, line: str) -> str:
        """No line is ever closed."""
        return ""

    def override_access(self, version: str) -> tuple[str, str]:
        """Nobody sets overrides by phone."""
        return "", ""

    def targets(self, version: str) -> tuple[tuple[str, str], ...]:
        """Nor could they."""
        return ()

    def languages(self, version: str) -> tuple[str, ...]:
        """Of the flows."""
        return self._program.languages

    def hours_zone(self, version: str, hours: str) -> str:
        """Whose day the house keeps."""
        return self._program.zone

    def has_scenes(self, version: str) -> bool:
        """None."""
        return False

    def outgoing(self, version: str) -> OutgoingRules:
        """Nobody outside is called."""
        return OutgoingRules()

    def account(self, version: str, agent: AgentId) -> str | None:
        """The agent's id."""
        return agent

    def agent(self, version: str, account: str) -> AgentId | None:
        """The account's name."""
        agent = AgentId(account)
        return agent if agent in self._configuration.agents else None

    def records(self, version: str, queue: str) -> bool:
        """Nothing is recorded."""
        return False

    def treatment(self, version: str, queue: str) -> QueueTreatment:
        """Music, and nothing said."""
        return self._treatment

    def open(self, version: str, hours: str, utc: float, others: OtherHours | None = None) -> bool:
        """There are no hours."""
        return True

    def say(self, version: str, language: str, phrase: str, **values: Any) -> tuple[Media, ...]:
        """There are no phrases."""
        return ()

    def whisper(self, version: str, call: Call) -> tuple[Media, ...]:
        """Agents are told nothing."""
        return ()

    def sound(self, version: str, phrase: str) -> tuple[Media, ...]:
        """There are no phrases."""
        return ()

    def transfer_rules(self, version: str) -> TransferRules:
        """Nobody hands callers on."""
        return TransferRules()

    def has_queue(self, version: str, name: str) -> bool:
        """Nobody asks."""
        return False

    def has_flow(self, version: str, name: str) -> bool:
        """Nobody asks."""
        return False

    def pause_reason(self, version: str, code: str) -> str | None:
        """Any pause is a break."""
        return "break"


def only_queues(scenario: Scenario) -> Dialplan:
    """A house of the scenario's queues and agents, in which each kind of callers dials a number of its own and waits at
    once. The number is the kind's, counted from 1."""
    flows, entries = {}, {}
    for number, (name, kind) in enumerate(scenario.kinds.items(), 1):
        wait = Queue(
            queue=kind.queue,
            skills=kind.skills,
            class_=kind.class_,
            reason="",
            fields={},
            keys={},
            outcomes={},
            then=HANG_UP,
            priority=Const(kind.priority),
        )
        speak = Language(language=kind.language, then="wait")
        flows[name] = Flow("speak" if kind.language else "wait", {"speak": speak, "wait": wait})
        entries[str(number)] = name
    program = Program(scenario.name, ("",), flows, entries)
    configuration = scenario.configuration
    return Dialplan(scenario.name, program, configuration, PlainDirectory(program, configuration))


class Differences(NamedTuple):
    """Differences of two versions, in the words of the files: those that the queues alone can show, and those that take
    the whole house."""

    of_queues: tuple[str, ...]
    of_house: tuple[str, ...]


def differences(before: Dialplan, after: Dialplan) -> Differences:
    """Compare two versions; prompts by their words, not by their sound."""
    of_house = [
        name
        for name, field in (
            ("flows", "flows"),
            ("prompts", "phrases"),
            ("entry.yaml", "entries"),
            ("hours", "hours"),
            ("region", "region"),
            ("zone", "zone"),
            ("languages", "languages"),
            ("limits", "limits"),
        )
        if getattr(before.program, field) != getattr(after.program, field)
    ]
    old, new = before.configuration.queues, after.configuration.queues
    treated = any(
        before.directory.treatment(before.version, queue) != after.directory.treatment(after.version, queue)
        for queue in {*old, *new}
    )
    offered = {name: [step for step in rules.steps if step.offer] for name, rules in old.items()} != {
        name: [step for step in rules.steps if step.offer] for name, rules in new.items()
    }
    if treated or offered:
        of_house.append("announcements, callbacks and offers of queues.yaml")
    if set(old) != set(new):
        of_house.append("the queues that there are")
    of_queues = ["the rules of queues.yaml"] if _plain(old) != _plain(new) else []
    if before.configuration.agents != after.configuration.agents:
        of_queues.append("agents.yaml")
    return Differences(tuple(of_queues), tuple(of_house))


def _plain(queues: Mapping[QueueName, QueueConfig]) -> dict[QueueName, QueueConfig]:
    """Rules without what is offered to who waits."""
    return {
        name: msgspec.structs.replace(rules, steps=tuple(step for step in rules.steps if not step.offer))
        for name, rules in queues.items()
    }
