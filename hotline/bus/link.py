"""The link to the broker: keeps its retained topics like the picture, publishes what happened, takes agents' commands.

All in tasks of its own: a broker that is away, slow or frozen makes nobody else wait. Nothing is queued for it but
the newest alerts: of a state only the newest value counts, and calls that ended wait in the call log.

After each connect the broker is asked what it retains below our topics. What differs from the picture is published,
what the picture does not have is emptied, whether we, the broker or both were away.
"""

import asyncio
import contextlib
import random
import sqlite3
import ssl
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, assert_never

import aiomqtt
import msgspec
import structlog
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from acd.events import AgentPaused, AgentResumed, AgentSignedIn, AgentSignedOut, WrapUpEnded
from calls.backoff import Backoff
from calls.dependencies import Dependency
from calls.ids import AgentId
from control.messages import commands, events, log_commands
from dsl.spelling import nearest_hint
from hotline.bus import words
from hotline.bus.case_notices import CaseNotices, NoticesToPeople
from hotline.bus.ended import EndedCalls
from hotline.bus.picture import Picture
from hotline.governing.feed import Told
from hotline.store.marked import MarkedLog
from hotline.views.controller import Controller

log = structlog.get_logger("hotline")

_LOOK_EVERY_S = 0.2
"""A state that changes faster is published less often."""
_LOOK_AT_LEAST_EVERY_S = 1.0
_IN_FLIGHT = 64
_DEADLINE_S = 5.0
"""For each answer of the broker, and for a command to become durable."""
_KEEPALIVE_S = 10
_BACKOFF = Backoff(first_s=0.5, longest_s=15.0)
_COMMANDS_WAITING = 1_000
_DECISIONS_KEPT = 1_000


class Broker(msgspec.Struct, frozen=True):
    """Address of the broker, and our user there. `site` is one level of all topics, and part of the client's id."""

    host: str
    port: int
    prefix: str
    site: str
    user: str | None = None
    password: str | None = None
    tls: bool = False
    """Encrypted, with the broker's certificate checked against the machine's own authorities."""


class Bus:
    """`start`, `watch` each command of the router, `close`. `on_change` is given whether the broker is there."""

    def __init__(
        self,
        broker: Broker,
        ended: EndedCalls,
        on_change: Callable[[bool], None] = lambda up: None,
        state: Dependency | None = None,
        notices: CaseNotices | None = None,
        to_people: NoticesToPeople | None = None,
    ) -> None:
        """`state` is told when the broker comes and goes, and when it is tried next."""
        self._broker = broker
        self._controller: Controller
        self._policy: Callable[[], Mapping[str, Any] | None]
        self._ended = ended
        self._notices = notices
        self._to_people = to_people
        self._on_change = on_change
        self._state = state
        self._jitter = random.Random()
        self._base = words.base(broker.prefix, broker.site)
        self._picture = Picture(self._base)
        self._decisions: deque[bytes] = deque(maxlen=_DECISIONS_KEPT)
        self._held: dict[str, bytes] = {}
        """Payloads that the broker retains, by topic, as far as is known."""
        self._changed = asyncio.Event()
        self._call_ended = asyncio.Event()
        self._notice_given = asyncio.Event()
        self._people_told = asyncio.Event()
        self._version = ""
        self._up = False
        self._said = ""
        self._client: aiomqtt.Client | None = None
        self._task: asyncio.Task[None] | None = None

    def start(self, controller: Controller, policy: Callable[[], Mapping[str, Any] | None] = lambda: None) -> None:
        """Begin to look for the broker, and speak for `controller`, and of the policy that its gate goes by."""
        self._controller = controller
        self._policy = policy
        self._ended.begin()
        if self._notices is not None:
            self._notices.begin()
        if self._to_people is not None:
            self._to_people.begin()
        self._task = asyncio.create_task(self._keep_linked())

    def watch(self, command: commands.RouterCommand, utc: float) -> None:
        """Note one command of the router, at `utc`. Never waits."""
        self._picture.watch(command, utc)
        self._changed.set()
        if isinstance(command, log_commands.LogCall):
            self._call_ended.set()

    def notice_given(self) -> None:
        """A notice of a case stands in the store now. In the event loop."""
        self._notice_given.set()
        self._people_told.set()

    def decided(self, told: Told) -> None:
        """Publish an answer of the gate of outgoing calls. In the event loop."""
        decision = msgspec.convert(msgspec.to_builtins(told), words.Decision)
        self._decisions.append(msgspec.json.encode(decision))
        self._changed.set()

    async def close(self) -> None:
        """Publish that the controller goes, if the broker listens, and end the link."""
        if self._task is None:
            return
        if self._client is not None:
            with contextlib.suppress(aiomqtt.MqttError, TimeoutError):
                async with asyncio.timeout(1.0):
                    await self._client.publish(*self._will, qos=1, retain=True)
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    @property
    def _will(self) -> tuple[str, bytes]:
        topic = words.topic(self._base, words.CONTROLLER)
        return topic, msgspec.json.encode(words.Controller(online=False))

    async def _keep_linked(self) -> None:
        failures = 0
        while True:
            error = "the broker ended the link"
            try:
                async with self._new_client() as self._client:
                    await self._subscribe(self._client)
                    self._turned(True, "")
                    failures = 0
                    await self._serve(self._client)
            except (aiomqtt.MqttError, OSError, sqlite3.Error, ValueError) as fault:  # the mark and the log are files
                error = str(fault) or type(fault).__name__
                self._turned(False, error)
            finally:
                self._client = None
            failures += 1
            pause_s = _BACKOFF.delay_s(failures, self._jitter)
            if self._state is not None:
                self._state.down(error, pause_s)
            await asyncio.sleep(pause_s)

    def _new_client(self) -> aiomqtt.Client:
        topic, payload = self._will
        client = aiomqtt.Client(
            self._broker.host,
            self._broker.port,
            username=self._broker.user,
            password=self._broker.password,
            identifier=f"hotline-{self._broker.site}",  # a new link ends the old one, and its will, at the broker
            protocol=aiomqtt.ProtocolVersion.V5,
            will=aiomqtt.Will(topic, payload, qos=1, retain=True),
            clean_start=True,
            tls_context=ssl.create_default_context() if self._broker.tls else None,
            timeout=_DEADLINE_S,
            keepalive=_KEEPALIVE_S,
            max_queued_incoming_messages=_COMMANDS_WAITING,
            max_inflight_messages=_IN_FLIGHT,
        )
        client.pending_calls_threshold = 4 * _IN_FLIGHT
        return client

    async def _subscribe(self, client: aiomqtt.Client) -> None:
        self._held = {}
        for channel in words.STATES:
            await client.subscribe(words.pattern(self._base, channel), options=SubscribeOptions(qos=1, noLocal=True))
        await client.subscribe(
            words.pattern(self._base, words.COMMAND),
            options=SubscribeOptions(qos=1, retainHandling=SubscribeOptions.RETAIN_DO_NOT_SEND),
        )

    async def _serve(self, client: aiomqtt.Client) -> None:
        """Until the link is lost: raises MqttError."""
        self._version = ""
        self._changed.set()
        self._call_ended.set()
        self._notice_given.set()
        self._people_told.set()
        telling = [self._tell(client, words.ENDED, self._ended, self._call_ended)]
        if self._notices is not None:
            telling.append(self._tell(client, words.CASE_CLOCK, self._notices, self._notice_given))
        if self._to_people is not None:
            telling.append(self._tell(client, words.CASE_NOTICE, self._to_people, self._people_told))
        tasks = [asyncio.create_task(work) for work in (self._receive(client), self._keep_alike(client), *telling)]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _turned(self, up: bool, error: str) -> None:
        if up != self._up or (error and error != self._said):
            where = f"{self._broker.host}:{self._broker.port}"
            if up:
                log.info("the broker is there", broker=where)
            else:
                advice = "calls go on; it is tried again by itself, and will have the newest state then"
                log.warning("the broker is away", broker=where, error=error, advice=advice)
        self._up, self._said = up, error
        if up and self._state is not None:
            self._state.up()
        self._on_change(up)

    # what we say

    async def _keep_alike(self, client: aiomqtt.Client) -> None:
        """Make the broker's retained topics like the picture, for ever."""
        while True:
            with contextlib.suppress(TimeoutError):  # some changes come without a command
                async with asyncio.timeout(_LOOK_AT_LEAST_EVERY_S):
                    await self._changed.wait()
            self._changed.clear()
            self._look()
            await self._even_out(client)
            alerts = self._picture.alerts
            while alerts:
                alert = alerts[0]
                await client.publish(words.topic(self._base, words.ALERT), alert, qos=1)
                if alerts and alerts[0] is alert:  # else it was pushed out by newer ones meanwhile
                    alerts.popleft()
            await self._tell_decisions(client)
            await asyncio.sleep(_LOOK_EVERY_S)

    async def _tell_decisions(self, client: aiomqtt.Client) -> None:
        topic = words.topic(self._base, words.DECISION)
        while some := list(self._decisions)[:_IN_FLIGHT]:
            await asyncio.gather(*(client.publish(topic, one, qos=1) for one in some))
            for one in some:
                if self._decisions and self._decisions[0] is one:  # else newer ones have pushed it out meanwhile
                    self._decisions.popleft()

    def _look(self) -> None:
        controller = self._controller
        register = controller.register
        if register.version != self._version:  # agents came and went with the version, and nobody's state changed
            self._version = register.version
            for state in controller.agent_states():
                self._picture.watch(state, 0.0)
        campaigns = controller.campaign_rows()
        self._picture.look(
            register,
            controller.agents(),
            controller.queues(),
            region=controller.region,
            campaigns=campaigns,
            policy=self._policy(),
        )

    async def _even_out(self, client: aiomqtt.Client) -> None:
        wanted, held = self._picture.topics, self._held
        other = [topic for topic, payload in wanted.items() if held.get(topic) != payload]
        other += [topic for topic in held if topic not in wanted]
        for begin in range(0, len(other), _IN_FLIGHT):
            some = other[begin : begin + _IN_FLIGHT]
            await asyncio.gather(*(self._retain(client, topic, wanted.get(topic, b"")) for topic in some))

    async def _retain(self, client: aiomqtt.Client, topic: str, payload: bytes) -> None:
        await client.publish(topic, payload, qos=1, retain=True)
        self._note(topic, payload)

    def _note(self, topic: str, payload: bytes) -> None:
        if payload:
            self._held[topic] = payload
        else:
            self._held.pop(topic, None)

    async def _tell(
        self, client: aiomqtt.Client, channel: words.Channel, told: MarkedLog, grown: asyncio.Event
    ) -> None:
        """Publish what a log of the store has grown by, each time that it has `grown`, for ever."""
        topic = words.topic(self._base, channel)
        while True:
            await grown.wait()
            grown.clear()
            await self._controller.durable()
            while rows := await told.next(_IN_FLIGHT):
                for row in rows:
                    await client.publish(topic, row.payload, qos=1)
                await told.confirm(rows[-1].row)

    # what we hear

    async def _receive(self, client: aiomqtt.Client) -> None:
        head, tail = words.pattern(self._base, words.COMMAND).split("+")
        async for message in client.messages:
            topic = str(message.topic)
            payload = message.payload if isinstance(message.payload, bytes) else b""
            if topic.startswith(head) and topic.endswith(tail):
                name = words.name_of(topic[len(head) : -len(tail)])
                await self._command(client, name, payload, message.properties)
            else:  # what was retained, or what somebody else, the will of our old link too, has put there
                self._note(topic, payload)
                self._changed.set()

    async def _command(self, client: aiomqtt.Client, name: str, payload: bytes, properties: Properties | None) -> None:
        reply_to = str(getattr(properties, "ResponseTopic", ""))
        try:
            wanted = msgspec.json.decode(payload, type=words.AgentCommand)
        except (msgspec.DecodeError, msgspec.ValidationError) as error:
            reply = words.Reply("", False, words.refusal(payload, error))
        else:
            reply_to = wanted.reply_to or reply_to
            reply = await self._obey(name, wanted)
        if not reply.ok:
            log.warning("a command from the bus was refused", agent=name, error=reply.error)
        if not reply_to:
            return
        if not reply_to.startswith(f"{self._base}/replies/") or "+" in reply_to or "#" in reply_to:
            advice = f"answers go below {self._base}/replies/ and nowhere else"
            log.warning("no answer to a command from the bus", reply_to=reply_to, advice=advice)
            return
        await client.publish(reply_to, msgspec.json.encode(reply), qos=1, properties=_same_question(properties))

    async def _obey(self, name: str, wanted: words.AgentCommand) -> words.Reply:
        if name not in self._controller.agents():
            near = nearest_hint(name, self._controller.agents())
            return words.Reply(wanted.id, False, f"no agent {name!r} in dialplans/agents.yaml{near}")
        reasons = self._controller.pause_reasons()
        if wanted.command == "pause" and reasons is not None and wanted.reason not in reasons:
            near = nearest_hint(wanted.reason, reasons)
            return words.Reply(wanted.id, False, f"a reason is needed, one of {', '.join(sorted(reasons))}{near}")
        try:
            async with asyncio.timeout(_DEADLINE_S):
                await self._controller.tell(_event(AgentId(name), wanted))
        except TimeoutError:
            return words.Reply(wanted.id, False, "taken, but not on disk yet: the store does not write")
        return words.Reply(wanted.id, True)


def _event(agent: AgentId, wanted: words.AgentCommand) -> events.RouterEvent:
    match wanted.command:
        case "sign_in":
            return AgentSignedIn(agent)
        case "sign_out":
            return AgentSignedOut(agent)
        case "pause":
            return AgentPaused(agent, wanted.reason)
        case "ready":
            return AgentResumed(agent)
        case "wrap_up_done":
            return WrapUpEnded(agent)
        case _:
            assert_never(wanted.command)


def _same_question(properties: Properties | None) -> Properties | None:
    """MQTT 5: the answer carries the question's correlation data."""
    data = getattr(properties, "CorrelationData", None)
    if data is None:
        return None
    answer = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]  # paho leaves its constructor untyped
    answer.CorrelationData = data
    return answer
