"""The command executor: carries out the router's commands, each kind in one way, by one closed table.

Nothing here waits: outcomes come back as events. A command that fails, or that the table does not have, is logged and
costs no other command of the same event.
"""

import asyncio
import traceback
from collections.abc import Callable, Coroutine
from typing import Any, Protocol

import structlog

from acd.commands import AgentChanged, CalledAgain, OfferLapsed, SuggestWayOut, WaitWidened
from calls import commands as door
from calls.errors import BrokenRule
from calls.numbers import REGION
from calls.ports import Switch
from complaints.cases import FileCase
from control.messages import commands, events
from control.overrides.override_phone import PIN
from dialer.campaigns import commands as campaigns
from dialer.campaigns.events import Fetched, Recalled
from hotline.driver.do_not_call import NumberList
from hotline.driver.forecast_log import ForecastLog
from hotline.driver.log_rows import LogRows
from hotline.driver.lookups import Lookups
from hotline.driver.outgoing import ListsAlone, Outgoing
from hotline.store import statements
from hotline.store.writer import Writer
from ivr.commands import (
    CheckSecret,
    HideDigits,
    Lookup,
    QuestionAnswered,
    QuestionUnanswered,
    ShowDigits,
    TurnTaken,
    Understand,
    VoicemailLeft,
)
from ivr.events import SecretChecked, Understood
from ivr.vault import Vault

log = structlog.get_logger("hotline")

Take = Callable[[events.RouterEvent], None]


class Sentences(Protocol):
    """Makes sounds of words."""

    async def prepare(self, sentences: tuple[door.Sentence, ...]) -> None:
        """Make sounds ahead of time, behind those that a caller waits for."""
        ...


class Contacts(Protocol):
    """Hands out the people of campaigns' lists."""

    async def fetch(self, wanted: campaigns.Fetch) -> Fetched:
        """The answer, always."""
        ...

    async def recall(self, wanted: campaigns.Recall) -> Recalled:
        """A try that is over, always."""
        ...


class NoContacts:
    """Hands out nobody: of a house without a store of lists."""

    async def fetch(self, wanted: campaigns.Fetch) -> Fetched:
        """Say so."""
        return Fetched(wanted.campaign, wanted.fetch, error="there are no lists here")

    async def recall(self, wanted: campaigns.Recall) -> Recalled:
        """There is none."""
        return Recalled(wanted.attempt)


class Understanding(Protocol):
    """Judges what callers said, by the intents of their version."""

    async def judge(self, said: Understand) -> Understood:
        """The answer, always, and soon."""
        ...


class NoUnderstanding:
    """Judges nothing: of a house without versions."""

    async def judge(self, said: Understand) -> Understood:
        """Say so."""
        return Understood(said.call, said.attempt, "handed_over", detail="nothing is understood here")


class CommandExecutor:
    """Carries out commands; `take` is given the outcomes that are not the switch's own."""

    def __init__(
        self, switch: Switch, writer: Writer, vault: Vault, lookups: Lookups, sentences: Sentences, take: Take
    ) -> None:
        self._switch = switch
        self._writer = writer
        self._vault = vault
        self._lookups = lookups
        self._sentences = sentences
        self._take = take
        self.outgoing: Outgoing = ListsAlone(NumberList(None, REGION))
        """The gate, asked before a number is called."""
        self.contacts: Contacts = NoContacts()
        """Asked for the people whom campaigns call."""
        self.understanding: Understanding = NoUnderstanding()
        """Asked what callers meant."""
        self.is_pin: Callable[[str], bool] = lambda digits: False
        """Whether digits are the PIN of overrides; it may take a while."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop = asyncio.get_running_loop()
        self._rows = LogRows(writer, vault)
        self._further_rows: dict[type, list[Callable[[Any], None]]] = {}
        self._watchers: list[tuple[Callable[[Any], None], frozenset[type] | None]] = []
        self._all_of: dict[type, tuple[Callable[[Any], None], ...]] = {}
        """By a command's type all that is done with it, found at the first one."""
        self._by_type: dict[type, Callable[[Any], None]] = {
            door.Answer: switch.send,
            door.EarlyMedia: switch.send,
            door.Ring: switch.send,
            door.Play: switch.send,
            door.Stop: switch.send,
            door.Listen: switch.send,
            door.Record: switch.send,
            door.StartMusic: switch.send,
            door.StopMusic: switch.send,
            door.Bridge: switch.send,
            door.Originate: switch.send,
            door.Redirect: switch.send,
            door.Supervise: switch.send,
            door.MuteRecording: switch.send,
            door.ReportTransfer: switch.send,
            door.WatchVoice: switch.send,
            door.HangUp: switch.send,
            HideDigits: vault.hide,
            ShowDigits: vault.show,
            CheckSecret: self._check_secret,
            Understand: self._understand,
            TurnTaken: _left_to_others,
            Lookup: self._lookup,
            FileCase: self._file,
            **self._rows.by_type,
            commands.PrepareSpeech: self._prepare,
            QuestionAnswered: _left_to_others,
            QuestionUnanswered: _left_to_others,
            commands.AskGate: self._ask_gate,
            commands.SettleAttempt: self._settle_attempt,
            commands.Noticed: _notice,
            commands.NotifyArrival: _left_to_others,
            commands.NotifyRing: _left_to_others,
            commands.NotifyTalk: _left_to_others,
            VoicemailLeft: lambda left: log.info("message left", call=left.call, box=left.box, path=left.path),
            AgentChanged: _left_to_others,
            commands.ForecastMade: ForecastLog().watch,
            CalledAgain: lambda again: log.info(
                "called again", call=again.call, waited_s=round(again.waited_s), first_call=again.first_call
            ),
            OfferLapsed: lambda lapsed: log.info(
                "offer missed", call=lapsed.call, agent=lapsed.agent, reason=lapsed.reason, fault=lapsed.fault
            ),
            campaigns.Fetch: self._fetch,
            campaigns.Recall: self._recall,
            campaigns.KeepContact: _left_to_others,
            campaigns.LogTry: _left_to_others,
            campaigns.ShowPreview: _left_to_others,
            campaigns.EndPreview: _left_to_others,
            campaigns.DoNotCall: lambda wish: log.info(
                "no more calls wanted", campaign=wish.campaign, attempt=wish.attempt
            ),
            campaigns.CampaignChanged: _tell_of_campaign,
            WaitWidened: lambda widened: log.info("wait widened", call=widened.call, step=widened.step),
            SuggestWayOut: lambda way: log.info("way out suggested", call=way.call, way=way.way),
        }

    @property
    def known(self) -> frozenset[type]:
        """The types of commands that the table has."""
        return frozenset(self._by_type)

    def watch(self, watcher: Callable[[Any], None], kinds: frozenset[type] | None = None) -> None:
        """Show commands of these kinds (None: every command) to `watcher` too: metrics, screens, the bus."""
        self._watchers.append((watcher, kinds))
        self._all_of.clear()

    def also_write(self, kinds: frozenset[type], write: Callable[[Any], None]) -> None:
        """Show commands of these kinds to `write` too, which gives the store further rows: in the transaction of the
        event, live and again in a replay after a restart. It does nothing else."""
        for kind in kinds:
            self._further_rows.setdefault(kind, []).append(write)
        self._all_of.clear()

    def execute(self, command: commands.RouterCommand) -> None:
        """Carry it out, or begin to. Never raises: what goes wrong is logged, and the event's other commands follow."""
        kind = type(command)
        for do in self._all_of.get(kind) or self._find_all_of(kind):
            try:
                do(command)
            except Exception:  # noqa: BLE001 - the other commands of the event, and other calls, must go on
                _tell_of_broken(command)

    def _find_all_of(self, kind: type) -> tuple[Callable[[Any], None], ...]:
        watchers = (watcher for watcher, kinds in self._watchers if kinds is None or kind in kinds)
        found = (self._by_type.get(kind, _unknown), *self._further_rows.get(kind, ()), *watchers)
        self._all_of[kind] = found
        return found

    def replay(self, command: commands.RouterCommand) -> None:
        """Carry out again what must be on disk after a restart, or gone from it, and nothing else. Never raises."""
        if (write_row := self._rows.again.get(type(command))) is not None:
            _guarded(write_row, command)
        for write in self._further_rows.get(type(command), ()):
            _guarded(write, command)

    async def close(self) -> None:
        """Cancel what is under way; nothing of it is acknowledged."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._lookups.close()

    def _later(self, event: events.RouterEvent) -> None:
        self._loop.call_soon(self._take, event)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _prepare(self, command: commands.PrepareSpeech) -> None:
        self._spawn(self._sentences.prepare(command.sentences))

    def _lookup(self, command: Lookup) -> None:
        body = self._vault.fill(command.call, command.body)

        async def ask() -> None:
            self._take(await self._lookups.ask(command, body))

        self._spawn(ask())

    def _understand(self, command: Understand) -> None:
        async def ask() -> None:
            self._take(await self.understanding.judge(command))

        self._spawn(ask())

    def _fetch(self, command: campaigns.Fetch) -> None:
        async def ask() -> None:
            self._take(await self.contacts.fetch(command))

        self._spawn(ask())

    def _recall(self, command: campaigns.Recall) -> None:
        async def ask() -> None:
            self._take(await self.contacts.recall(command))

        self._spawn(ask())

    def _check_secret(self, command: CheckSecret) -> None:
        if command.check != PIN:
            self._later(self._vault.check(command))
            return
        digits = self._vault.take_out(command.call, command.name)

        async def ask() -> None:
            right = await asyncio.to_thread(self.is_pin, digits)
            self._take(SecretChecked(command.call, command.attempt, right))

        self._spawn(ask())

    def _ask_gate(self, command: commands.AskGate) -> None:
        async def ask() -> None:
            self._take(await self.outgoing.ask(command))

        self._spawn(ask())

    def _settle_attempt(self, command: commands.SettleAttempt) -> None:
        async def settle() -> None:
            await self.outgoing.settle(command)
            self._take(events.AttemptSettled(command.attempt))

        self._spawn(settle())

    def _file(self, command: FileCase) -> None:
        self._writer.write(statements.CASE, statements.case_row(command.case))

        async def acknowledge() -> None:
            await self._writer.durable()
            self._take(events.CaseFiled(command.attempt, command.case.call, command.case.number))

        self._spawn(acknowledge())
        log.info("case opened", case=command.case.number, call=command.case.call, category=command.case.category)


def _guarded(do: Callable[[Any], None], command: commands.RouterCommand) -> None:
    try:
        do(command)
    except Exception:  # noqa: BLE001 - the other commands of the event, and other calls, must go on
        _tell_of_broken(command)


def _tell_of_broken(command: commands.RouterCommand) -> None:
    """Log the exception that is being handled."""
    log.critical(
        "command not carried out",
        command=type(command).__name__,
        call=getattr(command, "call", None) or getattr(command, "leg", None),
        trace=traceback.format_exc(),
        advice="report this; the event's other commands are carried out, and other calls go on",
    )


def _left_to_others(command: commands.RouterCommand) -> None:
    """Nothing: watchers show it, and further rows tell other systems."""


def _tell_of_campaign(changed: campaigns.CampaignChanged) -> None:
    words = {"mode": changed.mode, "why": changed.why, "author": changed.author, "reason": changed.reason}
    said = {name: word for name, word in words.items() if word}
    log.info("campaign changed", campaign=changed.campaign, state=changed.state, **said)


def _unknown(command: commands.RouterCommand) -> None:
    raise BrokenRule(f"the executor has no entry for {type(command).__name__}")


def _notice(notice: commands.Noticed) -> None:
    words = {"call": notice.call, "detail": notice.detail, "advice": notice.advice}
    getattr(log, notice.level)(notice.event, **{name: word for name, word in words.items() if word})
