"""The running controller, as screens, the HTTP interface and the bus ask it (`hotline.views.controller.Controller`)."""

import asyncio
import time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from acd.agents import Standing
from acd.commands import AgentChanged
from calls.errors import BadInput
from calls.ids import AgentId, AttemptId, CallId
from calls.number_kinds import is_emergency
from calls.numbers import e164
from control.gate import dial_rules
from control.machines.proposals import Proposal
from control.messages import events
from control.messages.commands import AskGate
from control.register.register import Register
from hotline.driver.clock import Clock
from hotline.driver.live import LiveDriver
from hotline.server.approvals import Approvals
from hotline.server.campaign_control import CampaignControl
from hotline.server.explaining import Explaining
from hotline.server.health import Health
from hotline.server.lent_phones import LentPhones
from hotline.server.reports import report_folder
from hotline.server.upkeep import Upkeep
from hotline.site.site import Site
from hotline.store import outbox
from hotline.store.writer import Writer
from hotline.suppression import sharing
from hotline.suppression.site_lists import hashes_of
from hotline.versions.case_rules import rules_of
from hotline.versions.directory import VersionedDirectory
from hotline.versions.routing import RoutingConfiguration
from hotline.versions.store import Versions
from hotline.views.board import Board
from hotline.views.controller import LentPhone
from hotline.views.days import Days
from hotline.views.live_states import LiveStates, States
from hotline.views.metrics import Metrics
from hotline.views.talk_dispositions import disposition_of
from hotline.views.trend import Trend
from hotline.views.wire import House, Switch
from hotline.webhooks import status
from switch.trunk_lines import TrunkLines


class RunningController(Approvals, CampaignControl):
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
        live: LiveStates,
        days: Days,
        phones: LentPhones,
    ) -> None:
        Approvals.__init__(self, site)
        CampaignControl.__init__(self, site, driver, versions, board)
        self._phones = phones
        self.database = database
        self.metrics = metrics
        self._health = health
        self._clock = clock
        self._writer = writer
        self._upkeep = upkeep
        self._trunks = trunks
        self._live = live
        self._days = days
        self._trend = Trend()
        self._explaining = Explaining(site)
        self._shown_version = ""

    @property
    def folder(self) -> Path:
        """The site's folder."""
        return self._site.folder

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

    @property
    def reports(self) -> Path:
        """See `Controller.reports`."""
        return report_folder(self._site)

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

    async def shared_lists(self, after: int) -> bytes:
        """See `Controller.shared_lists`."""

        def made() -> bytes:
            settings, hashes = hashes_of(self._site)
            return sharing.export(self._site.database, hashes, settings.site, frozenset(settings.lists), after)

        return await asyncio.to_thread(made)

    def account(self, agent: AgentId) -> str | None:
        """See `Controller.account`."""
        return self._routing.account(agent)

    def name_of(self, agent: str) -> str:
        """See `Controller.name_of`."""
        known = self._routing.configuration.agents.get(AgentId(agent))
        return "" if known is None else known.name

    async def lend_phone(self, agent: AgentId) -> LentPhone:
        """See `Controller.lend_phone`."""
        return await self._phones.lend(self._account(agent), self._routing)

    async def take_phone_back(self, agent: AgentId) -> bool:
        """See `Controller.take_phone_back`."""
        return await self._phones.take_back(self._account(agent), self._routing)

    def phone_opened(self, account: str) -> str:
        """See `Controller.phone_opened`."""
        url = self._phones.url()
        return url if url and self._phones.opened(account) else ""

    def phone_closed(self, account: str) -> None:
        """See `Controller.phone_closed`."""
        self._phones.closed(account)

    def _account(self, agent: AgentId) -> str:
        account = self._routing.account(agent)
        if account is None:
            raise BadInput(f"agent {agent} is in no version that holds")
        return account

    def agent_states(self) -> list[AgentChanged]:
        """Every agent's state as the queues have it."""
        return self._driver.router.agents()

    def agent(self, agent: AgentId) -> Standing | None:
        """An agent's state, and what comes after the work under way."""
        return self._driver.router.agent(agent, self._clock.now())

    def flow_places(self) -> list[tuple[str, tuple[tuple[str, str], ...]]]:
        """See `Controller.flow_places`."""
        return self._driver.router.hub.flows.places()

    def view(self) -> dict[str, Any]:
        """The board; beside it `switch_up`, `switches`, the rows that are `unwritten`, the trunks, the campaigns."""
        board = self._board.view(self.register, self._clock.now(), self.region)
        health = self._health
        up = {"switch_up": health.switch_up, "switches": dict(health.switches)}
        campaigns = self.campaign_rows()
        return {**board, **up, "unwritten": self._writer.pending, "trunks": self.trunks(), "campaigns": campaigns}

    @property
    def position(self) -> int:
        """The number of the journal's last event."""
        return self._driver.position

    def states(self) -> States:
        """All live states, the day of each queue and the switches too, by kind and name."""
        register = self.register
        if register.version != self._shown_version:  # agents came with it, and nobody's state changed
            self._shown_version = register.version
            for state in self.agent_states():
                self._live.watch(state, self.utc())
        live = self._live.look(register, self.agents(), self.queues(), region=self.region)
        switches = {name: Switch(name, up) for name, up in self._health.switches.items()}
        return {**live, "days": self._days.look(register, self.utc(), self.zone), "switches": switches}

    async def sample_trend(self) -> None:
        """Note how long callers wait, where it is time to."""
        if self._trend.is_due(self.utc()):
            self._trend.take(self.states(), self.utc())

    def trend(self) -> list[dict[str, Any]]:
        """The trend of waits in the last half hour, oldest first."""
        return [msgspec.structs.asdict(point) for point in self._trend.points]

    def utc(self) -> float:
        """The instant now."""
        return self._clock.now() + self.register.offset_s

    def house(self) -> House:
        """The house, for the head of a page."""
        console, languages = self._site.settings.console, self._site.settings.languages
        goal = console.service_level_goal
        return House(console.title, self.zone.key, languages, console.service_level_s, goal)

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

    def talk_move_refusal(self, agent: AgentId) -> str:
        """See `Controller.talk_move_refusal`."""
        return self._driver.router.talk_move_refusal(agent)

    def mask_refusal(self, call: CallId) -> str:
        """See `Controller.mask_refusal`."""
        return self._driver.router.mask_refusal(call)

    def decline_refusal(self, agent: AgentId) -> str:
        """See `Controller.decline_refusal`."""
        return self._driver.router.decline_refusal(agent)

    def echo_test_refusal(self, agent: AgentId) -> str:
        """See `Controller.echo_test_refusal`."""
        return self._driver.router.echo_test_refusal(agent)

    def queue_disposition(self, agent: AgentId) -> dict[str, Any] | None:
        """See `Controller.queue_disposition`."""
        return disposition_of(self.register, VersionedDirectory(self._versions).treatment, agent)

    def consultation_refusal(self, event: events.ConsultationWanted) -> str:
        """Why this cannot be done now; empty when it can."""
        return self._driver.router.consultation_refusal(event)

    def proposals(self) -> list[tuple[Proposal, str]]:
        """What the robot waits to say, each with the seat that has it; an empty one: none."""
        return self._driver.router.proposals()

    def review_refusal(self, event: events.ProposalTaken | events.ProposalAnswered) -> str:
        """Why this cannot be done now; empty where it can. Nothing changes."""
        return self._driver.router.review_refusal(event)

    async def answer_origin(self, case: str, attempt: int, author: str, *, is_origin: bool) -> bool:
        """Write down whether a case is about a call of the ledger; whether the customer's hold ended with it."""
        from hotline.cases import origin_acts, origins
        from hotline.ledger.opening import Place

        version, site = self.register.version, self._site
        said = origin_acts.Answer(case, attempt, author, time.time())

        def answer() -> bool:
            rules = rules_of(self._versions, version)
            if not is_origin:
                return origin_acts.unlink(self.database, rules, said)
            owners = origins.owners_of(self._versions, version)
            origin_acts.link(self.database, Place.of(site), rules, said, owners, origins.webhooks_of(site))
            return False

        return await asyncio.to_thread(answer)

    async def explain(self, call: CallId) -> dict[str, Any]:
        """See `Controller.explain`."""
        return await self._explaining.explain(call)

    async def published_versions(self) -> list[dict[str, Any]]:
        """Every published version, newest first."""

        def read() -> list[dict[str, Any]]:
            current = self._versions.current()
            return [
                {"version": one.version, "published_at": one.published_at, "by": one.by}
                | {"current": one.version == current}
                for one in reversed(self._versions.all())
            ]

        return await asyncio.to_thread(read)

    async def roll_back(self, version: str | None) -> str:
        """Let new calls have an earlier version."""
        from hotline.versions.publishing import (
            rollback,
        )  # with the voices of a publish, which a start need not wait for

        await asyncio.to_thread(rollback, self._site, version)
        return await self.reload()

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
