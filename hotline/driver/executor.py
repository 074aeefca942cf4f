"""Doing what the router orders: each kind of order has one performer. None waits; outcomes come back as facts."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, Protocol

import msgspec
import structlog

from acd.commands import AgentChanged, CalledAgain, SuggestWayOut, WaitWidened
from calls import commands as door
from calls.causes import Outcome
from calls.errors import HotlineError
from calls.events import PlaybackFinished
from calls.ids import AttemptId, LegId
from calls.numbers import masked
from calls.ports import Switch
from complaints.cases import FileCase
from control import commands, events
from hotline.driver.do_not_call import DoNotCall, NumberList, may_call
from hotline.driver.forecast_log import ForecastLog
from hotline.driver.lookups import Lookups
from hotline.driver.vault import Vault
from hotline.store import statements
from hotline.store.writer import Writer
from ivr.commands import CheckSecret, HideDigits, Lookup, ShowDigits, SurveyAnswered, VoicemailLeft

log = structlog.get_logger("hotline")

Take = Callable[[events.RouterEvent], None]


_KEPT = (
    commands.LogCall,
    commands.LogLeg,
    commands.LogStep,
    commands.LogRecording,
    commands.DropRecording,
    commands.LogCallback,
    commands.LogWait,
    SurveyAnswered,
)
"""What leaves something on disk."""


class Sentences(Protocol):
    """Makes a sound of words, within its own deadline."""

    async def clip(self, sentence: door.Sentence) -> door.Clip:
        """Where the sound is. Raises HotlineError when there is none."""
        ...

    async def prepare(self, sentences: tuple[door.Sentence, ...]) -> None:
        """Make sounds ahead of time, behind those that a caller waits for."""
        ...


class Performer:
    """Performs orders; `take` is where outcomes that are not the switch's own come back."""

    def __init__(
        self, switch: Switch, writer: Writer, vault: Vault, lookups: Lookups, sentences: Sentences, take: Take
    ) -> None:
        self._switch = switch
        self._writer = writer
        self._vault = vault
        self._lookups = lookups
        self._sentences = sentences
        self._take = take
        self.do_not_call: DoNotCall = NumberList(None)
        """Who is asked before a number is called."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._rendering: dict[LegId, tuple[AttemptId, asyncio.Task[None]]] = {}
        self._loop = asyncio.get_running_loop()
        self._watchers: list[Callable[[commands.RouterCommand], None]] = []
        self._by_type: dict[type, Callable[[Any], None]] = {
            door.Play: self._play,
            door.Stop: self._stop,
            door.HangUp: self._on_leg,
            door.Bridge: self._bridge,
            door.Redirect: self._on_leg,
            HideDigits: vault.hide,
            ShowDigits: vault.show,
            CheckSecret: lambda order: self._later(vault.check(order)),
            Lookup: self._lookup,
            FileCase: self._file,
            commands.PrepareSpeech: self._prepare,
            SurveyAnswered: lambda row: writer.write(statements.SURVEY, (row.call, row.question, row.score)),
            commands.LogCall: self._log_call,
            commands.LogCallback: lambda row: writer.write(statements.CALLBACK, msgspec.structs.astuple(row)),
            commands.CheckNumber: self._check_number,
            commands.LogLeg: lambda row: writer.write(statements.LEG, msgspec.structs.astuple(row)),
            commands.LogWait: lambda row: writer.write(statements.WAIT, statements.wait_row(row)),
            commands.LogStep: lambda row: writer.write(statements.STEP, statements.step_row(row)),
            commands.LogRecording: self._log_recording,
            commands.DropRecording: self._drop_recording,
            commands.Noticed: _notice,
            VoicemailLeft: lambda left: log.info("message left", call=left.call, box=left.box, path=left.path),
            AgentChanged: lambda changed: None,  # the watchers' business
            commands.ForecastMade: ForecastLog().watch,
            CalledAgain: lambda again: log.info(
                "called again", call=again.call, waited_s=round(again.waited_s), first_call=again.first_call
            ),
            WaitWidened: lambda widened: log.info("wait widened", call=widened.call, step=widened.step),
            SuggestWayOut: lambda way: log.info("way out suggested", call=way.call, way=way.way),
        }

    def watch(self, watcher: Callable[[commands.RouterCommand], None]) -> None:
        """Show every order to `watcher` too: metrics, screens, the bus."""
        self._watchers.append(watcher)

    def perform(self, order: commands.RouterCommand) -> None:
        """Do it, or see to it that it is done."""
        act = self._by_type.get(type(order))
        if act is not None:
            act(order)
        else:
            self._switch.send(order)  # type: ignore[arg-type]  # what is not in the table is the door's
        for watcher in self._watchers:
            watcher(order)

    def replay(self, order: commands.RouterCommand) -> None:
        """Perform again what must be on disk after a restart, or gone from it, and nothing else: it was logged then."""
        if isinstance(order, commands.LogCall):
            self._write_call(order)
        elif isinstance(order, _KEPT):
            self._by_type[type(order)](order)

    async def close(self) -> None:
        """End what is under way; nothing of it is acknowledged."""
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

    def _play(self, order: door.Play) -> None:
        self._drop_rendering(order.leg)
        if any(isinstance(media, door.Sentence) for media in order.media):
            self._rendering[order.leg] = (order.attempt, self._spawn(self._render(order)))
        else:
            self._switch.send(order)

    def _prepare(self, order: commands.PrepareSpeech) -> None:
        self._spawn(self._sentences.prepare(order.sentences))

    async def _render(self, order: door.Play) -> None:
        """Make clips of the sentences. One that cannot be made is left out, and the operator told."""
        clips: list[door.Media] = []
        for media in order.media:
            try:
                clips.append(await self._sentences.clip(media) if isinstance(media, door.Sentence) else media)
            except HotlineError as error:
                log.error("sentence not spoken", call=order.leg, error=str(error), advice="is the voice installed?")
        del self._rendering[order.leg]
        if clips:
            self._switch.send(door.Play(order.leg, order.attempt, tuple(clips)))
        else:
            self._take(
                PlaybackFinished(order.leg, order.attempt, Outcome.FAILED, "no sound for the sentence", "missing_file")
            )

    def _drop_rendering(self, leg: LegId) -> None:
        rendering = self._rendering.pop(leg, None)
        if rendering is not None:
            attempt, task = rendering
            task.cancel()
            self._later(PlaybackFinished(leg, attempt, Outcome.STOPPED))

    def _stop(self, order: door.Stop) -> None:
        rendering = self._rendering.get(order.leg)
        if rendering is not None and rendering[0] == order.attempt:
            self._drop_rendering(order.leg)
        else:
            self._switch.send(order)

    def _on_leg(self, order: door.HangUp | door.Redirect) -> None:
        self._drop_rendering(order.leg)
        self._switch.send(order)

    def _bridge(self, order: door.Bridge) -> None:
        self._drop_rendering(order.a)
        self._drop_rendering(order.b)
        self._switch.send(order)

    def _lookup(self, order: Lookup) -> None:
        body = self._vault.fill(order.call, order.body)

        async def ask() -> None:
            self._take(await self._lookups.ask(order, body))

        self._spawn(ask())

    def _check_number(self, order: commands.CheckNumber) -> None:
        async def ask() -> None:
            allowed, reason = await may_call(self.do_not_call, order.number)
            self._take(events.NumberChecked(order.call, order.attempt, allowed, reason))

        self._spawn(ask())

    def _file(self, order: FileCase) -> None:
        self._writer.write(statements.CASE, statements.case_row(order.case))

        async def acknowledge() -> None:
            await self._writer.durable()
            self._take(events.CaseFiled(order.attempt, order.case.call, order.case.number))

        self._spawn(acknowledge())
        log.info("case opened", case=order.case.number, call=order.case.call, category=order.case.category)

    def _write_call(self, row: commands.LogCall) -> None:
        self._writer.write(statements.CALL, msgspec.structs.astuple(row))

    def _log_call(self, row: commands.LogCall) -> None:
        self._write_call(row)
        self._vault.forget(row.call, LegId(row.call))
        log.info(
            "call ended",
            call=row.call,
            caller=masked(row.caller),
            outcome=row.outcome,
            queue=row.queue or None,
            agent=row.agent,
            cause=row.cause,
            duration_s=round(row.ended_at - row.arrived_at, 1),
        )

    def _log_recording(self, row: commands.LogRecording) -> None:
        values = (row.path, row.call, row.duration_s, row.kind, row.box)
        self._writer.write(statements.RECORDING, values)

    def _drop_recording(self, order: commands.DropRecording) -> None:
        self._writer.write(statements.DROP_RECORDING, (order.path,))
        try:
            Path(order.path).unlink(missing_ok=True)
        except OSError as error:
            advice = "delete the file by hand: the caller did not want it"
            log.error("declined recording not deleted", call=order.call, error=str(error), advice=advice)


def _notice(notice: commands.Noticed) -> None:
    words = {"call": notice.call, "detail": notice.detail, "advice": notice.advice}
    getattr(log, notice.level)(notice.event, **{name: word for name, word in words.items() if word})
