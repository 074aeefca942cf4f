"""Upkeep: what the server looks after once a second, because nobody tells it.

A version or a fit published meanwhile, the switch's accounts, fallback and trunks, calls that met the fallback, and
what the server adds to it. Each is a step of its own: an error costs one look, and nothing else.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import structlog
from prometheus_client import Gauge

from calls.causes import DeviceState
from calls.errors import HotlineError
from calls.events import AgentDeviceChanged
from calls.ids import CallId, Instant
from control.messages import events
from hotline.driver.clock import Clock
from hotline.driver.live import LiveDriver
from hotline.driver.services import Services
from hotline.learning.nightly import Refitting
from hotline.provisioning.port import Provisioning
from hotline.server.fallback_words import Ready, sounds_of
from hotline.server.health import Health
from hotline.server.periodic import PeriodicSteps
from hotline.server.phones import SharedAccounts
from hotline.server.trunks import Trunks
from hotline.store.writer import Writer
from hotline.versions.routing import RoutingConfiguration
from hotline.versions.store import Versions
from switch.trunk_lines import TrunkLines

log = structlog.get_logger("hotline")

_EVERY_S = 1.0
_PROVIDE_AGAIN_S = 10.0


class Upkeep:
    """`run` looks after everything until it is cancelled; `take_up_version` may be asked for in between."""

    def __init__(
        self,
        driver: LiveDriver,
        clock: Clock,
        writer: Writer,
        health: Health,
        versions: Versions,
        provisioning: Mapping[str, Provisioning],
        trunks: TrunkLines,
        refitting: Refitting,
        services: Services,
        ready: Ready,
        pending_rows: Gauge,
        more: Mapping[str, Callable[[], Awaitable[None]]],
    ) -> None:
        """`provisioning` by the switch's name; `ready` makes the sounds of announcements; `more` steps by the name of
        what they look after."""
        self._driver = driver
        self._clock = clock
        self._writer = writer
        self._health = health
        self._versions = versions
        self._provisioning = provisioning
        self._trunks = Trunks(trunks, versions, provisioning, health, driver.take, driver.router.register.trunks_down)
        self._trunks.take_up(driver.router.register.version, standing=True)
        self._shared_accounts = SharedAccounts()
        self._refitting = refitting
        self._services = services
        self._ready = ready
        self._services_of = ""
        """The version whose services are asked."""
        self._pending_rows = pending_rows
        self._more = more
        self._steps = PeriodicSteps()
        self._taking_up = asyncio.Lock()
        self._refused = ""
        """The version that is current and cannot be read."""
        self._provided: dict[str, str] = {}
        """The version and the overrides that each switch has; none when they must be provided again."""
        self._provide_at: dict[str, Instant] = {}
        self._tidied: asyncio.Task[None] | None = None
        self._imported: dict[str, set[CallId]] = {switch: set() for switch in provisioning}
        """By switch, calls of its fallback that are in the log, and not yet forgotten there."""
        self._imported_rows: dict[str, int] = {}

    async def run(self) -> None:
        """Look once a second, for ever."""
        while True:
            self._pending_rows.set(self._writer.pending)
            with self._steps.step("versions"):
                await self.take_up_version()
            with self._steps.step("fits of the wait forecast"):
                await self._take_new_fit()
            with self._steps.step("accounts and fallback"):
                await self._provide()
            with self._steps.step("services of lookups"):
                self._know_services()
            with self._steps.step("trunks"):
                await self._trunks.look(self._driver.router.register.version, self._clock.now())
            for switch, provisioning in self._provisioning.items():
                if self._health.switches[switch]:
                    with self._steps.step(f"registrations of phones at {switch}"):
                        await self._shared_accounts.look(switch, provisioning, self._clock.now(), self._utc())
                with self._steps.step(f"the fallback's calls at {switch}"):
                    await self._import_missed(switch, provisioning)
            for what, look in self._more.items():
                with self._steps.step(what):
                    await look()
            await asyncio.sleep(_EVERY_S)

    async def take_up_version(self) -> str:
        """Take up the version that `current` names, and return the one that holds. One that cannot be read is refused:
        the version before stays. It is read beside the event loop; from there on it is in memory."""
        async with self._taking_up:
            holds = self._driver.router.register.version
            current = self._versions.current() or ""
            if current in ("", holds):
                self._refused = ""
                return holds
            try:
                await asyncio.to_thread(self._versions.routing, current)
                await asyncio.to_thread(self._versions.program, current)
                await asyncio.to_thread(self._versions.campaigns, current)
            except (HotlineError, ValueError) as error:
                if current != self._refused:  # it is looked at every second
                    advice = "hotline rollback, or publish again; the last good version goes on"
                    log.error("version not taken up", version=current, error=str(error), advice=advice)
                self._refused = current
                return holds
            self._driver.take(events.VersionPublished(current))
            log.info("version taken up", version=current)
            self._trunks.take_up(current)
            self._provide_at.clear()
            self._tidied = asyncio.create_task(self._tidy())
            return self._driver.router.register.version

    def switch_restarted(self, switch: str) -> None:
        """Provide the version again: the switch has started anew, with accounts and a fallback of its own."""
        self._provided.pop(switch, None)
        self._provide_at.pop(switch, None)

    async def _provide(self) -> None:
        """Tell each switch the agents' phones and the fallback: for each version, each override, and after each
        restart of it."""
        register, now = self._driver.router.register, self._clock.now()
        version, overrides = register.version, tuple(register.overrides)
        wanted = " ".join((version, *(str(one.number) for one in overrides)))
        for switch, provisioning in self._provisioning.items():
            has = self._provided.get(switch) == wanted
            if has or not self._health.switches[switch] or now < self._provide_at.get(switch, 0.0):
                continue
            self._provide_at[switch] = now + _PROVIDE_AGAIN_S
            try:
                utc = now + register.offset_s
                routing, program = self._versions.routing(version), self._versions.program(version)
                announcements = await sounds_of(overrides, program.languages, switch, self._ready)
                await provisioning.provide(routing, program, utc, overrides, announcements)
                self._provided[switch] = wanted
                self._tell_of_new_phones(routing, switch)
            except (HotlineError, OSError, ValueError) as error:
                advice = "agents' phones and the fallback are as before; it is tried again by itself"
                log.error(
                    "the switch was not told of the version",
                    switch=switch,
                    version=version,
                    error=str(error),
                    advice=advice,
                )

    def _tell_of_new_phones(self, routing: RoutingConfiguration, switch: str) -> None:
        """Say that phones of which no switch has told anything are not there: they have never registered."""
        for agent in routing.configuration.agents:
            account = routing.account(agent)
            if account is not None and account not in self._driver.router.register.phones:
                self._driver.take(AgentDeviceChanged(account, DeviceState.UNREACHABLE, switch))

    def _utc(self) -> float:
        return self._clock.now() + self._driver.router.register.offset_s

    async def _tidy(self) -> None:
        """Delete the oldest versions. First a snapshot: no event that a restart replays may name one that is gone."""
        with self._steps.step("old versions"):
            self._driver.keep_snapshot()
            named = self._driver.router.versions()  # by the snapshot: a call that is in it may be gone in a moment
            await self._writer.durable()
            await asyncio.to_thread(self._versions.prune, named | self._driver.router.versions())

    async def _take_new_fit(self) -> None:
        """Take up a fit of the wait forecast, made by the night's fit, which begins here, or by hand."""
        register = self._driver.router.register
        self._refitting.look(self._clock.now() + register.offset_s, register.wait_model)
        fit = await self._refitting.news(register.wait_model)
        if fit is not None:
            self._driver.take(events.WaitModelFitted(fit))

    def _know_services(self) -> None:
        """What this version's flows look up is asked whether it is there."""
        version = self._driver.router.register.version
        if version and version != self._services_of:
            self._services.need(self._versions.program(version))
            self._services_of = version

    async def _import_missed(self, switch: str, provisioning: Provisioning) -> None:
        """Put into the call log what came to one switch while we were away. The fallback forgets it in a later look,
        once durable. Each switch for itself: a log that cannot be read holds up no other."""
        imported = self._imported[switch]
        calls = await asyncio.to_thread(provisioning.missed)
        new = [call for call in calls if call.call not in imported]
        region = self._versions.region(self._driver.router.register.version)
        for call in new:
            for row in call.rows(region):
                self._driver.executor.execute(row)
            imported.add(call.call)
        if new:
            self._imported_rows[switch] = self._writer.given
            advice = "hotline calls shows them as version fallback"
            log.warning("calls met the fallback", calls=len(new), switch=switch, advice=advice)
        elif calls and self._writer.committed >= self._imported_rows[switch]:
            await asyncio.to_thread(provisioning.forget)
            imported.clear()
