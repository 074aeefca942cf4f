"""Hold, calls between agents and calls outside, at real phones and a gateway on a real switch, by measured tones."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
import time
from collections.abc import AsyncIterator, Mapping
from typing import Any

import numpy as np
import pytest
import pytest_asyncio
import soundfile
import yaml

from hotline.site.site import Site
from phones.agent_phone import Answer, LetRing, Reject
from phones.audio import tone
from phones.digest import Credentials
from switch.asterisk.instance.installation import Installation
from switch.freeswitch.instance.installation import locate
from tests.live.conftest import until
from tests.live.freeswitch import NAMED
from tests.live.freeswitch_site import FreeSwitchSite
from tests.live.gateway import Gateway
from tests.live.live_site import NUMBER, ROOT, LiveSite
from tests.live.network import failed, outside, says
from tests.live.site_files import AGENT, CALLER, record

pytestmark = [pytest.mark.live, pytest.mark.asyncio(loop_scope="module")]

USER, PASSWORD = "4000095183", "open sesame"
SHOWN = "+862195183000"
OUTSIDE, LISTED = "13900007001", "13900007009"
REFUSED, BUSY, UNREACHABLE, NO_ANSWER = 300, 500, 700, 800
"""What is said, in Hz."""
COLLEAGUE = 1600
"""What the second agent says."""
HOLD_ALERT_S = 2.0
RULES = f"kinds: [mobile, fixed]\ncaller_id: '{SHOWN}'\nrecord: true\nring_s: 6\n"


class CallingSite(LiveSite):
    """With a trunk that wants a password, rules for agents' calls, and a do-not-call list."""

    carrier: Gateway
    asked_at = 0.0
    """When a call of an agent was asked for last, UTC."""

    def make_site(self, switch: Mapping[str, Any], web_port: int) -> Site:
        site = super().make_site(switch, web_port)
        files = {
            "dialplans/trunks.yaml": yaml.safe_dump({"trunks": {"carrier": self.carrier.as_trunk(USER, SHOWN)}}),
            "dialplans/outgoing.yaml": RULES,
            "dialplans/queues.yaml": (
                "queues: {care: {record: true, ring_s: 4, wrap_up_s: 1, miss_limit: 9, "
                f"hold_alert_s: {HOLD_ALERT_S}}}}}\n"
            ),
            "dialplans/entry.yaml": f'default: main\n"{NUMBER}": main\n',
            "do_not_call.txt": f"{LISTED}\n",
        }
        for name, text in files.items():
            (self.folder / name).write_text(text, encoding="utf-8")
        sounds = {
            "dial_refused": REFUSED,
            "dial_busy": BUSY,
            "dial_unreachable": UNREACHABLE,
            "dial_no_answer": NO_ANSWER,
        }
        prompts = self.folder / "prompts/en.yaml"
        prompts.write_text(yaml.safe_dump({**yaml.safe_load(prompts.read_text()), **dict.fromkeys(sounds, "beep")}))
        for name, hz in sounds.items():
            record(self.folder / "prompts/recordings/en" / f"{name}.wav", hz, 0.6)
        (site.state / "secrets").mkdir(parents=True)
        (site.state / "secrets/carrier").write_text(PASSWORD + "\n")
        return site

    async def agents_call(self, outcome: str) -> dict[str, Any]:
        """The call that an agent made since the last question, once it is over."""
        names = ("call", "caller", "called", "direction", "agent", "outcome", "cause", "arrived_at", "ended_at")
        query = f"SELECT {', '.join(names)} FROM calls WHERE direction != 'in' AND arrived_at > ?"
        since = self.asked_at

        def over() -> bool:
            return [row[5] for row in self.rows(query, since)] == [outcome]

        try:
            await until(over, 10.0)
        except TimeoutError:
            raise AssertionError(f"not {outcome}: {self.rows(query, since)}") from None
        self.asked_at = time.time()
        return dict(zip(names, self.rows(query, since)[0], strict=True))

    async def shown(self, **wanted: Any) -> dict[str, Any]:
        """The call on the board that is so, once there is one."""
        found: list[dict[str, Any]] = []

        async def there() -> bool:
            found[:] = [
                call for call in (await self.live())["calls"] if all(call[key] == wanted[key] for key in wanted)
            ]
            return bool(found)

        await until(there, 10.0)
        return found[0]


class CallingOnFreeSwitch(CallingSite, FreeSwitchSite):
    """The same with another switch under it."""


SWITCHES = ["asterisk", *(["freeswitch"] if NAMED or locate() else [])]


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=SWITCHES)
async def house(
    request: pytest.FixtureRequest, installation: Installation, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[CallingSite]:
    kind = CallingSite if request.param == "asterisk" else CallingOnFreeSwitch
    site = kind(tmp_path_factory.mktemp("calling"), installation, {"do_not_call": "do_not_call.txt"})
    site.carrier = await Gateway.at("127.0.0.2", Credentials(USER, PASSWORD))
    async with site:
        await until(lambda: site.carrier.registered)
        yield site
    site.carrier.close()


@pytest.fixture(autouse=True)
def _from_now_on(house: CallingSite) -> None:
    house.asked_at = time.time()


async def test_hold_is_heard_seen_counted_and_told(house: CallingSite) -> None:
    caller = "13800007100"
    since = house.log_file.stat().st_size
    async with house.signed_in("8001", lambda call: says(AGENT)) as phone:
        call = await house.queued(caller)
        ringing = await asyncio.wait_for(phone.new_calls.get(), 20.0)
        await call.hear_tone(AGENT)
        await house.in_place(caller, "talking")
        held_at = time.monotonic()
        await ringing.hold()
        music_at = await call.heard_audio(5.0, after=held_at + 0.1)
        assert music_at - held_at < 1.0
        assert (await house.shown(place="talking"))["held_s"] is not None
        with pytest.raises(TimeoutError):
            await call.hear_tone(AGENT, 0.5, after=held_at + 0.2)
        await until(lambda: bool(house.logged("long hold", since)), 10.0)
        await ringing.resume()
        resumed_at = time.monotonic()
        await call.hear_tone(AGENT, after=resumed_at)
        await ringing.hear_tone(CALLER, after=resumed_at)
        held_s = resumed_at - held_at
        assert (await house.shown(place="talking"))["held_s"] is None
        await ringing.hang_up()
        await call.ended(timeout_s=10.0)
    row = await house.row_of(caller)
    (holds, counted_s), *more = house.rows("SELECT holds, held_s FROM talks WHERE call = ?", row["call"])
    assert not more
    assert holds == 1
    assert counted_s == pytest.approx(held_s, abs=0.3)
    assert counted_s >= HOLD_ALERT_S
    assert len(house.logged("long hold", since)) == 1, "told once"
    shown = json.loads(await hotline(house, "calls", "--json"))
    assert next(one for one in shown if one["call"] == row["call"])["held_s"] == pytest.approx(counted_s)
    assert f"on hold once for {counted_s:.1f} s" in await hotline(house, "why", row["call"])


async def hotline(house: CallingSite, *words: str) -> str:
    """What the command prints."""
    command = (sys.executable, "-m", "hotline", *words, "--site", str(house.folder))
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE, cwd=ROOT)
    out, _ = await process.communicate()
    assert process.returncode == 0
    return out.decode()


async def test_an_agent_calls_a_colleague_and_neither_is_offered_anybody(house: CallingSite) -> None:
    caller = "13800007200"
    async with (
        house.signed_in("8001", lambda call: says(AGENT)) as phone,
        house.signed_in("8002", lambda call: says(COLLEAGUE)) as colleague,
    ):
        call = await phone.dial("8002", tone(AGENT, 1.0))
        ringing = await asyncio.wait_for(colleague.new_calls.get(), 10.0)
        assert ringing.facts.from_user == "8001", "they see who calls"
        await call.answered()
        await call.hear_tone(COLLEAGUE)
        await ringing.hear_tone(AGENT)
        assert call.facts.ringing_at is not None, "the phone was told that it rings"
        shown = await house.shown(direction="internal", place="talking")
        assert (shown["caller"], shown["called"], shown["agent"]) == ("8001", "8002", "8001")
        for agent in ("8001", "8002"):
            await house.agent_is(agent, "paused")
        waits = await house.queued(caller)
        await house.in_place(caller, "waiting")
        assert phone.new_calls.empty()
        assert colleague.new_calls.empty()
        await call.hang_up()
        await ringing.ended(5.0)
        rings = [asyncio.ensure_future(one.new_calls.get()) for one in (phone, colleague)]
        await asyncio.wait(rings, timeout=10.0, return_when=asyncio.FIRST_COMPLETED)
        assert any(ring.done() for ring in rings), "free again, they are offered whoever waits"
        for ring in rings:
            ring.cancel()
        await waits.hang_up()
        await house.nobody_left()
    row = await house.agents_call("answered")
    assert (row["direction"], row["agent"], row["called"]) == ("internal", "8001", "8002")
    assert house.rows("SELECT role, party FROM talks WHERE call = ?", row["call"]) == [("dialled", "phone:8002")]
    assert not house.rows("SELECT path FROM recordings WHERE call = ?", row["call"]), "not recorded"


async def test_a_colleague_who_is_busy_or_signed_out_is_refused_by_a_sound_and_a_cause(house: CallingSite) -> None:
    async with house.signed_in("8001", lambda call: says(AGENT)) as phone:
        gone = await phone.dial("8002")
        await gone.hear_tone(UNREACHABLE)
        assert await failed(gone) == 480
        assert (await house.agents_call("refused"))["cause"] == "unreachable"
        async with house.signed_in("8002", lambda call: says(COLLEAGUE)) as colleague:
            call = await house.queued("13800007300")
            await asyncio.wait(
                [asyncio.ensure_future(one.new_calls.get()) for one in (phone, colleague)],
                return_when=asyncio.FIRST_COMPLETED,
            )
            talks, free = ("8001", colleague) if phone.calls else ("8002", phone)
            await house.in_place("13800007300", "talking")
            busy = await free.dial(talks)
            await busy.hear_tone(BUSY)
            assert await failed(busy) == 486
            await call.hang_up()
            await house.nobody_left()
        row = await house.agents_call("refused")
        assert (row["called"], row["cause"]) == (talks, "busy")


async def test_an_agent_calls_a_number_outside_with_the_sites_caller_id(house: CallingSite) -> None:
    async with (
        house.signed_in("8001", lambda call: says(AGENT)) as phone,
        outside(house.carrier, OUTSIDE, lambda call: Answer(0.3, clip=tone(CALLER, 1.0))) as other,
    ):
        call = await phone.dial(OUTSIDE, tone(AGENT, 1.0))
        ringing = await asyncio.wait_for(other.new_calls.get(), 10.0)
        assert ringing.facts.from_user == SHOWN.replace("+86", "0"), "as the trunk writes it"
        await house.agent_is("8001", "paused")
        await call.answered()
        assert call.facts.ringing_at is not None
        await call.hear_tone(CALLER)
        await ringing.hear_tone(AGENT)
        shown = await house.shown(direction="out", place="talking")
        assert OUTSIDE[:7] not in json.dumps(shown), "a number of somebody outside is masked"
        await call.hold()
        await ringing.heard_audio(5.0, after=time.monotonic() + 0.1)
        await house.shown(direction="out")
        await asyncio.sleep(0.5)
        await call.resume()
        await ringing.hear_tone(AGENT, after=time.monotonic())
        await asyncio.sleep(0.5)
        await ringing.hang_up()
        await call.ended(5.0)
        await house.agent_is("8001", "idle")
    row = await house.agents_call("answered")
    assert (row["direction"], row["caller"], row["called"], row["agent"]) == ("out", "8001", f"+86{OUTSIDE}", "8001")
    (talk,) = house.rows("SELECT agent, role, holds, held_s FROM talks WHERE call = ?", row["call"])
    assert talk[:3] == ("8001", "dialled", 1)
    assert talk[3] >= 0.5
    await until(lambda: bool(house.rows("SELECT path FROM recordings WHERE call = ?", row["call"])))
    sound, rate = soundfile.read(house.rows("SELECT path FROM recordings WHERE call = ?", row["call"])[0][0])
    assert loudest(sound[:, 0], rate) == pytest.approx(AGENT, abs=20), "left is the agent, who called"
    assert loudest(sound[:, 1], rate) == pytest.approx(CALLER, abs=20)


def loudest(samples: np.ndarray, rate: int) -> float:
    """The tone that there is most of, in Hz."""
    power = np.abs(np.fft.rfft(samples.astype(float)))
    return float(np.argmax(power[20:]) + 20) * rate / len(samples)


@pytest.mark.parametrize(
    ("number", "why"),
    [
        ("12590123456", "kind"),
        ("0012015550123", "US"),
        ("008821612345678", "kind"),
        (NUMBER, "house itself"),
        (LISTED, "do-not-call"),
    ],
)
async def test_what_may_not_be_dialled_is_refused_before_any_trunk(house: CallingSite, number: str, why: str) -> None:
    house.carrier.calls_per_invite.clear()
    since = house.log_file.stat().st_size
    async with house.signed_in("8001", lambda call: says(AGENT)) as phone:
        call = await phone.dial(number)
        await call.hear_tone(REFUSED)
        assert await failed(call) in (403, 603), "FreeSWITCH has one answer for all that is refused"
    row = await house.agents_call("refused")
    assert row["cause"] == "blocked"
    assert house.carrier.calls_per_invite == []
    assert any(why in line["detail"] for line in house.logged("agent's call refused", since))


async def test_nobody_there_and_busy_outside_are_said_and_have_their_cause(house: CallingSite) -> None:
    async with house.signed_in("8001", lambda call: says(AGENT)) as phone:
        for on_ring, sound, status, cause in (
            (LetRing(), NO_ANSWER, 480, "no_answer"),
            (Reject(486, 0.2), BUSY, 486, "busy"),
        ):
            async with outside(house.carrier, OUTSIDE, lambda call, what=on_ring: what):
                call = await phone.dial(OUTSIDE)
                await call.hear_tone(sound, 25.0)
                assert await failed(call) == status
            row = await house.agents_call("unreached")
            assert row["cause"] == cause


async def test_an_agent_who_gives_up_withdraws_the_call(house: CallingSite) -> None:
    async with (
        house.signed_in("8001", lambda call: says(AGENT)) as phone,
        outside(house.carrier, OUTSIDE, lambda call: LetRing()) as other,
    ):
        call = await phone.dial(OUTSIDE)
        ringing = await asyncio.wait_for(other.new_calls.get(), 10.0)
        await call.hang_up()
        await ringing.ended(5.0)
        await house.agent_is("8001", "idle")
    await house.agents_call("abandoned")


async def test_click_to_call_rings_the_agent_first(house: CallingSite) -> None:
    async with (
        house.signed_in("8001", lambda call: says(AGENT)) as phone,
        outside(house.carrier, OUTSIDE, lambda call: says(CALLER)) as other,
    ):
        assert await house.post("/agents/8001/dial", number="12590123456") == 403
        assert await house.post("/agents/8099/dial", number=OUTSIDE) == 404
        assert await house.post("/agents/8001/dial", number=OUTSIDE) == 202
        own = await asyncio.wait_for(phone.new_calls.get(), 10.0)
        assert await house.post("/agents/8001/dial", number=OUTSIDE) == 409, "one person, one call"
        ringing = await asyncio.wait_for(other.new_calls.get(), 10.0)
        await own.hear_tone(CALLER)
        await ringing.hear_tone(AGENT)
        await own.hang_up()
        await ringing.ended(5.0)
    row = await house.agents_call("answered")
    assert (row["direction"], row["agent"], row["called"]) == ("out", "8001", f"+86{OUTSIDE}")


async def test_a_controller_that_dies_loses_nobody(house: CallingSite) -> None:
    """Killed while the far end rings, and again in the talk on hold: they talk, and the row has all of it."""
    await house.publish({"dialplans/outgoing.yaml": RULES.replace("ring_s: 6", "ring_s: 60")}, {})
    async with (
        house.signed_in("8001", lambda call: says(AGENT)) as phone,
        outside(house.carrier, OUTSIDE, lambda call: LetRing()) as other,
    ):
        call = await phone.dial(OUTSIDE, tone(AGENT, 1.0))
        ringing = await asyncio.wait_for(other.new_calls.get(), 10.0)
        await house.stop_controller(signal.SIGKILL)
        await house.start_controller()
        ringing.answer(tone(CALLER, 1.0))
        await call.answered(10.0)
        await call.hear_tone(CALLER)
        await ringing.hear_tone(AGENT)
        await call.hold()
        await house.shown(direction="out", place="talking")
        await house.stop_controller(signal.SIGKILL)
        await call.resume()
        await ringing.hear_tone(AGENT, after=time.monotonic())
        await house.start_controller()
        assert (await house.shown(direction="out", place="talking"))["held_s"] is None
        await call.hear_tone(CALLER, after=time.monotonic())
        await call.hang_up()
        await ringing.ended(5.0)
        await house.agent_is("8001", "idle")
    row = await house.agents_call("answered")
    assert house.rows("SELECT count(*), max(holds) FROM talks WHERE call = ?", row["call"]) == [(1, 1)]
    await house.nobody_left()
