"""While the controller is away, callers meet the compiled fallback of each switch, and each leaves a line to import."""

from __future__ import annotations

import asyncio
import wave
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from phones.agent_phone import AgentPhone, Answer
from phones.audio import RATE_HZ, tone
from phones.caller import PhoneLine
from phones.digest import Credentials
from phones.endpoint import Endpoint
from switch.asterisk.instance.fallback import compile_fallback as compile_for_asterisk
from switch.asterisk.instance.imported import FallbackLog as AsteriskLog
from switch.asterisk.instance.process import AsteriskProcess
from switch.asterisk.instance.settings import AsteriskSettings
from switch.fallback import FOREVER, Announcement, FallbackLine, OpeningHours, RingGroup, Span
from switch.freeswitch.instance.fallback import compile_fallback as compile_for_freeswitch
from switch.freeswitch.instance.imported import FallbackLog as FreeSwitchLog
from switch.freeswitch.instance.installation import locate
from switch.freeswitch.instance.process import FreeSwitchProcess
from switch.freeswitch.instance.settings import FreeSwitchSettings
from switch.freeswitch.instance.upkeep import set_fallback
from switch.missed import FallbackCall, FallbackOutcome
from tests.live.conftest import until
from tests.live.freeswitch import own_freeswitch

pytestmark = pytest.mark.live

ALWAYS = OpeningHours("Asia/Shanghai", {day: (Span(0, 1440),) for day in range(1, 8)})
NEVER = OpeningHours("Asia/Shanghai", {})
CARE = RingGroup("care", ("agent-1001", "agent-1003"))
LOANS = RingGroup("loans", ("agent-1002",))
CALLER = "+8613800138000"


class Away(Protocol):
    """A switch without a controller."""

    @property
    def settings(self) -> AsteriskSettings | FreeSwitchSettings: ...

    async def publish(self, line: FallbackLine) -> None: ...

    def log(self) -> AsteriskLog | FreeSwitchLog: ...


@dataclass
class AsteriskAway:
    process: AsteriskProcess

    @property
    def settings(self) -> AsteriskSettings:
        return self.process.settings

    async def publish(self, line: FallbackLine) -> None:
        await self.process.set_fallback(compile_for_asterisk([line], str(self.settings.voicemail_dir)))

    def log(self) -> AsteriskLog:
        return AsteriskLog(self.settings.fallback_log)


@dataclass
class FreeSwitchAway:
    process: FreeSwitchProcess

    @property
    def settings(self) -> FreeSwitchSettings:
        return self.process.settings

    async def publish(self, line: FallbackLine) -> None:
        dialplan = compile_for_freeswitch([line], str(self.settings.voicemail_dir))
        await set_fallback(self.settings, dialplan, [line.hours.zone])

    def log(self) -> FreeSwitchLog:
        return FreeSwitchLog(self.settings.fallback_log)


# Each prompt is a tone of its own, so that a caller can tell which one is playing.
GREETING_HZ, MENU_HZ, CLOSED_HZ, MESSAGE_HZ, WORDS_HZ, OVER_HZ = 400.0, 500.0, 600.0, 700.0, 800.0, 900.0


@pytest.fixture(params=["asterisk", *(["freeswitch"] if locate() else [])])
async def away(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Away]:
    """A switch that no controller has ever come to."""
    if request.param == "asterisk":
        settings = request.getfixturevalue("asterisk_settings")()
        async with AsteriskProcess(settings, request.getfixturevalue("installation")) as asterisk:
            yield AsteriskAway(asterisk)
    else:
        async with own_freeswitch(tmp_path / "freeswitch") as freeswitch:
            yield FreeSwitchAway(freeswitch)


@pytest.fixture
async def line(away: Away) -> AsyncIterator[PhoneLine]:
    endpoint = await Endpoint.open()
    yield PhoneLine(endpoint, ("127.0.0.1", away.settings.sip_port), CALLER)
    endpoint.close()


def prompt(directory: Path, name: str, hz: float, duration_s: float) -> str:
    """Writes a tone as a sound file; its path without ending."""
    with wave.open(str(directory / f"{name}.wav"), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE_HZ)
        out.writeframes(tone(hz, duration_s).samples.tobytes())
    return str(directory / name)


async def publish(away: Away, directory: Path, hours: OpeningHours) -> None:
    main = FallbackLine(
        "main",
        hours,
        CARE,
        keys={"1": CARE, "2": LOANS},
        greeting=prompt(directory, "greeting", GREETING_HZ, 0.4),
        menu=prompt(directory, "menu", MENU_HZ, 3),
        closed=prompt(directory, "closed", CLOSED_HZ, 1),
        leave_message=prompt(directory, "message", MESSAGE_HZ, 0.6),
        ring_s=10,
    )
    await away.publish(main)


async def recorded(away: Away, count: int = 1) -> list[FallbackCall]:
    """The imported calls, once there are `count` of them."""
    log = away.log()

    def complete() -> bool:
        return len(log.take()[0]) >= count

    await until(complete)
    calls, unreadable = log.take()
    assert unreadable == []
    return calls


async def test_before_anything_is_published_an_apology(away: Away, line: PhoneLine) -> None:
    call = await line.dial("95588")
    await call.answered(5)
    await call.hear_speech(5)
    await call.ended(15)
    (imported,) = await recorded(away)
    assert (imported.outcome, imported.caller, imported.dialled) == (FallbackOutcome.APOLOGY, CALLER, "95588")
    assert imported.line == ""


async def test_a_key_of_the_menu_rings_its_group_and_both_talk(away: Away, line: PhoneLine, tmp_path: Path) -> None:
    await publish(away, tmp_path, ALWAYS)
    account = away.settings.accounts[1]
    phone = AgentPhone(
        await Endpoint.open(),
        ("127.0.0.1", away.settings.sip_port),
        Credentials(account.user, account.secret),
        lambda call: Answer(clip=tone(900, 1)),
    )
    await phone.register(60)
    call = await line.dial("95588", clip=tone(1000, 1))
    await call.hear_tone(GREETING_HZ, 5)
    await call.hear_tone(MENU_HZ, 5)
    await call.press("2")
    talking = await asyncio.wait_for(phone.new_calls.get(), 20.0)
    await call.hear_tone(900, 5)
    await talking.hear_tone(1000, 5)
    await call.hang_up()
    (imported,) = await recorded(away)
    assert imported.outcome is FallbackOutcome.ANSWERED
    assert (imported.line, imported.group, imported.agent) == ("main", "loans", "agent-1002")
    await phone.close()
    phone.endpoint.close()


async def test_nobody_answers_and_the_message_is_kept(away: Away, line: PhoneLine, tmp_path: Path) -> None:
    await publish(away, tmp_path, ALWAYS)
    call = await line.dial("95588")
    await call.hear_tone(MENU_HZ, 5)
    await call.press("1")
    await call.hear_tone(MESSAGE_HZ, 10)
    call.say(tone(1200, 1), loop=True)
    voicemail = away.settings.voicemail_dir
    await until(lambda: any(file.stat().st_size > 8_000 for file in voicemail.glob("*.wav")))
    await call.hang_up()
    (imported,) = await recorded(away)
    assert (imported.outcome, imported.group, imported.agent) == (FallbackOutcome.NO_ANSWER, "care", "")
    assert loudest_hz(voicemail / imported.voicemail) == pytest.approx(1200, abs=10)


async def test_when_closed_the_caller_hears_so(away: Away, line: PhoneLine, tmp_path: Path) -> None:
    await publish(away, tmp_path, NEVER)
    call = await line.dial("95588")
    await call.hear_tone(CLOSED_HZ, 5)
    await call.hang_up()
    (imported,) = await recorded(away)
    assert (imported.outcome, imported.voicemail) == (FallbackOutcome.CLOSED, "")


async def test_words_come_first_and_a_closed_queue_rings_nobody_each_until_its_end(
    away: Away, line: PhoneLine, tmp_path: Path
) -> None:
    over = int(datetime.now(UTC).timestamp()) - 1
    main = FallbackLine(
        "main",
        ALWAYS,
        CARE,
        keys={"1": replace(LOANS, closed_until=FOREVER), "2": replace(CARE, closed_until=over)},
        greeting=prompt(tmp_path, "greeting", GREETING_HZ, 0.4),
        menu=prompt(tmp_path, "menu", MENU_HZ, 3),
        leave_message=prompt(tmp_path, "message", MESSAGE_HZ, 0.6),
        ring_s=10,
        announcements=(
            Announcement(prompt(tmp_path, "over", OVER_HZ, 1.0), over),
            Announcement(prompt(tmp_path, "words", WORDS_HZ, 1.0), FOREVER),
        ),
    )
    await away.publish(replace(main, group=main.keys["2"]))
    account = away.settings.accounts[1]
    credentials = Credentials(account.user, account.secret)
    phone = AgentPhone(await Endpoint.open(), ("127.0.0.1", away.settings.sip_port), credentials)
    await phone.register(60)
    call = await line.dial("95588")
    await call.hear_tone(WORDS_HZ, 5)
    await call.hear_tone(MENU_HZ, 5)
    heard, label_of = set(call.stream.history(0.0).labels.tolist()), call.stream.ear.label_of
    assert (label_of(WORDS_HZ) in heard, label_of(OVER_HZ) in heard) == (True, False)
    await call.press("1")
    await call.hear_tone(MESSAGE_HZ, 5)
    await call.hang_up()
    other = await line.dial("95588")
    await other.hear_tone(MENU_HZ, 10)
    await other.press("2")
    await other.hear_tone(MESSAGE_HZ, 10)  # none of its phones is there
    await other.hang_up()
    closed, rang = await recorded(away, count=2)
    assert (closed.outcome, closed.group) == (FallbackOutcome.CLOSED, "loans")
    assert (rang.outcome, rang.group) == (FallbackOutcome.NO_ANSWER, "care")
    assert phone.new_calls.empty(), "a phone of the closed queue has rung"
    await phone.close()
    phone.endpoint.close()


def about_noon() -> datetime:
    """Now, in a zone where it is between 12:00 and 13:00: no test runs into midnight."""
    now = datetime.now(UTC)
    east = 12 - now.hour
    return now.astimezone(ZoneInfo(f"Etc/GMT{-east:+d}" if east else "Etc/GMT"))


@pytest.mark.parametrize(
    ("weekday", "date", "heard_hz"),
    [
        ((Span(0, 600), Span(660, 840)), None, GREETING_HZ),
        ((Span(0, 600), Span(840, 1440)), None, CLOSED_HZ),
        ((Span(0, 1440),), (), CLOSED_HZ),
        ((), (Span(660, 840),), GREETING_HZ),
    ],
    ids=["open now", "between two spans", "a holiday", "a make-up workday"],
)
async def test_hours_as_the_switch_reckons_them(
    away: Away,
    line: PhoneLine,
    tmp_path: Path,
    weekday: tuple[Span, ...],
    date: tuple[Span, ...] | None,
    heard_hz: float,
) -> None:
    now = about_noon()
    dates = {} if date is None else {now.date(): date}
    await publish(away, tmp_path, OpeningHours(str(now.tzinfo), {now.isoweekday(): weekday}, dates))
    call = await line.dial("95588")
    await call.hear_tone(heard_hz, 5)
    await call.hang_up()


async def test_calls_at_once_leave_whole_lines(away: Away, line: PhoneLine, tmp_path: Path) -> None:
    await publish(away, tmp_path, NEVER)
    calls = [await line.dial("95588", caller_id=f"1390000{number:04}") for number in range(20)]
    for call in calls:
        await call.answered(10)
    await asyncio.gather(*(call.hang_up() for call in calls))
    imported = await recorded(away, count=20)
    assert sorted(call.caller for call in imported) == [f"1390000{number:04}" for number in range(20)]


async def test_a_caller_cannot_forge_a_field(away: Away, line: PhoneLine) -> None:
    names = ("x%20outcome=answered", "x%0Av=1%20id=9", "a,b", "%24%7BEPOCH%7D", "%22)%26System(x")
    calls = [await line.dial("95588", caller_id=name) for name in names]
    for call in calls:
        await call.answered(5)
    await asyncio.gather(*(call.hang_up() for call in calls))
    imported = await recorded(away, count=len(names))
    assert {call.outcome for call in imported} == {FallbackOutcome.APOLOGY}
    assert {call.dialled for call in imported} == {"95588"}
    # Asterisk keeps a number as it was sent; FreeSWITCH would expand it, so there it is withheld.
    assert {call.caller for call in imported} & {"${EPOCH}", "anonymous"}


def loudest_hz(path: Path) -> float:
    with wave.open(str(path)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(float)
        rate = file.getframerate()
    spectrum = np.abs(np.fft.rfft(samples))
    return float(np.argmax(spectrum) * rate / len(samples))
