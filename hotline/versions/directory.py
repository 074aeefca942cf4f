"""The router's directory of numbers, phones, queues and sounds, read from the published versions."""

from collections.abc import Set
from functools import lru_cache
from typing import Any, Protocol

from calls.commands import Clip, Media, Sentence
from calls.errors import BadInput
from calls.ids import AgentId, QueueName
from calls.numbers import e164
from calls.trunks import Trunk, carriers
from control.register.call import Call
from control.rules.outgoing_rules import OutgoingRules
from control.rules.transfer_rules import TransferRules
from control.rules.treatment import QueueTreatment
from dialer.scenes.book import Book
from dsl.hours import OtherHours, is_open, with_others
from hotline.versions.routing import RoutingConfiguration
from ivr.phrases import PhraseError, Template, parse_template
from ivr.program import Program
from ivr.spoken import SpokenError


class Readable(Protocol):
    """Where versions are read from: those that are published, or one that is not."""

    def program(self, version: str) -> Program:
        """The flows of a version. Raises BadInput when it is not here."""
        ...

    def routing(self, version: str) -> RoutingConfiguration:
        """Its queues and agents. Raises BadInput when it is not here."""
        ...

    def book(self, version: str) -> Book:
        """Its scenes of outgoing calls. Raises BadInput when it is not here."""
        ...

    def region(self, version: str) -> str:
        """The country (ISO 3166) by whose rules the version reads a number without a country code."""
        ...


class VersionedDirectory:
    """Answers from the version that is asked about. A version that is gone answers nothing, and loses no call."""

    def __init__(self, versions: Readable) -> None:
        self._versions = versions

    def entry(self, version: str, called: str) -> str | None:
        """The flow that answers this number."""
        try:
            return self._versions.program(version).entry(called)
        except BadInput:
            return None

    def is_own(self, version: str, number: str) -> bool:
        """True for a number of entry.yaml."""
        try:
            return number in _own_numbers(self._versions.program(version))
        except BadInput:
            return False

    def region(self, version: str) -> str:
        """The country by whose rules a number without a country code is read."""
        return self._versions.region(version)

    def zone(self, version: str) -> str:
        """The zone (IANA) whose day and clock the house keeps."""
        try:
            return self._versions.program(version).zone
        except BadInput:
            return "UTC"

    def trunk(self, version: str, name: str) -> Trunk | None:
        """The trunk that a call came by; None for one that is not in this version."""
        try:
            return self._versions.routing(version).trunks.get(name)
        except BadInput:
            return None

    def carried(self, version: str, number: str, down: Set[str]) -> bool:
        """Whether a trunk of the version that is not `down` carries the number; where none are named, nobody knows."""
        try:
            trunks, region = self._versions.routing(version).trunks, self._versions.region(version)
        except BadInput:
            return True
        return not trunks or any(name not in down for name in carriers(trunks, number, region))

    def line(self, version: str, called: str) -> str:
        """The entry of entry.yaml that the number comes under."""
        try:
            return self._versions.program(version).line(called)
        except BadInput:
            return ""

    def closed_flow(self, version: str, line: str) -> str:
        """By overrides.yaml."""
        try:
            rules = self._versions.program(version).overrides
        except BadInput:
            return ""
        return rules.lines.get(line, rules.closed)

    def override_access(self, version: str) -> tuple[str, str]:
        """By overrides.yaml."""
        if not version:
            return "", ""
        try:
            rules = self._versions.program(version).overrides
        except BadInput:
            return "", ""
        return rules.code, rules.number

    def targets(self, version: str) -> tuple[tuple[str, str], ...]:
        """Queues by their titles, lines by their numbers, hours by their names."""
        program, routing = self._versions.program(version), self._versions.routing(version)
        queues = routing.configuration.queues.items()
        return (
            *((f"queue:{name}", queue.title or name) for name, queue in queues),
            *((f"line:{number}", number) for number in program.entries),
            *((f"hours:{name}", name.replace("_", " ")) for name in program.hours),
        )

    def languages(self, version: str) -> tuple[str, ...]:
        """The languages of the house, the first one first."""
        try:
            return self._versions.program(version).languages
        except BadInput:
            return ()

    def hours_zone(self, version: str, hours: str) -> str:
        """The zone of these hours; that of the house for hours that are not known."""
        try:
            known = self._versions.program(version).hours.get(hours)
        except BadInput:
            known = None
        return self.zone(version) if known is None else known.zone

    def transfer_rules(self, version: str) -> TransferRules:
        """The rules of transfers by agents; the defaults where the version has none."""
        return self._versions.routing(version).transfers if version else TransferRules()

    def has_queue(self, version: str, name: str) -> bool:
        """True for a queue of queues.yaml."""
        return bool(version) and QueueName(name) in self._versions.routing(version).configuration.queues

    def has_flow(self, version: str, name: str) -> bool:
        """True for a flow of that version."""
        try:
            return name in self._versions.program(version).flows
        except BadInput:
            return False

    def has_scenes(self, version: str) -> bool:
        """True for a version with scenes of outgoing calls."""
        return bool(version) and bool(self._versions.book(version).scenes)

    def outgoing(self, version: str) -> OutgoingRules:
        """The rules of agents' calls to numbers outside; nobody may be called where the version has none."""
        return self._versions.routing(version).outgoing if version else OutgoingRules()

    def account(self, version: str, agent: AgentId) -> str | None:
        """The account of the agent's phone."""
        return self._versions.routing(version).account(agent) if version else None

    def agent(self, version: str, account: str) -> AgentId | None:
        """The agent whose phone has this account."""
        return self._versions.routing(version).agent(account) if version else None

    def records(self, version: str, queue: str) -> bool:
        """True when talks of this queue are recorded."""
        return self.treatment(version, queue).record

    def whisper(self, version: str, call: Call) -> tuple[Media, ...]:
        """The whisper to the agent: the queue and the caller's reason, in the words of the queue's whisper phrase."""
        treatment = self.treatment(version, call.queue)
        callback = treatment.callback if call.callback is not None else None
        phrase = treatment.whisper if callback is None else callback.whisper
        if not phrase:
            return ()
        queue = self._versions.routing(version).configuration.queues.get(QueueName(call.queue))
        title = queue.title if queue is not None and queue.title else call.queue
        return self.say(version, "", phrase, queue=title, reason=call.reason or title)

    def sound(self, version: str, phrase: str) -> tuple[Media, ...]:
        """A phrase for the house's own people."""
        return self.say(version, "", phrase) if version else ()

    def pause_reason(self, version: str, code: str) -> str | None:
        """The reason behind a digit."""
        return self._versions.routing(version).pauses.get(code) if version else None

    def treatment(self, version: str, queue: str) -> QueueTreatment:
        """The treatment of this queue's callers; the defaults where the version has none."""
        return self._versions.routing(version).treatments.get(QueueName(queue), QueueTreatment())

    def open(self, version: str, hours: str, utc: float, others: OtherHours | None = None) -> bool:
        """By the clock and the calendar of that version; what is not known is closed."""
        known = self._versions.program(version).hours.get(hours)
        return known is not None and is_open(with_others(known, others, utc), utc)[0]

    def say(self, version: str, language: str, phrase: str, **values: Any) -> tuple[Media, ...]:
        """A phrase in this language, or in the site's first one; nothing where there is no such phrase."""
        program = self._versions.program(version)
        for tongue in (language, program.languages[0]):
            clip = program.clips.get(tongue, {}).get(phrase)
            if clip is not None:
                return (Clip(clip),)
            text = program.phrases.get(tongue, {}).get(phrase)
            if text is not None:
                try:
                    return (Sentence(_template(text).render(values, tongue, program.region), tongue),)
                except (PhraseError, SpokenError):  # of a title or a reason: the agent is connected without it
                    return ()
        return ()


def _own_numbers(program: Program) -> frozenset[str]:
    return frozenset(e164(number, program.region) for number in program.entries if number != "default")


@lru_cache(maxsize=512)
def _template(text: str) -> Template:
    return parse_template(text)
