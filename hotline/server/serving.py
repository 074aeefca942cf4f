"""The server: everything wired together, started in the order in which it can answer for itself, stopped in reverse."""

import asyncio
import contextlib
import gc
import signal
import time
from typing import Any

import msgspec
import structlog

from acd.commands import AgentChanged
from acd.forecast.ensemble import Ensemble
from calls.causes import DeviceState
from calls.commands import Clip, Sentence
from calls.errors import BadInput, HotlineError, SwitchAway
from calls.events import AgentDeviceChanged, CallRinging, CommandDone, SwitchBack, SwitchEvent, SwitchLost
from calls.ids import CallId, Instant
from calls.ports import Switch
from control import commands, events
from control.assembly import make_router
from control.register import Register
from control.router import Router
from hotline.bus.making import make_bus
from hotline.driver.clock import Clock
from hotline.driver.do_not_call import NumberList
from hotline.driver.executor import Performer
from hotline.driver.live import LiveDriver, orders_of
from hotline.driver.lookups import Lookups
from hotline.driver.vault import Vault
from hotline.journal.recovery import inherit
from hotline.journal.write_ahead import Tail
from hotline.learning.nightly import Refitting
from hotline.provisioning.port import Provisioning
from hotline.server.periodic import Rounds
from hotline.site.lock import alone
from hotline.site.settings import Site
from hotline.store import opening, statements
from hotline.store.writer import Writer
from hotline.versions.directory import VersionedDirectory
from hotline.versions.drift import say_where_the_folder_stands
from hotline.versions.store import Programs, Versions
from hotline.views.board import Board
from hotline.views.metrics import Metrics
from hotline.web.listening import answering, bind
from speech.sentences import Sentences

log = structlog.get_logger("hotline")

_LOOK_AROUND_S = 1.0
_PROVIDE_AGAIN_S = 10.0
_DAY_S = 86_400.0
_DECIDES_NOTHING = frozenset({CommandDone, CallRinging})
"""Facts that need not cost a turn and a row of the journal."""
_WATCHED = Metrics.WATCHED | Board.WATCHED
_SWITCH_FIRST_S = 1.0
"""How long the switch is waited for before the HTTP interface is made, which says so when there is none."""
_WAITS_DAYS = 400  # what the forecast is fitted on: a year with its seasons


class Server:
    """One controller of one site. `run` serves until it is told to stop."""

    def __init__(self, site: Site, switch: Switch, sentences: Sentences, provisioning: Provisioning) -> None:
        self.site = site
        self.database = site.database
        self.metrics = Metrics()
        self.board = Board()
        self.versions = Versions(site.versions)
        self._switch = switch
        self._sentences = sentences
        self._provisioning = provisioning
        self._switch_up = False
        self._closing = False
        self._trouble = ""
        self._clock: Clock
        self._driver: LiveDriver
        self._writer: Writer
        self._tail: Tail
        self._stopping = asyncio.Event()
        self._provided_version = ""
        """What the switch was told last; empty when that must be told again."""
        self._provide_at = 0.0
        self._reachable: dict[str, bool] = {}
        self._forget_at = 0.0
        self._tidied: asyncio.Task[None] | None = None
        self._rounds = Rounds()
        self._refused = ""
        """The version that is current and cannot be read."""
        self._imported: set[CallId] = set()
        """Calls of the fallback that are in the log, and not yet forgotten there."""
        self._imported_rows = 0

        self._refitting = Refitting(site)
        self._bus = make_bus(site, self, self.metrics.bus_up.set)

    async def run(self) -> None:
        """Serve until SIGTERM or SIGINT. Calls go on when we are gone."""
        if self.versions.current() is None:
            raise BadInput(f"nothing is published yet: hotline publish --site {self.site.folder}")
        async with contextlib.AsyncExitStack() as stack:
            await stack.enter_async_context(alone(self.site.state / "hotline.lock"))
            self._take_up()
            loop = asyncio.get_running_loop()
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.add_signal_handler(number, self._stopping.set)
            address = bind(self.site)
            stack.push_async_callback(self._close)
            await self._sentences.start(self.site.settings.languages)
            self._driver.start()
            self._driver.take(events.Restarted())
            self._refitting.start(time.time())
            self.reload()
            reaching = asyncio.create_task(self._reach_switch())
            await asyncio.wait({reaching}, timeout=_SWITCH_FIRST_S)
            await stack.enter_async_context(answering(self.site, self, address))
            await reaching
            if self._bus is not None:
                self._bus.start()
                stack.push_async_callback(self._bus.close)
            watching = asyncio.create_task(self._watch())
            stack.callback(watching.cancel)
            gc.freeze()  # what is loaded by now stays: no collection of garbage goes over it while callers wait
            log.info("serving", site=str(self.site.folder), version=self.versions.current(), web=address.getsockname())
            await asyncio.to_thread(say_where_the_folder_stands, self.site, self.versions)
            await self._stopping.wait()
        log.info("stopped", advice="calls go on in the switch; start again to take them up")

    @property
    def register(self) -> Register:
        """Who is where."""
        return self._driver.router.register

    def agents(self) -> frozenset[str]:
        """Everybody who may sign in."""
        return frozenset(self.versions.people(self.register.version).configuration.agents)

    def queues(self) -> frozenset[str]:
        """Every queue that is open."""
        return frozenset(self.versions.people(self.register.version).configuration.queues)

    def pause_reasons(self) -> frozenset[str] | None:
        """The reasons of which an agent must give one to pause; None where any will do."""
        pauses = self.versions.people(self.register.version).pauses
        return None if "" in pauses else frozenset(pauses.values())

    def agent_states(self) -> list[AgentChanged]:
        """Every agent as the queues have it."""
        return self._driver.router.agents()

    def view(self) -> dict[str, Any]:
        """The board."""
        board = self.board.view(self.register, self._clock.now())
        return {**board, "switch_up": self._switch_up, "unwritten": self._writer.pending}

    def wait_of(self, call: CallId) -> dict[str, Any]:
        """Place and forecast of a caller who waits."""
        return self._driver.router.wait_of(call)

    def health(self) -> dict[str, Any]:
        """`ok`, and what is not."""
        wrong = []
        if not self._switch_up:
            wrong.append("the switch is away")
        if self._trouble:
            wrong.append(f"the store does not write: {self._trouble}")
        return {"ok": not wrong, "wrong": wrong, "version": self.register.version}

    async def tell(self, event: events.RouterEvent) -> None:
        """Take a fact, and return once it is durable."""
        self._driver.take(event)
        await self._writer.durable()

    def reload(self) -> str:
        """Take up the version that `current` names. One that cannot be read is refused, and the old one stays."""
        current = self.versions.current() or ""
        if current in ("", self.register.version):
            self._refused = ""
        else:
            try:
                people = self.versions.people(current)
                program = self.versions.program(current)
            except (HotlineError, ValueError) as error:
                if current != self._refused:  # it is looked at every second
                    advice = "hotline rollback, or publish again; the last good version goes on"
                    log.error("version not taken up", version=current, error=str(error), advice=advice)
                self._refused = current
                return self.register.version
            self._driver.take(events.VersionPublished(current))
            log.info("version taken up", version=current)
            self._provide_at = 0.0
            self._tidied = asyncio.create_task(self._tidy())
            del people, program
        return self.register.version

    def _take_up(self) -> None:
        """Read the journal, and be who the last controller was."""
        began = time.perf_counter()
        opening.migrate(self.database)
        self._tail = tail = Tail(self.database)
        router, left, unstored = inherit(self.database, tail, self._new_router)
        self._writer = Writer(self.database, self._on_trouble)
        vault, lookups = Vault(), Lookups()
        performer = Performer(self._switch, self._writer, vault, lookups, self, self._take)
        performer.watch(self._watch_order)
        performer.do_not_call = NumberList(self.site.do_not_call)
        for entry in unstored:
            self._writer.write(statements.JOURNAL, (entry.seq, entry.at, msgspec.json.encode(entry.event)))
        tail.open(unstored, self._writer.given)
        stored = left.seq - len(unstored)
        for entry in left.entries:
            orders = orders_of(router, entry.seq, entry.event, entry.at)
            if entry.seq > stored:  # what a stored fact left on disk went into one transaction with it, and stays
                for order in orders:
                    performer.replay(order)
        offset_s = router.register.offset_s if left.seq else None
        self._clock = Clock(left.at, offset_s)
        self._driver = LiveDriver(router, self._clock, self._writer, tail, vault, left.seq)
        self._driver.performer = performer
        for changed in router.agents():  # who was signed in before us
            self.metrics.watch(changed)
            self.board.watch(changed, changed.since + router.register.offset_s)
        if left.seq:
            log.info(
                "journal taken up",
                facts=len(left.entries),
                not_yet_stored=len(unstored),
                calls=len(router.register.calls),
                took_s=round(time.perf_counter() - began, 3),
            )

    def _wait_model(self, name: str) -> Ensemble | None:
        """A fit of the wait forecast. One that cannot be read costs the learned layer, no start."""
        try:
            return self._refitting.models.load(name)[0]
        except BadInput as error:
            advice = "the closed form speaks instead; `hotline fit` makes a new one"
            log.error("no learned wait forecast", error=str(error), advice=advice)
            return None

    def _new_router(self) -> Router:
        directory = VersionedDirectory(self.versions)
        return make_router(Programs(self.versions), self.versions.configuration, directory, self._wait_model)

    def _told(self, event: SwitchEvent) -> None:
        """By the switch. Its last words, that what was open failed with the link, are nobody's: the next controller
        goes on with what stands, and the orders that would follow from them could not leave any more."""
        if not self._closing:
            self._take(event)

    def _take(self, event: events.RouterEvent) -> None:
        if type(event) in _DECIDES_NOTHING or not self._is_news(event):
            return
        if isinstance(event, SwitchLost | SwitchBack):
            self._switch_up = isinstance(event, SwitchBack)
            self.metrics.switch_up.set(self._switch_up)
        if isinstance(event, SwitchBack) and event.restarted:
            self._provided_version = ""  # it has started with accounts and a fallback of its own
            self._provide_at = 0.0
        self._driver.take(event)

    def _is_news(self, event: events.RouterEvent) -> bool:
        """Of phones only this matters: whether they can be rung. That one rings or talks we know, it does so for us."""
        if not isinstance(event, AgentDeviceChanged):
            return True
        reachable = event.state is not DeviceState.UNREACHABLE
        known = self._reachable.get(event.device)
        self._reachable[event.device] = reachable
        return known is not reachable

    async def durable(self) -> None:
        """Return once all that was logged so far is on disk."""
        await self._writer.durable()

    async def clip(self, sentence: Sentence) -> Clip:
        """The performer's voice."""
        return Clip(str(await self._sentences.sound(sentence.text, sentence.language)))

    async def prepare(self, sentences: tuple[Sentence, ...]) -> None:
        """The performer's voice, ahead of time."""
        await self._sentences.warm((sentence.text, sentence.language) for sentence in sentences)

    def _watch_order(self, order: commands.RouterCommand) -> None:
        if self._bus is None and type(order) not in _WATCHED:
            return
        utc = self._clock.now() + self.register.offset_s
        self.metrics.watch(order)
        self.board.watch(order, utc)
        if self._bus is not None:
            self._bus.watch(order, utc)
        if isinstance(order, AgentChanged):
            since: Instant = order.since + self.register.offset_s
            self._writer.write(statements.AGENT_STATE, (order.agent, since, order.state, order.reason))
            say = log.info if order.state in ("offline", "paused") else log.debug  # the rest is a day's work
            say("agent changed", agent=order.agent, state=order.state, reason=order.reason or None)

    def _on_trouble(self, trouble: str) -> None:
        self._trouble = trouble
        if trouble:
            advice = "free space on the disk, or make the folder writable; nothing is lost meanwhile, it is tried again"
            log.error("the store does not write", error=trouble, path=str(self.database), advice=advice)
        else:
            log.info("the store writes again", pending=self._writer.pending)

    async def _reach_switch(self) -> None:
        try:
            await self._switch.start(self._told)
        except SwitchAway as error:
            settings = self.site.settings.switch
            advice = f"is it running at {settings.host}:{settings.port}? It is tried again by itself"
            log.error("the switch is away", error=str(error), advice=advice)

    async def _provide(self) -> None:
        """Tell the switch whose phones there are and what callers hear without us: for each version and restart."""
        version, now = self.register.version, self._clock.now()
        if not self._switch_up or version == self._provided_version or now < self._provide_at:
            return
        self._provide_at = now + _PROVIDE_AGAIN_S
        try:
            utc = now + self.register.offset_s
            await self._provisioning.provide(self.versions.people(version), self.versions.program(version), utc)
            self._provided_version = version
        except (HotlineError, OSError, ValueError) as error:
            advice = "agents' phones and the fallback are as before; it is tried again by itself"
            log.error("the switch was not told of the version", version=version, error=str(error), advice=advice)

    async def _tidy(self) -> None:
        """Delete the oldest versions. First a snapshot: no fact that a restart replays may name one that is gone."""
        with self._rounds.step("old versions"):
            self._driver.keep_snapshot()
            named = self._driver.router.versions()  # by the snapshot: who is in it may be gone in a moment
            await self._writer.durable()
            await asyncio.to_thread(self.versions.prune, named | self._driver.router.versions())

    async def _watch(self) -> None:
        """Look once a second for what nobody told us: a version published meanwhile, calls that met the fallback."""
        while True:
            self.metrics.pending_rows.set(self._writer.pending)
            with self._rounds.step("versions"):
                self.reload()
            with self._rounds.step("fits of the wait forecast"):
                self._take_new_fit()
            with self._rounds.step("accounts and fallback"):
                await self._provide()
            with self._rounds.step("the fallback's calls"):
                await self._import_missed()
            self._forget_old_facts()
            await asyncio.sleep(_LOOK_AROUND_S)

    def _take_new_fit(self) -> None:
        """Of the wait forecast: made by the night's fit, which begins here, or by hand."""
        self._refitting.look(self._clock.now() + self.register.offset_s, self.register.wait_model)
        fit = self._refitting.news(self.register.wait_model)
        if fit is not None:
            self._driver.take(events.WaitModelFitted(fit))

    def _forget_old_facts(self) -> None:
        """Once a day: what is older than the site keeps, up to a snapshot that a replay can begin with."""
        now = self._clock.now()
        if now < self._forget_at:
            return
        self._forget_at = now + _DAY_S
        before = now + self.register.offset_s - self.site.settings.journal_days * _DAY_S
        self._writer.write(statements.FORGET_FACTS, (before,))
        self._writer.write(statements.FORGET_SNAPSHOTS, (before,))
        self._writer.write(statements.FORGET_WAITS, (now + self.register.offset_s - _WAITS_DAYS * _DAY_S,))

    async def _import_missed(self) -> None:
        """Put into the call log what came while we were away. Forgotten in a later round, once it is durable."""
        calls = await asyncio.to_thread(self._provisioning.missed)
        new = [call for call in calls if call.call not in self._imported]
        for call in new:
            for order in call.rows():
                self._driver.performer.perform(order)
            self._imported.add(call.call)
        if new:
            self._imported_rows = self._writer.given
            advice = "hotline calls shows them as version fallback"
            log.warning("calls met the fallback", calls=len(new), advice=advice)
        elif calls and self._writer.committed >= self._imported_rows:
            await asyncio.to_thread(self._provisioning.forget)
            self._imported.clear()

    async def _close(self) -> None:
        self._closing = True
        await self._refitting.close()
        await self._switch.close()
        await self._driver.performer.close()
        self._driver.close()
        await self._sentences.close()
        await self._writer.close()
        self._tail.close(stored=not self._writer.pending)
