"""The running controller, as screens, the HTTP interface and the bus ask it (`hotline.views.controller.Controller`)."""

import asyncio
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from acd.agents import Standing
from acd.commands import AgentChanged
from calls.ids import AgentId, AttemptId, CallId
from calls.number_kinds import is_emergency
from calls.numbers import e164
from control import dial_rules, events
from control.commands import AskGate
from control.register import Register
from hotline.driver.clock import Clock
from hotline.driver.live import LiveDriver
from hotline.server.health import Health
from hotline.server.upkeep import Upkeep
from hotline.site.settings import Site
from hotline.store import outbox
from hotline.store.writer import Writer
from hotline.versions.directory import VersionedDirectory
from hotline.versions.routing import RoutingConfiguration
from hotline.versions.store import Versions
from hotline.views.board import Board
from hotline.views.metrics import Metrics
from hotline.webhooks import status
from switch.trunk_lines import TrunkLines


class RunningController:
    """Answers from the driver's router and the version that new calls get; changes nothing but by events."""

    def __init__(
        self,
        database: Path,
        metrics: Metrics,
        board: Board,
        health: Health,
        versions: Versions,
        clock: Clock,
        driver: LiveDriver,
        writer: Writer,
        upkeep: Upkeep,
        trunks: TrunkLines,
        site: Site,
    ) -> None:
        self._site = site
        self.database = database
        self.metrics = metrics
        self._board = board
        self._health = health
        self._versions = versions
        self._clock = clock
        self._driver = driver
        self._writer = writer
        self._upkeep = upkeep
        self._trunks = trunks

    @property
    def register(self) -> Register:
        """Every call, leg and offer there is now."""
        return self._driver.router.register

    @property
    def region(self) -> str:
        """The country (ISO 3166) by whose rules a number without a country code is read."""
        return self._versions.region(self.register.version)

    @property
    def zone(self) -> ZoneInfo:
        """The zone whose day and clock the house keeps."""
        return ZoneInfo(self._versions.program(self.register.version).zone)

    def agents(self) -> frozenset[str]:
        """Every agent who may sign in."""
        return frozenset(self._routing.configuration.agents)

    def queues(self) -> frozenset[str]:
        """Every queue that calls may wait in."""
        return frozenset(self._routing.configuration.queues)

    def lines(self) -> frozenset[str]:
        """Every line, by its number in full, or `default`."""
        return frozenset(self._versions.program(self.register.version).entries)

    def hours(self) -> frozenset[str]:
        """Every entry of hours.yaml."""
        return frozenset(self._versions.program(self.register.version).hours)

    def languages(self) -> frozenset[str]:
        """The languages of the house."""
        return frozenset(self._versions.program(self.register.version).languages)

    def pause_reasons(self) -> frozenset[str] | None:
        """The reasons of which an agent must give one to pause; None where any will do."""
        pauses = self._routing.pauses
        return None if "" in pauses else frozenset(pauses.values())

    def agent_states(self) -> list[AgentChanged]:
        """Every agent's state as the queues have it."""
        return self._driver.router.agents()

    def agent(self, agent: AgentId) -> Standing | None:
        """An agent's state, and what comes after the work under way."""
        return self._driver.router.agent(agent, self._clock.now())

    def view(self) -> dict[str, Any]:
        """The board, and beside it `switch_up`, `switches`, the rows that are `unwritten`, and the trunks."""
        board = self._board.view(self.register, self._clock.now(), self.region)
        health = self._health
        up = {"switch_up": health.switch_up, "switches": dict(health.switches)}
        return {**board, **up, "unwritten": self._writer.pending, "trunks": self.trunks()}

    def health(self) -> dict[str, Any]:
        """See `hotline.server.health.Health.view`."""
        return self._health.view(self.register.version)

    def trunks(self) -> list[dict[str, Any]]:
        """Each trunk with its state, its calls and its last failures."""
        return self._trunks.view()

    async def webhooks(self) -> list[dict[str, Any]]:
        """Each webhook with its backlog and its last failures."""
        return await asyncio.to_thread(self._webhooks)

    def _webhooks(self) -> list[dict[str, Any]]:
        with outbox.read_once(self.database) as reader:
            return status.view(self._site, reader)

    def dial_refusal(self, number: str) -> str:
        """The reason why an agent may not call this number; the do-not-call list is not asked."""
        directory, version = VersionedDirectory(self._versions), self.register.version
        if directory.agent(version, number) is not None:
            return ""
        return dial_rules.outgoing_refusal(directory, version, e164(number, self.region))

    async def may_dial(self, wanted: events.DialWanted) -> events.GateAnswered | None:
        """The gate's answer to a call that an agent wants, before any phone rings: nothing is reserved."""
        directory, version = VersionedDirectory(self._versions), self.register.version
        number = e164(wanted.number, self.region)
        if directory.agent(version, wanted.number) is not None or is_emergency(number, self.region):
            return None
        asked = AskGate(
            call=CallId(f"dial-{wanted.token}"),
            attempt=AttemptId(f"dial-{wanted.token}"),
            number=number,
            scene=wanted.scene or directory.outgoing(version).scene,
            origin="agent",
            agent=wanted.agent,
            person=wanted.person,
            account=wanted.account,
            reserve=False,
        )
        return await self._driver.executor.outgoing.ask(asked)

    def wait_of(self, call: CallId) -> dict[str, Any]:
        """Place and forecast of a caller who waits."""
        return self._driver.router.wait_of(call)

    def transfer_refusal(self, call: CallId, to: str) -> str:
        """Why an agent cannot hand this call to `to`; empty when they can."""
        return self._driver.router.transfer_refusal(call, to)

    def consultation_refusal(self, event: events.ConsultationWanted) -> str:
        """Why this cannot be done now; empty when it can."""
        return self._driver.router.consultation_refusal(event)

    async def reload(self) -> str:
        """Look for a newly published version; the id of the one that holds now."""
        return await self._upkeep.take_up_version()

    async def tell(self, event: events.RouterEvent) -> None:
        """Take an event, and return once it is durable."""
        self._driver.take(event)
        await self._writer.durable()

    async def durable(self) -> None:
        """Return once everything logged so far is on disk."""
        await self._writer.durable()

    @property
    def _routing(self) -> RoutingConfiguration:
        return self._versions.routing(self.register.version)
