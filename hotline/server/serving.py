"""The life cycle of the server: everything wired together, started in the order in which it can answer for itself,
stopped in reverse."""

import asyncio
import contextlib
import gc
import signal
import time
from collections.abc import Mapping

import msgspec
import structlog

from calls.dependencies import Dependencies, Dependency
from calls.errors import BadInput, SwitchAway
from control.messages import events
from control.register.register import Register
from control.routing.assembly import make_router
from control.routing.router import Router
from hotline.bus.making import make_bus
from hotline.campaigns.fetching import Fetching
from hotline.campaigns.rows import CampaignRows
from hotline.driver.clock import Clock
from hotline.driver.do_not_call import NumberList
from hotline.driver.executor import CommandExecutor
from hotline.driver.house_lists import HouseLists
from hotline.driver.house_lookups import HouseLookups
from hotline.driver.live import LiveDriver
from hotline.driver.lookups import Lookups
from hotline.driver.outgoing import GovernedCalls
from hotline.driver.services import Services
from hotline.driver.understanding import by_intents
from hotline.followups.answers import AnswerRows
from hotline.journal.recovery import recover
from hotline.journal.replaying import replayed
from hotline.journal.write_ahead import WriteAhead
from hotline.learning.nightly import Refitting
from hotline.mail.making import make_mailing
from hotline.people.oidc_making import make_provider
from hotline.provisioning.port import Provisioning
from hotline.provisioning.web_phones import WebPhones
from hotline.server import memory
from hotline.server.beginnings import Beginnings
from hotline.server.controller import RunningController
from hotline.server.days_so_far import DaysSoFar
from hotline.server.dependency_log import DependencyLog
from hotline.server.gate import ServerGate
from hotline.server.health import Health
from hotline.server.housekeeping import Housekeeping
from hotline.server.lent_phones import LentPhones
from hotline.server.mailboxes import make_mailboxes
from hotline.server.notice_tellers import NoticeTellers
from hotline.server.observers import Observers
from hotline.server.shared_lists import SharedLists
from hotline.server.speaker import Speaker
from hotline.server.store_opening import store_there
from hotline.server.switch_events import SwitchEvents
from hotline.server.upkeep import Upkeep
from hotline.server.voice_log import log_voices
from hotline.server.watched_voice import WatchedVoice
from hotline.site.lock import alone
from hotline.site.pin import PinFile
from hotline.site.site import Site
from hotline.store import statements
from hotline.store.unanswered import UnansweredRows
from hotline.store.writer import Writer
from hotline.suppression.site_lists import lists_of
from hotline.versions import remaking
from hotline.versions.directory import VersionedDirectory
from hotline.versions.drift import warn_of_drift
from hotline.versions.store import Programs, Versions
from hotline.views.board import Board
from hotline.views.days import Days
from hotline.views.live_states import LiveStates
from hotline.views.metrics import Metrics
from hotline.web.listening import answering, bind
from hotline.webhooks.delivery import Deliveries
from hotline.webhooks.making import make_deliveries
from hotline.webhooks.outbox import Outbox
from ivr.vault import Vault
from speech.sentences import Sentences
from speech.speaking_switch import SpeakingSwitch
from speech.utterances import Engine
from switch.cell import Cell
from switch.trunk_lines import TrunkLines

log = structlog.get_logger("hotline")

_SWITCH_FIRST_S = 1.0
"""The switch is given so long before the HTTP interface is made, whose /health then says that it is away."""


class Server:
    """One controller of one site. `run` serves until SIGTERM or SIGINT."""

    def __init__(
        self,
        site: Site,
        cell: Cell,
        sentences: Sentences,
        provisioning: Mapping[str, Provisioning],
        trunks: TrunkLines | None = None,
        voice: WatchedVoice | None = None,
        web_phones: WebPhones | None = None,
        ear: Engine | None = None,
    ) -> None:
        """`provisioning` has one for each node of the cell; `trunks` are those that the nodes choose among; `voice` is
        that of `sentences`, where it is watched; `web_phones` are those that `provisioning` knows of, too; `ear` is
        what the cell hears with."""
        self.site = site
        self._trunks = trunks or TrunkLines()
        self.metrics = Metrics()
        self.controller: RunningController
        """Answers for the server once `run` has read the journal."""
        self._board = Board()
        self._live = LiveStates()
        self._days = DaysSoFar(Days(site.settings.console.service_level_s), site.database)
        self._dependencies = Dependencies(DependencyLog(self.metrics).changed)
        self._health = Health(dict.fromkeys(cell.names, False), dependencies=self._dependencies)
        self._phones = LentPhones(web_phones or WebPhones(site.web_phones, time.time), provisioning, self._health)
        for state in cell.states.values():
            state.critical = True
            self._dependencies.add(state)
        self._store = self._dependencies.add(Dependency("store", time.time, critical=True))
        self._voice = voice
        if voice is not None:
            self._dependencies.add(voice.state)
        self._ear = ear
        if ear is not None and ear.state is not None:
            self._dependencies.add(ear.state)
        self._services = Services(self._dependencies, time.time)
        self._versions = Versions(site.versions)
        self._understanding = by_intents(site, self._versions.program)
        self._cell = cell
        self._sentences = sentences
        self._speaker = Speaker(sentences)
        self._switch = SpeakingSwitch(cell, self._speaker)
        self._provisioning = provisioning
        self._refitting = Refitting(site)
        self._stopping = asyncio.Event()
        self._clock: Clock
        self._driver: LiveDriver
        self._writer: Writer
        self._write_ahead: WriteAhead
        self._upkeep: Upkeep
        self._housekeeping: Housekeeping
        self._events: SwitchEvents
        file = NumberList(site.do_not_call, site.settings.region)
        self._do_not_call = HouseLists(file, lambda: lists_of(site))
        self._gate = ServerGate(site, self._versions, self._dependencies.add)
        broker = Dependency("broker", time.time)
        self._bus = make_bus(site, self.metrics.bus_up.set, broker)
        if self._bus is not None:
            self._dependencies.add(broker)
            self._gate.feed.watch(self._bus.decided)
        mail_server = Dependency("mail", time.time)
        self._mailing = make_mailing(site, mail_server)
        if self._mailing is not None:
            self._dependencies.add(mail_server)
        self._directory = make_provider(site, directory := Dependency("directory", time.time))
        if self._directory is not None:
            self._dependencies.add(directory)
        self._mailboxes = make_mailboxes(site, self._dependencies.add, time.time)
        self._shared_lists = SharedLists(site, self._dependencies.add, time.time)
        self._deliveries: Deliveries
        for node in cell.names:
            self.metrics.switch_up.labels(node).set(0)

    async def run(self) -> None:
        """Serve until SIGTERM or SIGINT; calls go on after that. Raises BadInput before anything is published."""
        if self._versions.current() is None:
            raise BadInput(f"nothing is published yet: hotline publish --site {self.site.folder}")
        async with contextlib.AsyncExitStack() as stack:
            await stack.enter_async_context(alone(self.site.state / "hotline.lock"))
            loop = asyncio.get_running_loop()
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.add_signal_handler(number, self._stopping.set)
            address = bind(self.site)
            stack.callback(address.close)
            if not await store_there(self.site.database, address, self._health, self._store, self._stopping):
                return
            tokens = self.site.secret("web"), self.site.secret("waiting")
            clients = {self.site.secret(f"web-{one.name}"): one for one in self.site.settings.web.clients}
            await asyncio.to_thread(remaking.bring_up_to_date, self.site, self._versions)
            self._take_up()
            stack.push_async_callback(self._close)
            await self._sentences.start(self.site.settings.languages)
            if self._voice is not None:
                self._voice.ask()
            self._driver.start()
            self._driver.take(events.Restarted())
            self._refitting.start(time.time())
            await self._upkeep.take_up_version()
            gc.freeze()  # what is loaded by now stays: no collection of garbage goes over it while callers wait
            gc.enable()
            reaching = asyncio.create_task(self._reach_switch())
            stack.callback(reaching.cancel)
            await asyncio.wait({reaching}, timeout=_SWITCH_FIRST_S)
            await stack.enter_async_context(self._gate.deciding())
            url = self.site.settings.console.url
            await stack.enter_async_context(
                answering(self.controller, address, *tokens, clients, self._gate, url, self._directory)
            )
            # from here on without the switch, too: it comes when it comes
            if self._bus is not None:
                self._bus.start(self.controller, self._gate.told)
                stack.push_async_callback(self._bus.close)
            if self._mailing is not None:
                self._mailing.start()
                stack.push_async_callback(self._mailing.close)
            for mailbox in self._mailboxes:
                mailbox.start()
                stack.push_async_callback(mailbox.close)
            self._shared_lists.start()
            stack.push_async_callback(self._shared_lists.close)
            self._deliveries.start()
            stack.push_async_callback(self._deliveries.close)
            counting = asyncio.create_task(self._days.begin(self._writer))
            stack.callback(counting.cancel)
            looking = asyncio.create_task(self._upkeep.run())
            stack.callback(looking.cancel)
            listing = asyncio.create_task(self._do_not_call.watch())
            stack.callback(listing.cancel)
            gc.freeze()
            log.info("serving", site=str(self.site.folder), version=self._versions.current(), web=address.getsockname())
            await asyncio.to_thread(memory.into_large_pages)
            await asyncio.to_thread(warn_of_drift, self.site, self._versions)
            await asyncio.to_thread(log_voices, self.site, self._versions)
            await self._until_stopped(reaching)
        log.info("stopped", advice="calls go on in the switch; start again to take them up")

    async def _until_stopped(self, reaching: asyncio.Task[None]) -> None:
        """Return once the server shall stop. Raises what stops it: a port of ours, for the switch, that is taken."""
        stopping = asyncio.create_task(self._stopping.wait())
        try:
            await asyncio.wait({stopping, reaching}, return_when=asyncio.FIRST_COMPLETED)
            if reaching.done():
                reaching.result()
            await stopping
        finally:
            stopping.cancel()

    @property
    def register(self) -> Register:
        """Every call, leg and offer there is now."""
        return self._driver.router.register

    def _take_up(self) -> None:
        """Read the journal, and go on where the controller before stopped."""
        began = time.perf_counter()
        database = self.site.database
        self._write_ahead = write_ahead = WriteAhead(database)
        router, entries, unstored, last, at = recover(database, write_ahead, self._new_router)
        self._writer = writer = Writer(database, self._on_trouble, self._store)
        vault, lookups = Vault(), Lookups(self._services, HouseLookups(database, self._versions))
        executor = CommandExecutor(self._switch, writer, vault, lookups, self._speaker, self._take)
        gate = self._gate
        executor.outgoing = GovernedCalls(self._do_not_call, gate.gate, gate.reserving, gate.looked, self.site.house)
        executor.is_pin = PinFile(self.site.override_pin).is_right
        rows = CampaignRows(writer.write, time.time)
        executor.also_write(rows.kinds, rows.take)
        answer_rows = AnswerRows(writer.write, time.time)
        executor.also_write(answer_rows.kinds, answer_rows.take)
        unanswered = UnansweredRows(writer.write, time.time, lambda: self.site.settings.region)
        executor.also_write(unanswered.kinds, unanswered.take)
        executor.understanding = self._understanding
        executor.contacts = Fetching(database, writer, self._utc)
        outbox = Outbox(self.site.settings.webhooks, writer, self._webhook_row)
        executor.also_write(outbox.kinds, outbox.write)
        self._deliveries = make_deliveries(self.site, writer, lambda: self.controller.region)
        for receiver in self._deliveries.receivers():
            self._dependencies.add(receiver)
        for entry in unstored:
            writer.write(statements.JOURNAL, (entry.seq, entry.at, msgspec.json.encode(entry.event)))
        write_ahead.open(unstored, writer.given)
        stored = last - len(unstored)
        for entry, ordered in replayed(router, entries):
            if entry.seq > stored:  # what a stored event left on disk went into one transaction with it, and stays
                for command in ordered:
                    executor.replay(command)
        register = router.register
        self._cell.take_up([*register.legs, *register.calls], register.nodes())
        self._clock = clock = Clock(at, router.register.offset_s if last else None)
        observers = Observers(
            self.metrics, self._board, self._live, self._days, self._bus, writer, clock, router.register
        )
        executor.watch(observers.watch, observers.watched)
        self._driver = driver = LiveDriver(router, clock, writer, write_ahead, vault, last)
        driver.executor = executor
        carriers = [one.notice_given for one in (self._bus, self._mailing) if one is not None]
        self._housekeeping = Housekeeping(
            self.site,
            self._versions,
            writer,
            driver,
            clock,
            self._health,
            self.metrics,
            self._provisioning,
            gate,
            self._phones,
            NoticeTellers(self.site.settings.webhooks, self._webhook_row, carriers),
            lambda: self.controller,
        )
        self._beginnings = Beginnings(self._versions, lambda: driver.router.register.version, self._sentences)
        self._upkeep = Upkeep(
            driver,
            clock,
            writer,
            self._health,
            self._versions,
            self._provisioning,
            self._trunks,
            self._refitting,
            self._services,
            self._sentences.ready,
            self.metrics.pending_rows,
            {**self._housekeeping.steps(), "beginnings of sentences": self._beginnings.look},
        )
        self._events = SwitchEvents(driver, writer, self._health, self.metrics, self._upkeep)
        self._cell.keeping.kept = self._events.kept
        self.controller = RunningController(
            database,
            self.metrics,
            self._board,
            self._health,
            self._versions,
            clock,
            driver,
            writer,
            self._upkeep,
            self._trunks,
            self.site,
            self._live,
            self._days.days,
            self._phones,
        )
        for changed in router.agents():  # those who were signed in before
            observers.take_up(changed)
        if last:
            log.info(
                "journal taken up",
                events=len(entries),
                not_yet_stored=len(unstored),
                calls=len(router.register.calls),
                took_s=round(time.perf_counter() - began, 3),
            )

    def _utc(self) -> float:
        return self._clock.now() + self.register.offset_s

    def _webhook_row(self, webhook: str) -> None:
        self._deliveries.written(webhook)

    def _new_router(self) -> Router:
        directory = VersionedDirectory(self._versions)
        versions = self._versions
        return make_router(
            Programs(versions), versions.configuration, directory, self._refitting.model, campaigns=versions.campaigns
        )

    def _take(self, event: events.RouterEvent) -> None:
        self._events.take(event)

    def _on_trouble(self, trouble: str) -> None:
        self._health.store_trouble = trouble
        if trouble:
            advice = "free space on the disk, or make the folder writable; nothing is lost meanwhile, it is tried again"
            log.error("the store does not write", error=trouble, path=str(self.site.database), advice=advice)
        else:
            log.info("the store writes again", pending=self._writer.pending)

    async def _reach_switch(self) -> None:
        try:
            await self._switch.start(self._events.told)
        except SwitchAway as error:
            places = (f"{switch.host}:{switch.port}" for switch in self.site.switches.values())
            advice = f"is it running at {', '.join(places)}? It is tried again by itself"
            log.error("the switch is away", error=str(error), advice=advice)

    async def _close(self) -> None:
        self._events.close()
        await self._refitting.close()
        await self._housekeeping.close()
        await self._services.close()
        if self._voice is not None:
            await self._voice.close()
        await self._switch.close()
        if self._ear is not None:
            await self._ear.close()
        self._understanding.close()
        await self._driver.executor.close()
        self._driver.close()
        self._beginnings.close()
        await self._sentences.close()
        await self._writer.close()
        self._write_ahead.close(stored=not self._writer.pending)
