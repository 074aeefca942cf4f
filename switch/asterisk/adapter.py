"""The adapter of Asterisk is a `calls.ports.Switch` over ARI.

Commands become REST requests at once, in the order sent, without waiting for answers; ARI's events become ours as they
come. The parts (`playing`, `recording`, `bridging`, `originating`, `supervising`) keep what is open; this module hands
things to them and takes the inventory after each connect.

Listen is not done here: `speech.recognising_switch` wraps this and does it, with the sound that `sound_of` gives.
Asked all the same, it is "unsupported".
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from typing import Any

import structlog

from calls import commands, events
from calls.causes import Cause
from calls.events import LiveLeg, SwitchEvent
from calls.ids import AttemptId, LegId, Seconds
from calls.ports import Sink
from switch.adapter import Adapter
from switch.asterisk import answers, called, wire
from switch.asterisk.announcers import ARGUMENT as ANNOUNCER_ARGUMENT
from switch.asterisk.bridging import Bridging
from switch.asterisk.call_records import ended_legs
from switch.asterisk.client import AriClient
from switch.asterisk.devices import ACCOUNTS_CHANGED, Devices
from switch.asterisk.hearing import MEDIA_NAME, SOUND_RATE, Hearing
from switch.asterisk.inventory import Inventory, prepare, take_inventory
from switch.asterisk.legs import Leg
from switch.asterisk.originating import ARGUMENT as OUT
from switch.asterisk.originating import Dialler
from switch.asterisk.playing import Player
from switch.asterisk.recording import SNOOP_ARGUMENT, Recorder
from switch.asterisk.session import AsteriskOptions, Session
from switch.asterisk.silent_phones import SilentPhones
from switch.asterisk.supervising import SPY_ARGUMENT, Supervision
from switch.asterisk.transferring import Transferring
from switch.asterisk.voices import Voices
from switch.legs import failed
from switch.trunk_lines import trunk_of

START_DEADLINE_S: Seconds = 10.0

log = structlog.get_logger(__name__)


class AsteriskSwitch(Adapter[Leg]):
    """One Asterisk, one Stasis application. A `calls.ports.Switch` and a `calls.ports.SoundSource`."""

    sound_rate = SOUND_RATE
    _session: Session
    _player: Player
    _recorder: Recorder
    _dialler: Dialler
    _bridging: Bridging
    _supervision: Supervision

    def __init__(self, options: AsteriskOptions, name: str = "asterisk") -> None:
        self.name = name
        self._options = options
        self._session = session = Session(options)
        self._player = Player(session)
        self._dialler = Dialler(session)
        self._recorder = recorder = Recorder(session)
        self._bridging = Bridging(session, recorder.announce, recorder.begin, recorder.discard, recorder.end)
        self._supervision = Supervision(session, self._bridging)
        self._transferring = Transferring(session)
        self._hearing = Hearing(session)
        self._voices = Voices(session)
        self._silent_phones = SilentPhones(session)
        self._devices = Devices(options.device_prefix, self._emit)
        self._sink: Sink | None = None
        self._held_back: list[wire.AriEvent] | None = None  # events while the inventory is being taken
        self._startup_time = ""
        self._reading_phones: asyncio.Task[None] | None = None
        self._closing = False
        session.on_end = self._on_end
        self._on: dict[type, Callable[[Any], None]] = {
            wire.StasisStart: self._on_start,
            wire.StasisEnd: self._on_stasis_end,
            wire.ChannelDtmfReceived: self._on_digit,
            wire.Dial: self._dialler.on_dial,
            wire.ChannelDestroyed: self._dialler.on_destroyed,
            wire.ChannelHangupRequest: self._dialler.on_hangup_request,
            wire.PlaybackFinished: self._player.on_finished,
            wire.RecordingFinished: self._recorder.on_finished,
            wire.RecordingFailed: self._recorder.on_finished,
            wire.ChannelEnteredBridge: self._on_entered,
            wire.ChannelLeftBridge: self._on_left,
            wire.ChannelHold: lambda told: session.hold(LegId(told.channel.id), True),
            wire.ChannelUnhold: lambda told: session.hold(LegId(told.channel.id), False),
            wire.ChannelTalkingStarted: self._voices.on_started,
            wire.ChannelTalkingFinished: self._voices.on_finished,
            wire.DeviceStateChanged: self._devices.on_changed,
            wire.ChannelTransfer: self._transferring.on_transfer,
            wire.ChannelUserevent: self._on_user_event,
        }

    # -- the port

    async def start(self, sink: Sink) -> None:
        """See `calls.ports.Switch.start`. Raises SwitchAway."""
        self._sink = self._session.emit = sink
        options = self._options
        self._session.loop = asyncio.get_running_loop()
        self._session.client = AriClient(
            options.url,
            options.user,
            options.password,
            options.application,
            on_event=self._on_event,
            on_up=self._come_up,
            on_down=self._go_down,
            deadline_s=options.deadline_s,
            connections=options.connections,
            state=options.state,
        )
        await self._session.client.start(START_DEADLINE_S)

    async def calls(self) -> Sequence[LiveLeg]:
        """See `calls.ports.Switch.calls`: asked of Asterisk, not remembered, after what was asked of it before."""
        await self._session.client.caught_up()
        return self._live(await take_inventory(self._session.client, self._options.application))

    def sound_of(self, leg: LegId) -> AsyncGenerator[bytes]:
        """See `calls.ports.SoundSource.sound_of`."""
        return self._hearing.sound_of(leg)

    async def close(self) -> None:
        """See `calls.ports.Switch.close`."""
        self._closing = True
        self._silent_phones.stop()
        await self._session.client.close()
        await self._recorder.drain()

    # -- commands of one leg

    def _answer(self, command: commands.Answer) -> None:
        self._on_leg(command, "answer")

    def _early_media(self, command: commands.EarlyMedia) -> None:
        self._on_leg(command, "progress")

    def _report_transfer(self, command: commands.ReportTransfer) -> None:
        self._transferring.report(command)

    def _watch_voice(self, command: commands.WatchVoice) -> None:
        self._voices.watch(command)

    def _ring(self, command: commands.Ring) -> None:
        if self._session.leg_of(command) is not None:
            self._session.quick(command, "POST", f"channels/{wire.part(command.leg)}/ring")

    def _on_leg(self, command: commands.Answer | commands.EarlyMedia, verb: str) -> None:
        leg = self._session.leg_of(command)
        if leg is None:
            return
        self._session.quiet(leg)
        self._session.quick(command, "POST", f"channels/{wire.part(command.leg)}/{verb}")

    # -- events

    def _emit(self, event: SwitchEvent) -> None:
        assert self._sink is not None
        self._sink(event)

    def _on_event(self, event: wire.AriEvent) -> None:
        if self._held_back is not None:
            self._held_back.append(event)
            return
        handler = self._on.get(type(event))
        if handler is not None:
            handler(event)

    def _on_start(self, event: wire.StasisStart) -> None:
        channel = event.channel
        kind = event.args[0] if event.args else ""
        if self._hearing.on_start(channel):
            return
        if kind == SNOOP_ARGUMENT:
            self._recorder.on_snoop(channel.id)
        elif kind == SPY_ARGUMENT:
            self._supervision.on_spy(channel.id)
        elif kind == ANNOUNCER_ARGUMENT:
            self._player.holding_bridges.on_announcer(channel.id)
        elif (known := self._session.legs.get(LegId(channel.id))) is not None:
            self._dialler.on_answered(known)
        elif kind == OUT:
            # We gave up on it (a deadline, a withdrawal that came too early) and it was answered all the same.
            self._session.request(LegId(channel.id), "DELETE", f"channels/{wire.part(channel.id)}")
        elif _is_leg(channel):
            self._arrive(self._leg_of(channel))
        else:  # made by Asterisk itself, for a transfer or a forwarded call: nobody calls there
            log.warning("ari.own_channel", channel=channel.name, called=channel.dialplan.exten)
            self._session.request(LegId(channel.id), "DELETE", f"channels/{wire.part(channel.id)}")

    def _is_arrival(self, start: wire.StasisStart) -> bool:
        """Whether the leg comes to us only now. One that we called was here before it was answered."""
        known = start.args[:1] == (OUT,) or LegId(start.channel.id) in self._session.legs
        return not known and _is_leg(start.channel)

    def _arrive(self, leg: Leg) -> None:
        self._session.legs[leg.id] = leg
        self._emit(events.CallArrived(leg.id, leg.caller, leg.called, leg.caller_name, leg.device, leg.trunk))

    def _leg_of(self, channel: wire.Channel) -> Leg:
        # A call that came in has the dialled number as its place in the dialplan; one that we placed has none.
        exten = "s" if called.is_called(channel) else channel.dialplan.exten
        inbound = exten not in ("", "s")
        device = self._devices.account_of(channel.name)
        leg = Leg(LegId(channel.id), channel.caller.number, exten, inbound=inbound, device=device)
        leg.caller_name = channel.caller.name
        leg.trunk = _trunk_of(channel.name)
        leg.answered = called.is_up(channel)
        return leg

    def _on_stasis_end(self, event: wire.StasisEnd) -> None:
        if not self._supervision.on_spy_gone(event.channel.id):
            self._dialler.on_gone(event)

    def _on_digit(self, event: wire.ChannelDtmfReceived) -> None:
        leg = self._session.legs.get(LegId(event.channel.id))
        if leg is not None and leg.keys.is_news(event.digit, event.duration_ms / 1000, event.told_at):
            leg.last_digit = event.digit
            self._emit(events.DigitPressed(leg.id, event.digit))

    def _on_entered(self, event: wire.ChannelEnteredBridge) -> None:
        leg = self._session.legs.get(LegId(event.channel.id))
        if leg is not None:
            leg.in_bridge = event.bridge.id
            self._player.holding_bridges.on_entered(event.bridge.id, leg.id)
            self._bridging.on_entered(event.bridge.id, leg.id)

    def _on_left(self, event: wire.ChannelLeftBridge) -> None:
        leg = self._session.legs.get(LegId(event.channel.id))
        if leg is not None and leg.in_bridge == event.bridge.id:
            leg.in_bridge = None
        self._player.holding_bridges.on_left(event.bridge.id, LegId(event.channel.id))
        self._bridging.on_left(event.bridge.id, LegId(event.channel.id))

    def _on_user_event(self, event: wire.ChannelUserevent) -> None:
        if event.eventname == ACCOUNTS_CHANGED:
            self._reading_phones = asyncio.create_task(self._read_phones())

    async def _read_phones(self) -> None:
        reply = await self._session.client.fetch("endpoints/PJSIP")
        if reply.ok:  # else the link is gone, and the next inventory has them
            self._devices.adopt(wire.decode_body(reply.body, tuple[answers.Endpoint, ...]))

    def _on_end(self, leg: Leg) -> None:
        self._player.holding_bridges.on_end(leg)
        self._bridging.on_end(leg)
        self._supervision.on_end(leg)
        self._hearing.on_end(leg)
        self._silent_phones.on_end(leg)

    # -- the link

    async def _come_up(self) -> None:
        self._held_back = []
        self._voices.on_link()
        self._session.has_called_context = True  # it may be another Asterisk
        try:
            options = self._options
            await prepare(
                self._session.client, options.application, self._player.holding_bridges.first, options.device_prefix
            )
            inventory = await take_inventory(self._session.client, self._options.application)
            ended = await self._ended_of_late()
            stopped = await self._recorder.messages.stop_left()
        finally:
            held_back, self._held_back = self._held_back, None
        restarted = self._startup_time not in ("", inventory.startup_time)
        self._startup_time = inventory.startup_time
        starts = [event for event in held_back if isinstance(event, wire.StasisStart)]
        arriving = {start.channel.id for start in starts if self._is_arrival(start)}
        self._adopt(inventory, arriving)
        live = tuple(leg for leg in self._live(inventory) if leg.leg not in arriving)
        self._recorder.messages.take_up({leg.leg for leg in live}, stopped)
        for early in self._session.told_of_legs():
            self._dialler.hang_up(early)
        self._emit(events.SwitchBack(self.name, live, restarted, ended=ended))
        self._devices.adopt(inventory.endpoints)
        self._recorder.adopt(
            {channel.id for channel in inventory.channels}, {talk.attempt for talk in self._bridging.talks.values()}
        )
        self._hearing.adopt(inventory.channels, inventory.bridges)
        for event in held_back:
            self._on_event(event)
        self._silent_phones.start()

    async def _ended_of_late(self) -> tuple[events.EndedLeg, ...]:
        path = self._options.call_records
        if path is None:
            return ()
        try:
            return await asyncio.to_thread(ended_legs, path)
        except OSError as error:
            log.warning("call records not read", path=str(path), error=error.strerror or type(error).__name__)
            return ()

    def _go_down(self, reason: str) -> None:
        self._silent_phones.stop()
        for leg in tuple(self._session.legs.values()):
            for command in leg.open.values():
                self._emit(failed(command, "switch_lost", reason))
            leg.open.clear()
        self._bridging.on_lost()
        self._recorder.on_lost()
        self._hearing.on_lost()
        if not self._closing:
            self._emit(events.SwitchLost(self.name, reason))

    def _adopt(self, inventory: Inventory, arriving: set[str]) -> None:
        """Make our legs those that live: what is gone has ended, what we did not know is ours from now on."""
        for leg in self._session.legs.values():  # before anything is told: the answer to it may be another prompt
            self._player.adopt(leg)
        present = {channel.id: channel for channel in inventory.channels}
        for leg in tuple(self._session.legs.values()):
            if leg.id not in present:
                self._session.end(leg, leg.ending or Cause.LOST, "gone while the link was down")
        where = _where(inventory.bridges)
        for channel in inventory.channels:
            if channel.id in arriving or not _is_leg(channel):
                continue
            leg = self._session.legs.get(LegId(channel.id)) or self._found(channel)
            was_answered, leg.answered = leg.answered, called.is_up(channel)
            if leg.answered and not was_answered and leg.originate is not None:
                self._dialler.on_answered(leg)
            leg.held = channel.id in inventory.held
            leg.in_bridge = where.get(channel.id)
            leg.music = self._player.holding_bridges.is_one(leg.in_bridge)
            leg.heading = None
            if leg.ending is not None:
                self._session.hang_up(leg, leg.ending)  # ordered while the link was down
        self._player.holding_bridges.adopt(inventory.bridges)
        self._bridging.adopt(inventory.bridges, inventory.pairs)

    def _found(self, channel: wire.Channel) -> Leg:
        """A leg of an earlier controller."""
        leg = self._session.legs[LegId(channel.id)] = self._leg_of(channel)
        leg.ringing = channel.state == "Ringing" or called.is_called(channel)
        if not leg.inbound and not leg.answered:
            leg.await_answer()
        return leg

    def _live(self, inventory: Inventory) -> tuple[LiveLeg, ...]:
        where = _where(inventory.bridges)
        gone = self._session.lately_gone()
        legs = {channel.id for channel in inventory.channels if _is_leg(channel) and channel.id not in gone}
        live = []
        for channel in inventory.channels:
            if channel.id not in legs:
                continue
            leg = self._session.legs.get(LegId(channel.id)) or self._leg_of(channel)
            bridge = where.get(channel.id)
            partner: LegId | None = None
            attempt: AttemptId | None = None
            pair = inventory.pairs.get(bridge or "", ())
            if bridge is not None and bridge.startswith(self._bridging.prefix) and channel.id in pair:
                attempt = AttemptId(bridge.removeprefix(self._bridging.prefix))
                partner = next((other for other in pair if other != channel.id and other in legs), None)
            live.append(
                LiveLeg(
                    leg=leg.id,
                    caller=leg.caller,
                    called=leg.called,
                    answered=called.is_up(channel),
                    inbound=leg.inbound,
                    device=leg.device,
                    bridged_with=partner,
                    bridge=attempt,
                    in_music=self._player.holding_bridges.is_one(bridge),
                    trunk=leg.trunk,
                    held=channel.id in inventory.held,
                )
            )
        return tuple(live)


def _where(bridges: dict[str, tuple[str, ...]]) -> dict[str, str]:
    """The bridge that each channel is in."""
    return {channel: bridge for bridge, channels in bridges.items() for channel in channels}


def _trunk_of(channel_name: str) -> str:
    """The trunk of a channel such as PJSIP/trunk-carrier-0000001f; empty for another one."""
    return trunk_of(channel_name.removeprefix("PJSIP/").rpartition("-")[0])


def _is_leg(channel: wire.Channel) -> bool:
    """Snoop channels and the like are ours too, but nobody's leg."""
    return not channel.name.startswith(("Snoop/", "Announcer/", "Recorder/", "Local/", MEDIA_NAME))
