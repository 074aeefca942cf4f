"""The client against a switch that misbehaves on purpose: nobody waits for ever, nothing is lost in silence."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import msgspec
import pytest

from calls.backoff import Backoff
from calls.errors import SwitchAway
from switch.freeswitch.client import ClientSettings, EventSocketClient, LegGone, Refused
from switch.freeswitch.lag import LagMeter, ReaderLag
from switch.freeswitch.wire import Api, Command, CommandRefused, Event, Subscribe
from tests.wire.freeswitch.bare_switch import Answer, BareSwitch, api, bare_switch, event, listening, reply
from tests.wire.freeswitch.peer import scripted_peer
from tests.wire.freeswitch.recording import load

pytestmark = pytest.mark.wire

SUBSCRIPTION = Subscribe(("DTMF", "BACKGROUND_JOB", "CHANNEL_EXECUTE_COMPLETE", "CHANNEL_HANGUP_COMPLETE"))
QUICK = Backoff(first_s=0.01, longest_s=0.05)


class Notes:
    """Writes down all that a client tells."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.lags: list[ReaderLag] = []
        self.on_resync: Callable[[], object] = lambda: None
        self.on_event: Callable[[Event], object] = lambda told: None

    async def resync(self) -> None:
        found = self.on_resync()
        if asyncio.iscoroutine(found):
            await found
        self.told.append("resync")

    def event(self, event: Event) -> None:
        self.told.append(event.get("DTMF-Digit") or event.name)
        self.on_event(event)

    def lost(self, reason: str) -> None:
        self.told.append(f"lost: {reason}")

    def lagging(self, lag: ReaderLag) -> None:
        self.lags.append(lag)

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(20):
            while not condition():  # noqa: ASYNC110 - what is waited for is what the code under test does
                await asyncio.sleep(0.002)


@asynccontextmanager
async def connected(
    answer: Answer | None = None, heartbeat: Callable[[], Command] | None = None, **settings: object
) -> AsyncIterator[tuple[EventSocketClient, BareSwitch, Notes]]:
    async with bare_switch(answer) as (switch, port):
        notes = Notes()
        made = msgspec.convert({"password": "right", "port": port} | settings, ClientSettings, strict=False)
        made = msgspec.structs.replace(made, backoff=QUICK)
        client = EventSocketClient(made, notes, SUBSCRIPTION, random.Random(1), heartbeat)
        await client.start(5)
        try:
            yield client, switch, notes
        finally:
            await client.close()


def _echo(command: str) -> str | None:
    return api(command.removeprefix("api echo ")) if command.startswith("api echo") else None


async def test_it_logs_in_subscribes_and_takes_inventory_before_it_tells() -> None:
    def early(command: str) -> str | None:
        if command.startswith("event"):
            return reply("+OK event listener enabled json") + event("DTMF", DTMF_Digit="1")
        return _echo(command)

    async with connected(early) as (client, switch, notes):
        assert switch.commands[:2] == ["auth right", "event json " + " ".join(SUBSCRIPTION.names)]
        switch.say(event("DTMF", DTMF_Digit="2"))
        await notes.until(lambda: "2" in notes.told)
        assert notes.told == ["resync", "1", "2"]
        assert client.connected


async def test_an_inventory_may_be_taken_by_a_background_job() -> None:
    async with bare_switch(
        lambda command: (
            reply("+OK") + event("BACKGROUND_JOB", "none", Job_UUID=command.split(": ")[1])
            if command.startswith("bgapi")
            else None
        )
    ) as (_, port):
        notes = Notes()
        client = EventSocketClient(ClientSettings("right", port=port), notes, SUBSCRIPTION, random.Random(1))
        notes.on_resync = lambda: client.job("show", "channels", 2)
        await client.start(5)
        await client.close()
        assert notes.told[0] == "resync"


@pytest.mark.parametrize("password", ["wrong"])
async def test_a_wrong_password_is_said_and_nothing_is_subscribed(password: str) -> None:
    async with bare_switch() as (switch, port):
        client = EventSocketClient(
            ClientSettings(password, port=port, backoff=QUICK), Notes(), SUBSCRIPTION, random.Random(1)
        )
        with pytest.raises(SwitchAway, match="-ERR invalid"):
            await client.start(2.0)
        assert not any(command.startswith("event") for command in switch.commands)


async def test_a_stranger_that_only_talks_is_no_switch() -> None:
    async def chatter(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"SSH-2.0-OpenSSH\r\n\r\n\n\n")
        await reader.read()
        writer.close()

    async with listening(chatter) as port:
        client = EventSocketClient(
            ClientSettings("right", port=port, backoff=QUICK), Notes(), SUBSCRIPTION, random.Random(1)
        )
        with pytest.raises(SwitchAway, match="broke the protocol"):
            await client.start(2.0)


async def test_it_comes_back_by_itself_and_subscribes_again() -> None:
    async with connected(_echo) as (client, switch, notes):
        switch.hang_up()
        await notes.until(lambda: notes.told.count("resync") == 2)
        assert [told.split(":")[0] for told in notes.told] == ["resync", "lost", "resync"]
        assert sum(command.startswith("event") for command in switch.commands) == 2
        assert await client.api("echo", "again") == "again"


async def test_a_failed_inventory_starts_anew() -> None:
    async with connected(_echo) as (_, switch, notes):
        tries = iter([True, False])

        async def fail_once() -> None:
            if next(tries):
                raise Refused("not now")

        notes.on_resync = fail_once
        switch.hang_up()
        await notes.until(lambda: notes.told.count("resync") == 2)
        assert switch.connections == 3


async def test_a_switch_that_says_nothing_any_more_is_given_up() -> None:
    async with connected(_echo, heartbeat_s=0.02, heartbeat_deadline_s=0.1) as (client, switch, notes):
        switch.deaf = True
        waiting = client.submit(Api("echo", "x"), 5)
        await notes.until(lambda: len(notes.told) > 1)
        assert "no heartbeat" in notes.told[1]
        with pytest.raises(SwitchAway):
            await waiting


async def test_replies_stay_in_order_when_one_is_cancelled_and_one_comes_late() -> None:
    gate = asyncio.Event()

    async def slow(command: str) -> str | None:
        if command == "api echo slow":
            await gate.wait()
        return _echo(command)

    async with connected(slow, heartbeat_s=60) as (client, _, _):
        late = client.submit(Api("echo", "slow"), 0.05)
        cancelled = client.submit(Api("echo", "nobody"), 5)
        wanted = client.submit(Api("echo", "wanted"), 5)
        cancelled.cancel()
        with pytest.raises(SwitchAway, match="deadline"):
            await late
        gate.set()
        assert (await wanted).text == "wanted"


async def test_a_bad_argument_is_refused_at_once_connected_or_not() -> None:
    async with connected() as (client, _, _):
        with pytest.raises(CommandRefused):
            client.submit(Api("echo", "a\nb"))
        with pytest.raises(CommandRefused):
            client.job("originate", "a\n\nexit", 1)
    with pytest.raises(CommandRefused):
        client.submit(Api("echo", "a\nb"))
    with pytest.raises(SwitchAway):
        await client.submit(Api("echo", "a"))


async def test_an_error_of_the_switch_is_an_error() -> None:
    async with connected(lambda c: api("-ERR No such channel!\n") if c.startswith("api uuid") else None) as (
        client,
        _,
        _,
    ):
        with pytest.raises(Refused, match="No such channel"):
            await client.api("uuid_kill", "u")


async def test_a_job_may_be_done_before_it_is_accepted() -> None:
    def overtaken(command: str) -> str | None:
        if not command.startswith("bgapi"):
            return None
        job = command.split("Job-UUID: ")[1]
        return event("BACKGROUND_JOB", "-ERR USER_BUSY\n", Job_UUID=job) + reply(f"+OK Job-UUID: {job}")

    async with connected(overtaken) as (client, _, _):
        assert await client.job("originate", "user/1 &park()", 2) == "-ERR USER_BUSY\n"


async def test_a_job_that_is_refused_lost_or_late_ends() -> None:
    answers = {"refused": reply("-ERR permission denied"), "late": reply("+OK"), "lost": reply("+OK")}
    async with connected(
        lambda command: answers[command.split()[1]] if command.startswith("bgapi") else None, heartbeat_s=60
    ) as (client, switch, notes):
        with pytest.raises(Refused):
            await client.job("refused", "", 2)
        with pytest.raises(SwitchAway, match="within"):
            await client.job("late", "", 0.05)
        lost = client.job("lost", "", 5)
        await notes.until(lambda: switch.commands[-1].startswith("bgapi lost"))
        switch.hang_up()
        with pytest.raises(SwitchAway, match="connection lost"):
            await lost


async def test_an_application_that_is_done_gives_its_event() -> None:
    def done(command: str) -> str | None:
        if not command.startswith("sendmsg"):
            return None
        execution = command.split("Event-UUID: ")[1]
        return reply("+OK") + event(
            "CHANNEL_EXECUTE_COMPLETE", Unique_ID="u1", Application_UUID=execution, Application_Response="FILE PLAYED"
        )

    async with connected(done) as (client, _, _):
        complete = await client.execute("u1", "playback", "a.wav", 2)
        assert complete.get("Application-Response") == "FILE PLAYED"


_HANG_UP = event("CHANNEL_HANGUP_COMPLETE", Unique_ID="u1", Hangup_Cause="NORMAL_CLEARING")


@pytest.mark.parametrize(
    "answer",
    [_HANG_UP + reply("+OK"), reply("+OK") + _HANG_UP, reply("-ERR invalid session id [u1]")],
    ids=["hang-up first", "reply first", "gone already"],
)
async def test_a_leg_that_ends_ends_what_runs_on_it(answer: str) -> None:
    async with connected(lambda c: answer if c.startswith("sendmsg") else None) as (client, _, _):
        async with asyncio.timeout(10):
            with pytest.raises(LegGone):
                await client.execute("u1", "playback", "a.wav", 60)


async def test_an_application_that_never_ends_meets_its_deadline() -> None:
    async with connected(lambda c: reply("+OK") if c.startswith("sendmsg") else None) as (client, _, _):
        with pytest.raises(SwitchAway, match="not done"):
            await client.execute("u1", "playback", "a.wav", 0.05)


async def test_close_ends_all_waits() -> None:
    async with connected(lambda c: reply("+OK") if c.startswith("bgapi") else None) as (client, _, notes):
        job = client.job("originate", "x", 60)
        await client.close()
        with pytest.raises(SwitchAway):
            await job
        assert notes.told[-1] == "lost: closed by us"


async def test_only_while_attended_is_the_switch_kept_awake() -> None:
    async with connected(_echo, heartbeat_s=60, pulse_s=0.002) as (client, switch, notes):
        client.attend(True)
        await notes.until(lambda: switch.wakes > 5)
        client.attend(False)
        await client.api("echo", "all that was written before has come")
        seen = switch.wakes
        await asyncio.sleep(0.03)
        assert switch.wakes == seen


async def test_events_wait_in_order_while_the_listener_is_slow_and_the_loop_goes_on() -> None:
    async with connected(_echo, heartbeat_s=60) as (_, switch, notes):
        turns = 0

        async def others() -> None:
            nonlocal turns
            while True:
                turns += 1
                await asyncio.sleep(0)

        task = asyncio.create_task(others())
        digits = [str(n) for n in range(1, 5001)]
        switch.say(*(event("DTMF", DTMF_Digit=digit) for digit in digits))
        await notes.until(lambda: len(notes.told) == 5001)
        task.cancel()
        assert notes.told[1:] == digits
        assert turns >= 5000 // 200


async def test_a_slow_reader_is_noticed() -> None:
    async with connected(lag_warning_s=0.2) as (_, switch, notes):
        switch.say(event("DTMF", DTMF_Digit="1", Event_Date_Timestamp="1000000000"))
        await notes.until(lambda: "1" in notes.told)
        await asyncio.sleep(0.3)
        switch.say(event("DTMF", DTMF_Digit="2", Event_Date_Timestamp="1000010000"))
        await notes.until(lambda: bool(notes.lags))
        assert 0.2 <= notes.lags[0].lag_s < 10


def test_the_lag_is_told_in_seconds_and_in_events_without_common_clocks() -> None:
    meter = LagMeter()
    for second in range(11):
        lag = meter.measure(500.0 + second, 90_000.0 + second, 100)
    assert lag.lag_s == 0
    behind = meter.measure(511.0, 90_014.0, 100)
    assert behind.lag_s == pytest.approx(3)
    assert behind.waiting == pytest.approx(300, abs=60)


def test_a_lag_of_clocks_that_drift_is_forgotten() -> None:
    meter = LagMeter()
    for second in range(0, 300, 10):
        lag = meter.measure(float(second), second * 1.0001, 1)
    assert lag.lag_s < 0.02


def test_the_wait_grows_up_to_a_limit_and_is_never_the_same_for_all() -> None:
    backoff, chance = Backoff(first_s=0.1, factor=2, longest_s=5), random.Random(7)
    delays = [backoff.delay_s(failures, chance) for failures in range(1, 40)]
    assert all(0.05 <= delay <= 5 for delay in delays)
    assert delays[0] <= 0.1
    assert max(delays) > 4
    assert len(set(delays)) == len(delays)
    assert delays == [backoff.delay_s(n, again) for again in [random.Random(7)] for n in range(1, 40)]


@pytest.mark.parametrize("form", ["plain", "json"])
async def test_a_recorded_conversation_runs_again(form: str) -> None:
    async with scripted_peer(load(f"originate_{form}"), pace=0.2) as (peer, port):
        notes = Notes()
        names = load(f"originate_{form}")[3].frame.split()[2:]
        client = EventSocketClient(
            ClientSettings("any", port=port), notes, Subscribe(tuple(names), form=form), random.Random(1)
        )
        notes.on_resync = lambda: client.api("show", "channels as json")
        await client.start(5)
        name = "{origination_caller_id_name='Zoë 王%0AHangup-Cause: X',origination_caller_id_number=13800138000}"
        leg = (await client.job("originate", name + "loopback/9/hotline-callers &park()", 5)).split()[1]
        assert (await client.execute(leg, "playback", "tone_stream://%(200,0,440)", 5)).leg == leg
        await client.api("uuid_recv_dtmf", f"{leg} 5")
        playing = client.execute(leg, "playback", "tone_stream://%(2000,0,440)", 5)
        with pytest.raises(Refused):
            await client.api("uuid_setvar", "nobody a b")
        await notes.until(lambda: "5" in notes.told)
        await client.api("uuid_kill", leg)
        await asyncio.wait([playing], timeout=2)
        assert playing.done()
        await notes.until(lambda: notes.told.count("CHANNEL_HANGUP_COMPLETE") == 2)
        await client.close()
        assert peer.faults == []
