"""Ports of call control: the published versions, and the queues beside their commands."""

from collections.abc import Set
from typing import Any, Protocol

from acd.agents import Standing
from acd.choice import Choice
from acd.commands import AgentChanged
from acd.forecast.announce import Said, Unsaid
from acd.forecast.forecaster import Example, Forecast
from calls.commands import Media
from calls.ids import AgentId, AttemptId, CallId, Instant
from calls.ports import Core
from calls.trunks import Trunk
from control.register.call import Call
from control.rules.outgoing_rules import OutgoingRules
from control.rules.transfer_rules import TransferRules
from control.rules.treatment import QueueTreatment
from dsl.hours import OtherHours
from ivr.commands import IvrCommand
from ivr.events import IvrEvent


class Flows(Core[IvrEvent, IvrCommand], Protocol):
    """The flow machine, as call control asks it beside its commands."""

    def walks(self, call: CallId) -> bool:
        """Whether the call is still on its flow."""
        ...

    def places(self) -> list[tuple[str, tuple[tuple[str, str], ...]]]:
        """The version of each call that is on its flow, and the flow and step of each frame, the one it is in last."""
        ...


class Directory(Protocol):
    """The published versions, as the router asks them. Unknown names give None or nothing: no call is lost for it."""

    def entry(self, version: str, called: str) -> str | None:
        """The flow that answers this number."""
        ...

    def is_own(self, version: str, number: str) -> bool:
        """Whether callers reach the house itself by this number (E.164, or a short one)."""
        ...

    def region(self, version: str) -> str:
        """ISO 3166: how numbers without a country code are read."""
        ...

    def zone(self, version: str) -> str:
        """IANA: the zone whose day and clock the house keeps."""
        ...

    def trunk(self, version: str, name: str) -> Trunk | None:
        """The trunk of this name, which says how its numbers are written."""
        ...

    def carried(self, version: str, number: str, down: Set[str]) -> bool:
        """Whether a trunk that is not among `down` carries this number (E.164, or short); True where none are named:
        the switch's own gateway is not the version's."""
        ...

    def line(self, version: str, called: str) -> str:
        """The entry of entry.yaml that a called number comes under: its number, or `default`; empty for none."""
        ...

    def closed_flow(self, version: str, line: str) -> str:
        """The flow for callers of this line while it is closed; empty: `closed_today` is said, and that is all."""
        ...

    def override_access(self, version: str) -> tuple[str, str]:
        """The star code and the number (E.164, or short) that lead to the menu of overrides; each empty for none."""
        ...

    def targets(self, version: str) -> tuple[tuple[str, str], ...]:
        """All that an override may be of, `queue:NAME`, `line:NUMBER`, `hours:NAME`, each with the words for it."""
        ...

    def languages(self, version: str) -> tuple[str, ...]:
        """The languages of the house, the first one first."""
        ...

    def hours_zone(self, version: str, hours: str) -> str:
        """IANA: the zone of these hours; that of the house for hours that are not known."""
        ...

    def transfer_rules(self, version: str) -> TransferRules:
        """The rules of transfers by agents."""
        ...

    def has_queue(self, version: str, name: str) -> bool:
        """Whether callers can wait in a queue of this name."""
        ...

    def has_flow(self, version: str, name: str) -> bool:
        """Whether there is a flow of this name."""
        ...

    def has_scenes(self, version: str) -> bool:
        """Whether the version has scenes of outgoing calls: then each of these passes the gate."""
        ...

    def outgoing(self, version: str) -> OutgoingRules:
        """The rules of agents' calls to numbers outside."""
        ...

    def account(self, version: str, agent: AgentId) -> str | None:
        """The SIP account of the agent's phone."""
        ...

    def agent(self, version: str, account: str) -> AgentId | None:
        """The agent whose phone that is."""
        ...

    def records(self, version: str, queue: str) -> bool:
        """Whether talks of this queue are recorded."""
        ...

    def treatment(self, version: str, queue: str) -> QueueTreatment:
        """The treatment of this queue's callers."""
        ...

    def open(self, version: str, hours: str, utc: float, others: OtherHours | None = None) -> bool:
        """Whether it is in these hours, with `others` in the place of their days; unknown hours are closed."""
        ...

    def say(self, version: str, language: str, phrase: str, **values: Any) -> tuple[Media, ...]:
        """A phrase to a caller, in this language where it is there; nothing where there is no such phrase."""
        ...

    def whisper(self, version: str, call: Call) -> tuple[Media, ...]:
        """The words that an agent hears before they talk to the caller."""
        ...

    def sound(self, version: str, phrase: str) -> tuple[Media, ...]:
        """A phrase for agents, in the site's first language."""
        ...

    def pause_reason(self, version: str, code: str) -> str | None:
        """The pause reason that the digit stands for; the empty code is the plain pause."""
        ...


class QueueView(Protocol):
    """The queues, as the router asks them beside its events: agents, places, and the wait ahead of a caller."""

    def agents(self) -> list[AgentChanged]:
        """Every agent's state now, in the words in which its last change was told."""
        ...

    def agent(self, agent: AgentId, now: Instant) -> Standing | None:
        """The agent's state, and what comes after it; None for one whom the version does not have."""
        ...

    def queues(self, agent: AgentId) -> tuple[str, ...]:
        """The queues that this agent serves now; none of one whom the version does not have."""
        ...

    def free_agent(self, queue: str, skills: tuple[str, ...]) -> AgentId | None:
        """The agent who would be offered a caller of this queue now; None where nobody is idle."""
        ...

    def versions(self) -> set[str]:
        """The versions whose rules the queues' snapshot names."""
        ...

    def taken(self) -> list[Forecast]:
        """The forecasts made since the last question."""
        ...

    def examples(self) -> list[Example]:
        """The waits that ended with an agent since the last question, for the next fit."""
        ...

    def use(self, model: str) -> None:
        """Forecast with this fit of the learned layer from now on."""
        ...

    def choice(self, offer: AttemptId, now: Instant) -> Choice | None:
        """The reasons of an offer that is open, in short."""
        ...

    def position(self, call: CallId) -> int | None:
        """The place in the caller's queue, from 1; None for a caller who does not wait."""
        ...

    def forecast(self, call: CallId) -> Forecast | None:
        """The last forecast of this caller."""
        ...

    def announce(self, call: CallId, now: Instant, only_if_improved: bool) -> Said | Unsaid:
        """The words for the caller about the wait now, or why none. What is said is remembered."""
        ...
