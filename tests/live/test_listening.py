"""A caller speaks to a flow, on each switch: real sound, real end-pointing, an engine that knows the words."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
import soundfile

from phones.audio import Clip, load_wav
from phones.caller import OutgoingCall, PhoneLine
from speech.espeak import Espeak
from switch.asterisk.instance.installation import Installation
from switch.freeswitch.instance.installation import locate
from tests.live.conftest import until
from tests.live.freeswitch import NAMED, taps
from tests.live.freeswitch_site import FreeSwitchSite
from tests.live.live_site import NUMBER, LiveSite
from tests.live.site_files import ASK, ASK_S, BYE, MENU, NOTED, SORRY

pytestmark = [pytest.mark.live, pytest.mark.asyncio(loop_scope="module")]

PHRASES = ["what is on my account", "I have a complaint"]


SPEECH = {"speech": {"engine": "scripted", "phrases": PHRASES}}


class OnAsterisk(LiveSite):
    """The house on Asterisk."""

    async def listening(self) -> bool:
        return await self._channels("UnicastRTP/") or await self._channels("Snoop/")

    async def _channels(self, kind: str) -> bool:
        settings = self.asterisk.settings
        async with self.session.get(f"{settings.ari_url}/channels", headers=settings.ari_headers) as answer:
            return any(channel["name"].startswith(kind) for channel in await answer.json())


class OnFreeSwitch(FreeSwitchSite):
    """The house on FreeSWITCH."""

    async def listening(self) -> bool:
        return await taps(self.instance.settings) > 0


Listening = OnAsterisk | OnFreeSwitch
_SWITCHES = ["asterisk", *(["freeswitch"] if NAMED or locate() else [])]


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=_SWITCHES)
async def house(
    request: pytest.FixtureRequest, installation: Installation, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Listening]:
    folder = tmp_path_factory.mktemp("house")
    made: Listening
    if request.param == "freeswitch":
        made = OnFreeSwitch(folder, None, SPEECH)
    else:
        made = OnAsterisk(folder, installation, SPEECH)
    async with made:
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def voice(tmp_path_factory: pytest.TempPathFactory) -> Clip:
    """A sentence, spoken."""
    spoken = await Espeak().synthesise("What is on my account, please?", "en")
    path = tmp_path_factory.mktemp("voice") / "account.wav"
    soundfile.write(path, spoken.samples, spoken.rate, subtype="PCM_16")
    return load_wav(path)


async def asked(house: LiveSite, caller: str, idle: str = "silence") -> OutgoingCall:
    """A caller, silent so far, who is being asked."""
    line = PhoneLine(house.endpoint, house.registrar, idle=idle)  # type: ignore[arg-type]  # of the closed set
    call = await line.dial(NUMBER, caller_id=caller)
    await call.hear_tone(MENU)
    await call.press("5")
    await call.hear_tone(ASK)
    return call


def outcomes(house: LiveSite, caller: str) -> list[str]:
    """How each try at the question ended."""
    query = "SELECT s.outcome FROM steps s JOIN calls c ON s.call = c.call WHERE c.caller LIKE ? AND s.step = 'ask'"
    return [row[0] for row in house.rows(f'{query} ORDER BY s."index"', f"%{caller}")]


@pytest.mark.parametrize(("caller", "idle"), [("13000006001", "silence"), ("13000006002", "nothing")])
async def test_what_is_said_after_the_prompt_chooses_the_branch(
    house: Listening, voice: Clip, caller: str, idle: str
) -> None:
    call = await asked(house, caller, idle)
    await call.hear_silence(0.5)
    await call.say(voice)
    await call.hear_tone(NOTED, timeout_s=10.0)
    await call.hang_up()
    await house.row_of(caller)
    assert outcomes(house, caller) == ["heard"]


async def test_speech_stops_the_prompt_and_each_utterance_is_heard(house: Listening, voice: Clip) -> None:
    caller = "13000006003"
    call = await asked(house, caller)
    began = asyncio.get_running_loop().time()
    said = call.say(voice)
    await call.hear_silence(0.3)
    assert asyncio.get_running_loop().time() - began < ASK_S - 1.0, "the prompt was not played to its end"
    await said
    await call.hear_tone(NOTED, timeout_s=10.0)
    await call.hear_tone(MENU)
    await call.press("5")
    await call.hear_tone(ASK)
    await call.say(voice)
    await call.hear_tone(SORRY, timeout_s=10.0)
    await call.hang_up()
    await house.row_of(caller)
    assert outcomes(house, caller) == ["heard", "heard"]


async def test_who_says_nothing_is_silent(house: Listening) -> None:
    caller = "13000006004"
    call = await asked(house, caller)
    await call.hear_tone(BYE, timeout_s=ASK_S + 8.0)
    await call.ended(5.0)
    await house.row_of(caller)
    assert outcomes(house, caller) == ["no_input"]


async def test_a_key_is_as_good_and_closes_the_ear(house: Listening) -> None:
    caller = "13000006005"
    call = await asked(house, caller)
    await call.press("2")
    await call.hear_tone(SORRY)
    await call.hang_up()
    await house.row_of(caller)
    assert outcomes(house, caller) == ["2"]
    await nothing_left(house)


async def test_hanging_up_in_the_middle_of_a_word_leaves_nothing_behind(house: Listening, voice: Clip) -> None:
    caller = "13000006006"
    call = await asked(house, caller)
    said = call.say(voice)
    await call.hear_silence(0.2)
    await call.hang_up()
    said.cancel()
    assert (await house.row_of(caller))["outcome"] == "left_in_menu"
    await nothing_left(house)


async def test_a_controller_killed_while_it_hears_leaves_nothing_behind(house: Listening) -> None:
    caller = "13000006007"
    call = await asked(house, caller)
    await until(house.listening)
    await house.stop_controller(signal.SIGKILL)
    killed_at = asyncio.get_running_loop().time()
    await house.start_controller()
    await call.hear_tone(ASK, after=killed_at)
    await call.press("1")
    await call.hear_tone(NOTED)
    await call.hang_up()
    await house.row_of(caller)
    await nothing_left(house)


async def nothing_left(house: Listening) -> None:
    """The switch has closed all that was opened to listen."""

    async def clean() -> bool:
        return not await house.listening()

    await until(clean)
