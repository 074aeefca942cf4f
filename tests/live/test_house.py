"""A real `hotline serve` on a real Asterisk, with real phones: what people hear, and what is written down."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio
import soundfile

from phones.agent_phone import Answer, LetRing, Reject
from phones.audio import tone
from phones.facts import CallFailed
from switch.asterisk.instance.installation import Installation
from tests.live.conftest import until
from tests.live.live_site import ROOT, LiveSite
from tests.live.site_files import AGENT, BYE, CALLER, CODE, MENU, NOTED, PIN, SORRY, WHISPER

pytestmark = [pytest.mark.live, pytest.mark.asyncio(loop_scope="module")]

ANSWERS = Answer(clip=tone(AGENT, 1.0))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LiveSite]:
    async with LiveSite(tmp_path_factory.mktemp("house"), installation) as house:
        yield house


@pytest_asyncio.fixture(loop_scope="module", autouse=True)
async def apart(house: LiveSite) -> AsyncIterator[None]:
    """No test sees another's callers and agents, also not those of one that failed."""
    yield
    await house.clear()


def share(samples: np.ndarray, hz: float, rate: int) -> float:
    """The part of the loudness that is at this tone."""
    power = np.abs(np.fft.rfft(samples.astype(float))) ** 2
    at = round(hz * len(samples) / rate)
    return float(power[at - 3 : at + 4].sum() / max(power[3:].sum(), 1.0))


async def hotline(house: LiveSite, *words: str) -> str:
    """What the command prints."""
    command = (sys.executable, "-m", "hotline", *words, "--site", str(house.folder))
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE, cwd=ROOT)
    out, _ = await process.communicate()
    assert process.returncode == 0
    return out.decode()


async def test_from_the_menu_to_an_agent_and_a_recording_of_both(house: LiveSite) -> None:
    caller = "13800000001"
    async with house.signed_in("8001", lambda call: ANSWERS) as phone:
        call = await house.queued(caller)
        ringing = await asyncio.wait_for(phone.new_calls.get(), 20.0)
        whispered_at = await ringing.hear_tone(WHISPER)
        await ringing.hear_tone(CALLER, after=whispered_at)
        await call.hear_tone(AGENT)
        await house.in_place(caller, "talking")
        await call.say(tone(CALLER, 1.0))  # a sentence: a talk of no length has a recording of none
        with pytest.raises(TimeoutError):  # the whisper was the agent's alone
            await call.hear_tone(WHISPER, timeout_s=0.1, after=0.0)
        await ringing.hang_up()
        await call.hear_tone(BYE)
        await call.ended(timeout_s=20.0)
    row = await house.row_of(caller)
    assert (row["outcome"], row["agent"]) == ("answered", "8001")
    assert row["arrived_at"] < row["queued_at"] < row["answered_at"] < row["ended_at"]
    await until(lambda: bool(house.rows("SELECT path FROM recordings WHERE call = ?", row["call"])))
    sound, rate = soundfile.read(house.rows("SELECT path FROM recordings WHERE call = ?", row["call"])[0][0])
    middle = sound[len(sound) // 4 : -len(sound) // 4 or None]
    assert share(middle[:, 0], CALLER, rate) > 0.8, "left is the caller"
    assert share(middle[:, 1], AGENT, rate) > 0.8, "right is the agent"


async def test_secret_digits_are_nowhere(house: LiveSite) -> None:
    caller, in_flow, in_talk = "13800000002", "73917391", "846275"
    async with house.signed_in("8001", lambda call: ANSWERS) as phone:
        call = await house.dial(caller)
        await call.hear_tone(MENU)
        await call.press("3")
        await call.hear_tone(PIN)
        await call.press(in_flow)
        await call.hear_tone(NOTED)
        await call.hear_tone(MENU)
        await call.press("1")
        ringing = await asyncio.wait_for(phone.new_calls.get(), 20.0)
        await ringing.hear_tone(CALLER)
        name = (await house.in_place(caller, "talking"))["call"]
        await ringing.press("*8")

        def keys() -> list[str]:
            found = house.rows(
                "SELECT event FROM journal WHERE CAST(event AS TEXT) LIKE ? ORDER BY seq",
                f'%DigitPressed%"leg":"{name}"%',
            )
            return [json.loads(row[0])["digit"] for row in found]

        agents = (
            "SELECT event FROM journal WHERE CAST(event AS TEXT) LIKE '%DigitPressed%' "
            f"AND CAST(event AS TEXT) NOT LIKE '%{name}%' ORDER BY seq"
        )
        await until(lambda: [json.loads(row[0])["digit"] for row in house.rows(agents)][-2:] == ["*", "8"])
        await call.press(in_talk + "#")
        await until(lambda: keys()[-1] == "#")
        assert keys() == ["3", *"••••••••", "1", *"••••••", "#"]
        await call.hang_up()
    row = await house.row_of(caller)
    await until(lambda: bool(house.rows("SELECT path FROM recordings WHERE call = ?", row["call"])))
    sound, rate = soundfile.read(house.rows("SELECT path FROM recordings WHERE call = ?", row["call"])[0][0])
    quiet = np.abs(sound).max(axis=1) < 0.002
    assert quiet.sum() > rate * 0.5, "silent while they were keyed"
    for pressed in house.rows("SELECT keys FROM steps WHERE call = ?", row["call"]):
        assert in_flow not in pressed[0]
    for path in (house.site.database, house.log_file, house.site.database.with_suffix(".db-wal")):
        text = path.read_bytes() if path.exists() else b""
        assert in_flow.encode() not in text.replace(name.encode(), b""), path
        assert in_talk.encode() not in text.replace(name.encode(), b""), path


async def test_who_declines_is_not_recorded(house: LiveSite) -> None:
    caller = "13000000011"
    async with house.signed_in("8001", lambda _: ANSWERS) as phone:
        call = await house.dial(caller)
        await call.hear_tone(MENU)
        await call.press("6")
        await call.hear_tone(NOTED)
        await call.press("1")
        agent = await asyncio.wait_for(phone.new_calls.get(), 20.0)
        await call.hear_tone(AGENT)
        await agent.hear_tone(CALLER)
        await call.hang_up()
    row = await house.row_of(caller)
    assert house.rows("SELECT consent, outcome FROM calls WHERE call = ?", row["call"]) == [("declined", "answered")]
    assert sounds_of(house, row["call"]) == []


async def test_who_declines_in_the_talk_leaves_no_recording(house: LiveSite) -> None:
    caller = "13000000012"
    async with house.signed_in("8001", lambda _: ANSWERS) as phone:
        call = await house.queued(caller)
        agent = await asyncio.wait_for(phone.new_calls.get(), 20.0)
        await call.hear_tone(AGENT)
        talk = (await house.in_place(caller, "talking"))["call"]
        await until(lambda: bool(sounds_of(house, talk)))
        since = house.log_file.stat().st_size
        await agent.press("*7")
        await until(lambda: bool(house.logged("recording declined", since)))
        await call.hang_up()
    await house.row_of(caller)
    assert house.rows("SELECT consent FROM calls WHERE call = ?", talk) == [("declined",)]
    finished = "SELECT count(*) FROM journal WHERE instr(event, 'RecordingFinished') AND instr(event, ?)"
    await until(lambda: house.rows(finished, talk) == [(1,)])
    await until(lambda: sounds_of(house, talk) == [])
    assert house.rows("SELECT path FROM recordings WHERE call = ?", talk) == []


def sounds_of(house: LiveSite, call: str) -> list[Path]:
    """All that is in the folder of recordings of a call."""
    return [path for path in (house.site.state / "asterisk/spool/recording").rglob("*") if call in path.name]


async def test_no_answer_keeps_the_place_and_the_next_agent_rings(house: LiveSite) -> None:
    caller = "13800000003"
    async with house.signed_in("8001", lambda call: LetRing()) as first:
        later = await house.dial("13800000004")
        await later.hear_tone(MENU)
        call = await house.queued(caller)
        await asyncio.wait_for(first.new_calls.get(), 20.0)
        async with house.signed_in("8002", lambda call: ANSWERS) as second:
            await later.press("1")
            ringing = await asyncio.wait_for(second.new_calls.get(), 20.0)  # for the later one: it waits alone
            await later.hear_tone(AGENT)
            await ringing.hang_up()
            await later.ended(timeout_s=20.0)
            await call.hear_tone(AGENT, timeout_s=15.0)
            assert (await house.in_place(caller, "talking"))["agent"] == "8002"
            await call.hang_up()
    legs = house.rows(
        "SELECT party, cause FROM legs WHERE call = ? AND role = 'agent'", (await house.row_of(caller))["call"]
    )
    assert ("8001", "no_answer") in legs


async def test_a_phone_that_refuses_or_vanishes_gives_the_caller_back(house: LiveSite) -> None:
    caller = "13800000005"
    async with house.signed_in("8001", lambda call: Reject(486)) as phone:
        call = await house.queued(caller)
        await asyncio.wait_for(phone.new_calls.get(), 20.0)
        await house.in_place(caller, "waiting")
        phone.vanish()
        try:
            assert await house.post("/agents/8001/ready") == 200
            async with house.signed_in("8002", lambda call: ANSWERS):
                await call.hear_tone(AGENT, timeout_s=15.0)
                await call.hang_up()
        finally:
            await house.replace_phone("8001")
    assert (await house.row_of(caller))["agent"] == "8002"


async def test_star_codes_move_an_agent_and_are_confirmed(house: LiveSite) -> None:
    phone = house.phones["8002"]
    for code, state in (("*61", "idle"), ("*63", "paused"), ("*64", "idle"), ("*62", "offline")):
        call = await phone.dial(code)
        await call.hear_tone(CODE)
        await house.agent_is("8002", state)
        await call.ended(timeout_s=20.0)
    await house.nobody_left()


async def test_wrap_up_ends_by_a_code_and_the_next_caller_comes(house: LiveSite) -> None:
    usual = (house.folder / "dialplans/queues.yaml").read_text()
    await house.publish({"dialplans/queues.yaml": "queues: {care: {wrap_up_s: 300}}\n"}, {})
    try:
        async with house.signed_in("8001", lambda call: ANSWERS) as phone:
            call = await house.queued("13800000006")
            await call.hear_tone(AGENT)
            await call.hang_up()
            await house.agent_is("8001", "wrap_up")
            done = await phone.dial("*65")
            await house.agent_is("8001", "idle")
            await done.ended(timeout_s=20.0)
    finally:
        await house.publish({"dialplans/queues.yaml": usual}, {})


async def test_cases_by_caller_and_by_agent_are_filed_and_shown(house: LiveSite) -> None:
    caller = "13800000007"
    async with house.signed_in("8001", lambda call: ANSWERS) as phone:
        call = await house.dial(caller)
        await call.hear_tone(MENU)
        await call.press("2")
        await call.hear_tone(NOTED)
        await call.hear_tone(MENU)
        await call.press("1")
        ringing = await asyncio.wait_for(phone.new_calls.get(), 20.0)
        await ringing.hear_tone(CALLER)
        name = (await house.in_place(caller, "talking"))["call"]
        await ringing.press("*9")
        await until(lambda: len(house.rows("SELECT number FROM cases WHERE call = ?", name)) == 2)
        await call.hang_up()
    await house.row_of(caller)
    cases, calls, why = await asyncio.gather(
        hotline(house, "cases", "--json"), hotline(house, "calls", "--json"), hotline(house, "why", name, "--json")
    )
    mine = [case for case in json.loads(cases) if case["call"] == name]
    assert {(case["asked_by"], case["category"]) for case in mine} == {("caller", "complaint"), ("agent", "agent")}
    assert {case["state"] for case in mine} <= {"open", "accepted"}, "a moment later they are taken in"
    assert caller not in cases + calls + why, "numbers are masked"
    assert any(row["call"] == name for row in json.loads(calls))
    story = json.loads(why)
    assert [step["step"] for step in story["steps"]][:2] == ["choose", "choose.keys.2"]
    assert {leg["role"] for leg in story["legs"]} == {"caller", "agent"}


async def test_the_web_asks_for_the_token_and_tells_figures(house: LiveSite) -> None:
    for path in ("/live", "/metrics", "/calls", "/cases"):
        async with house.session.get(path, headers={"Authorization": "Bearer wrong"}) as answer:
            assert answer.status == 401, path
        async with house.session.get(path) as answer:
            assert answer.status == 200, path
            if path == "/metrics":
                assert "hotline_" in await answer.text()
    async with house.session.get("/health", headers={"Authorization": ""}) as answer:
        assert (await answer.json())["ok"] is True
    assert await house.post("/agents/nobody/sign-in") == 404


async def test_a_lookup_that_hangs_ends_at_its_deadline(house: LiveSite) -> None:
    call = await house.dial("13800000008")
    await call.hear_tone(MENU)
    press = await call.press("4")
    assert await call.hear_tone(SORRY) - press.ended_at < 4.0
    await call.hear_tone(MENU)
    await call.hang_up()


async def test_no_agents_lets_the_caller_wait_and_leave(house: LiveSite) -> None:
    caller = "13800000009"
    call = await house.queued(caller)
    await house.in_place(caller, "waiting")
    await call.heard_audio(after=call.stream.presses[-1].ended_at)
    await call.hang_up()
    assert (await house.row_of(caller))["outcome"] == "abandoned"


async def test_a_prompt_that_is_missing_on_disk_is_told_and_the_flow_goes_on(house: LiveSite) -> None:
    since = house.log_file.stat().st_size
    version = (await house.live())["version"]
    from hotline.versions.store import Versions

    stem = Path(Versions(house.site.versions).program(version).clips["en"]["noted"])
    files = [(path, path.read_bytes()) for path in stem.parent.glob(f"{stem.name}.*")]
    try:
        for path, _ in files:
            path.unlink()
        call = await house.dial("13800000010")
        await call.hear_tone(MENU)
        press = await call.press("2")
        await call.hear_tone(MENU, after=press.ended_at + 0.3)
        await call.hang_up()
    finally:
        for path, data in files:
            path.write_bytes(data)
    await until(lambda: bool(house.logged("prompt not played", since)))
    assert "publish again" in house.logged("prompt not played", since)[0]["advice"]


async def test_callers_hang_up_at_any_moment(house: LiveSite) -> None:
    """At each tenth of a second of a call's first two, through menu, queue, ringing and the beginning of the talk."""
    async with house.signed_in("8001", lambda call: ANSWERS), house.signed_in("8002", lambda call: ANSWERS):

        async def one(number: int) -> None:
            call = await house.dial(f"139000001{number:02}")
            keyed = asyncio.create_task(_choose(call))
            await asyncio.wait({keyed, asyncio.create_task(call.ended())}, timeout=number * 0.1)
            await call.hang_up()
            await asyncio.gather(keyed, return_exceptions=True)

        await asyncio.gather(*(one(number) for number in range(20)))
        await house.nobody_left()
    assert not house.logged("a rule is broken")
    rows = house.rows("SELECT call, outcome FROM calls WHERE caller LIKE '%139000001%'")
    assert {outcome for _, outcome in rows} <= {"left_in_menu", "abandoned", "answered"}
    arrived = house.rows("SELECT COUNT(*) FROM journal WHERE CAST(event AS TEXT) LIKE '%CallArrived%139000001%'")[0][0]
    assert len(rows) == arrived


async def _choose(call: object) -> None:
    from phones.caller import OutgoingCall

    assert isinstance(call, OutgoingCall)
    try:
        await call.hear_tone(MENU)
        await call.press("1")
    except (CallFailed, TimeoutError):
        return
