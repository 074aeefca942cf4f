"""The adapter of FreeSWITCH is a `calls.ports.Switch` over one event socket.

`Listen` is not done here: `speech.recognising_switch` wraps this and does it, with the sound that `sound_of` gives.
Asked all the same, it is "unsupported".

| part | what it does |
|---|---|
| `originating` | calls out, ends, giving away |
| `playing` | prompts, music |
| `bridging` | talks |
| `messages` | voicemails |
| `recording` | talks on file |
| `hearing` | callers' sound, for recognisers |
| `holding` | hold by a phone's own key |
| `transferring` | transfer by a phone's own key |
| `supervising` | listen, whisper, barge |
| `devices` | phones |
| `claiming` | calls that are offered by outbound sockets |
| `inventory` | what is live |
"""

from __future__ import annotations

import asyncio
import random
import re
import time
from collections.abc import AsyncGenerator, Sequence
from functools import partial

import structlog

from calls import commands, events
from calls.causes import Cause
from calls.events import LiveLeg
from calls.ids import LegId
from calls.numbers import ANONYMOUS
from calls.ports import Sink
from switch.adapter import Adapter
from switch.freeswitch.bridging import Bridging
from switch.freeswitch.claiming import CLAIMED, Offers
from switch.freeswitch.client import ClientSettings, EventSocketClient
from switch.freeswitch.devices import SUBCLASSES, Devices
from switch.freeswitch.hearing import SOUND_RATE, Hearing
from switch.freeswitch.holding import Holding
from switch.freeswitch.inventory import Inventory, take_inventory, take_whole_inventory
from switch.freeswitch.lag import ReaderLag
from switch.freeswitch.legs import Leg, failed, shown_number
from switch.freeswitch.link import Reply
from switch.freeswitch.originating import Dialler
from switch.freeswitch.playing import Player
from switch.freeswitch.recording import Recorder
from switch.freeswitch.session import FreeSwitchOptions, Session, Told
from switch.freeswitch.supervising import Supervision
from switch.freeswitch.transferring import CALL_ID, WATCHED, Transferring
from switch.freeswitch.wire import Api, Event, Subscribe

log = structlog.get_logger(__name__)

_NO_NAME = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")

_TIME = Api("eval", "${strepoch()}")

SUBSCRIPTION = Subscribe(
    (
        "CHANNEL_CREATE",
        "CHANNEL_PROGRESS",
        "CHANNEL_PROGRESS_MEDIA",
        "CHANNEL_ANSWER",
        "CHANNEL_PARK",
        "CHANNEL_EXECUTE",
        "CHANNEL_EXECUTE_COMPLETE",
        "CHANNEL_BRIDGE",
        "CHANNEL_UNBRIDGE",
        "CHANNEL_HOLD",
        "CHANNEL_UNHOLD",
        "CHANNEL_HANGUP_COMPLETE",
        "DTMF",
        "RECORD_STOP",
        "BACKGROUND_JOB",
    ),
    (*SUBCLASSES, WATCHED),
)


class FreeSwitch(Adapter[Leg]):
    """One FreeSWITCH as a `calls.ports.Switch` and a `calls.ports.SoundSource`."""

    sound_rate = SOUND_RATE
    _session: Session
    _player: Player
    _recorder: Recorder
    _dialler: Dialler
    _bridging: Bridging
    _supervision: Supervision

    def __init__(
        self, options: FreeSwitchOptions, name: str = "freeswitch", jitter: random.Random | None = None
    ) -> None:
        self.name = name
        self.options = options
        self._jitter = jitter or random.Random()
        self._session = Session(options)
        self._dialler = Dialler(self._session)
        self._player = Player(self._session)
        self._recorder = Recorder(self._session)
        self._bridging = Bridging(self._session, self._recorder.begin, self._recorder.discard, self._recorder.end)
        self._supervision = Supervision(self._session)
        self._holding = Holding(self._session)
        self._transferring = Transferring(self._session)
        self._hearing = Hearing(self._session)
        self._offers = (
            Offers(options.listen, options.controller, options.deadline_s) if options.listen is not None else None
        )
        self._devices = Devices(options.device_prefix, lambda: self._session.legs.values(), self._emit)
        self._session.on_end = self._on_leg_end
        self._session.on_eavesdrop_stop = self._supervision.stop
        self._sink: Sink | None = None
        self._core = ""
        self._clock_ahead_s = 0.0

    # -- the port

    async def start(self, sink: Sink) -> None:
        """Connect, subscribe, take inventory. Raises SwitchAway."""
        self._sink = sink
        options = self.options
        self._session.loop = asyncio.get_running_loop()
        self._session.emit = self._emit
        settings = ClientSettings(options.password, options.host, options.port, command_deadline_s=options.deadline_s)
        heartbeat = self._beat if self._offers is None else None
        self._session.client = EventSocketClient(settings, self, SUBSCRIPTION, self._jitter, heartbeat, options.state)
        await self._session.client.start(options.deadline_s * 2)

    async def calls(self) -> Sequence[LiveLeg]:
        """All legs of ours that are up now. Raises SwitchAway."""
        controller = self.options.controller
        return (
            await take_inventory(self._session.client, self.options.music, tuple(self._session.legs), controller)
        ).live

    def sound_of(self, leg: LegId) -> AsyncGenerator[bytes]:
        """See `calls.ports.SoundSource.sound_of`."""
        return self._hearing.sound_of(leg)

    async def close(self) -> None:
        """Leave the switch to itself."""
        if self._offers is not None:
            self._offers.close()
        self._fail_open("closed")
        self._sink = None
        await self._session.client.close()
        await self._recorder.close()

    # -- commands of one leg

    def _answer(self, command: commands.Answer) -> None:
        leg = self._session.leg_of(command)
        if leg is None:
            return
        if leg.answered:
            self._session.later(events.CallAnswered(leg.id, command.attempt))
            return
        leg.open[command.attempt] = command
        self._session.api("uuid_answer", leg.id, partial(self._answer_told, command))

    def _early_media(self, command: commands.EarlyMedia) -> None:
        if self._session.leg_of(command) is not None:
            self._session.quick(command, "uuid_pre_answer", command.leg)

    def _ring(self, command: commands.Ring) -> None:
        if self._session.leg_of(command) is not None:
            self._session.quick(command, "uuid_ring_ready", command.leg)

    def _report_transfer(self, command: commands.ReportTransfer) -> None:
        self._transferring.report(command)

    def _answer_told(self, command: commands.Answer, told: Told) -> None:
        if told.reason is not None and self._session.close(command) is not None:
            self._session.emit(failed(command, told.reason, told.text))

    # -- what the client tells

    def event(self, event: Event) -> None:
        """One event of the switch."""
        match event.name:
            case "CHANNEL_PARK":
                self._on_park(event)
            case "CHANNEL_EXECUTE":
                self._session.on_execute(event)
                self._supervision.on_execute(event)
            case "CHANNEL_EXECUTE_COMPLETE":
                self._session.on_execute_complete(event)
            case "CHANNEL_ANSWER":
                self._on_answer(event)
            case "DTMF":
                self._on_digit(event)
            case "CHANNEL_BRIDGE":
                self._bridging.on_bridge(event)
                self._dialler.on_bridge(event)
            case "CHANNEL_UNBRIDGE":
                self._bridging.on_unbridge(event)
            case "CHANNEL_HOLD":
                self._holding.held(LegId(event.leg))
            case "CHANNEL_UNHOLD":
                self._holding.resumed(LegId(event.leg))
            case "CHANNEL_CREATE":
                self._dialler.on_create(event)
            case "CHANNEL_PROGRESS" | "CHANNEL_PROGRESS_MEDIA":
                self._dialler.on_ringing(LegId(event.leg))
                self._look(event)
            case "CHANNEL_HANGUP_COMPLETE":
                self._dialler.on_hangup_complete(event)
            case "RECORD_STOP":
                self._recorder.on_record_stop(event)
                self._hearing.on_record_stop(event)
            case "CUSTOM" if event.subclass == WATCHED:
                self._transferring.on_header(event)
            case "CUSTOM":
                self._devices.on_registration(event)
            case "BACKGROUND_JOB":
                pass  # its waiter has it
            case other:
                log.info("unknown_event", event_name=other, leg=event.leg)

    def _on_park(self, event: Event) -> None:
        leg_id = LegId(event.leg)
        leg = self._session.legs.get(leg_id)
        if leg is None:
            if self._offers is None or event.get("Caller-Context") == CLAIMED:
                self._arrived(leg_id, event)
            return
        if self._bridging.takes(leg):
            return
        leg.parked = True
        if leg.running is not None and leg.running.started:
            self._session.abandon_running(leg)
        if not self._dialler.on_redirect_parked(leg):
            self._dialler.on_parked(leg)
            self._devices.look(leg.device)
            self._bridging.on_parked(leg)
        self._session.begin_next(leg)

    def _arrived(self, leg_id: LegId, event: Event) -> None:
        if self.options.controller not in ("", event.variable("hotline_controller")):
            return  # another controller's
        role = event.variable("hotline_role")
        outside = event.get("Call-Direction") == "inbound" and not event.get("Channel-Name").startswith("loopback/")
        if role not in ("caller", "agent") or not outside:  # one of the switch's own, behind which nobody is
            log.info("stranger_parked", leg=leg_id, role=role)
            return
        device = (event.variable("hotline_device") or None) if role == "agent" else None
        caller = device or shown_number(event.headers)
        leg = Leg(leg_id, caller, event.get("Caller-Destination-Number"), inbound=True, device=device)
        leg.parked = True
        leg.trunk = "" if device else self._session.trunks.by_address(event.get("Caller-Network-Addr"))
        leg.answered = event.get("Answer-State") == "answered"
        leg.call_id = event.variable(CALL_ID)
        self._session.add(leg)
        # The switch decodes %0A in a display name, and leaves backslashes before quotes.
        name = _NO_NAME.sub(" ", event.get("Caller-Caller-ID-Name").replace("\\", "")).strip()
        told = name if leg.caller not in (name, ANONYMOUS) else ""
        self._session.emit(events.CallArrived(leg_id, leg.caller, leg.called, told, device, leg.trunk))
        self._devices.look(device)

    def _on_answer(self, event: Event) -> None:
        leg = self._session.legs.get(LegId(event.leg))
        if leg is None:
            return
        leg.call_id = event.variable(CALL_ID)
        if not leg.inbound:
            return  # of a leg that we called its park is waited for
        leg.answered = True
        for attempt, command in list(leg.open.items()):
            if isinstance(command, commands.Answer):
                del leg.open[attempt]
                self._session.emit(events.CallAnswered(leg.id, attempt))

    def _on_digit(self, event: Event) -> None:
        leg = self._session.legs.get(LegId(event.leg))
        digit = event.get("DTMF-Digit")
        if leg is not None and len(digit) == 1 and digit in "0123456789*#ABCD":
            self._session.emit(events.DigitPressed(leg.id, digit))

    def _look(self, event: Event) -> None:
        leg = self._session.legs.get(LegId(event.leg))
        if leg is not None:
            self._devices.look(leg.device)

    def _on_leg_end(self, leg: Leg) -> None:
        self._supervision.on_end(leg)
        self._hearing.on_end(leg)
        self._bridging.on_end(leg)
        self._holding.on_end(leg)
        self._devices.look(leg.device)

    # -- the link

    async def resync(self) -> None:
        """Connected: take inventory, adopt what is live, say so."""
        if self._offers is None:
            epoch = await self._session.client.api("strepoch")
            self._clock_ahead_s = int(epoch) - time.monotonic()
            await self._session.client.api("global_setvar", self._lease().arguments)
        options = self.options
        inventory = await take_whole_inventory(
            self._session.client, options.music, tuple(self._session.legs), options.controller
        )
        stopped = await self._recorder.messages.stop_left(inventory.recorded)
        restarted = self._core not in ("", inventory.core)
        self._core = inventory.core
        ended = self._adopt(inventory)
        self._recorder.messages.take_up({leg.leg for leg in inventory.live}, stopped)
        for leg in tuple(self._session.legs.values()):
            if leg.answered and leg.ending is None:
                self._dialler.on_parked(leg)  # in the gap; before SwitchBack, from which it would be taken once more
        for early in self._session.told_of_legs():
            self._dialler.hang_up(early)
        self._emit(events.SwitchBack(self.name, inventory.live, restarted))
        for leg in ended:
            self._session.end(leg, leg.ending or Cause.LOST, "it was gone when the link came back")
        for leg in tuple(self._session.legs.values()):
            if leg.ending is not None:
                self._session.hang_up(leg, leg.ending)  # ordered while the link was down
        self._bridging.adopt(inventory.talks)
        self._recorder.adopt(self._bridging.talks)
        self._hearing.adopt()
        self._devices.adopt(inventory.registered)
        if self._offers is not None:
            await self._offers.open()

    def _adopt(self, inventory: Inventory) -> list[Leg]:
        """Make our legs those that are live. Gives those of ours that are not."""
        live = {leg.leg: leg for leg in inventory.live}
        ended = [leg for leg_id, leg in self._session.legs.items() if leg_id not in live]
        for found in inventory.live:
            leg = self._session.legs.get(found.leg)
            if leg is None:
                leg = Leg(found.leg, found.caller, found.called, inbound=found.inbound, device=found.device)
                self._session.add(leg)
                if not found.inbound and not found.answered:
                    leg.await_answer()
            leg.answered = found.answered
            leg.talk = found.bridge
            leg.held = found.held
            leg.call_id = inventory.call_ids.get(found.leg, "")
            leg.parked = found.bridged_with is None and (found.inbound or found.answered)
            leg.music = found.in_music
            if leg.running is None and leg.parked and found.in_music:
                leg.running = self._session.found_music()
        return ended

    def lost(self, reason: str) -> None:
        """The link is gone: what waits fails, calls go on."""
        if self._offers is not None:
            self._offers.close()
        self._fail_open(reason)
        self._emit(events.SwitchLost(self.name, reason))

    def _fail_open(self, reason: str) -> None:
        self._bridging.on_lost()
        self._recorder.messages.on_lost()
        self._hearing.on_lost()
        for leg in list(self._session.legs.values()):
            if leg.running is not None and leg.running.timer is not None:
                leg.running.timer.cancel()
            leg.running, leg.wanted, leg.away = None, None, None
            for command in list(leg.open.values()):
                self._session.emit(failed(command, "switch_lost", reason))
            leg.open.clear()

    def lagging(self, lag: ReaderLag) -> None:
        """The client logs it."""

    def _beat(self) -> Api:
        """The lease, and the question for the next: the switch's clock may be set, ours stands while we are paused."""
        self._session.client.submit(_TIME).add_done_callback(self._told_time)
        return self._lease()

    def _told_time(self, reply: Reply) -> None:
        if not reply.cancelled() and reply.exception() is None and (epoch := reply.result().text.strip()).isdecimal():
            self._clock_ahead_s = int(epoch) - time.monotonic()

    def _lease(self) -> Api:
        """Our sign of life: until when new calls come to us, in the switch's own Unix time."""
        until = int(time.monotonic() + self._clock_ahead_s + self.options.lease_s)
        return Api("global_setvar", f"hotline_until={until}")

    def _emit(self, event: events.SwitchEvent) -> None:
        if self._sink is not None:
            self._sink(event)
