"""Real speech of espeak-ng, as a switch hears it: who greets is a person, who speaks on and beeps is a machine."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import yaml

from dialer.answering_machines.settings import Detection, Found
from hotline.demo.greetings import HELLOS, MAILBOXES, mailbox, person
from phones.audio import RATE_HZ, Clip, load_wav
from sim.answering_machines.greetings import Answer, Who
from sim.answering_machines.hearing import heard
from sim.answering_machines.judging import Judged, judged
from speech.cast import record_line, speaker

pytestmark = pytest.mark.unit

ROOT = Path(__file__).resolve().parents[4]
SAYS = "Hello, I would like to ask about my repayment plan, please."
PEOPLE = (*HELLOS, "Hello, this is Wang Fang speaking.", "您好，我是王芳。")
MACHINES: tuple[Sequence[str], ...] = (
    *MAILBOXES,
    ("对不起，您拨打的电话正在通话中，请稍后再拨。",),
    ("Hi, this is Li Wei.", "I am not here right now.", "Leave your name and number, and I will call you back."),
)


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Clip]:
    """Every line, said by a voice of its own."""
    folder = tmp_path_factory.mktemp("lines")
    lines = dict.fromkeys((*PEOPLE, SAYS, *(one for sentences in MACHINES for one in sentences)))

    async def said(number: int, text: str) -> Clip:
        language = "zh-CN" if any("一" <= char <= "鿿" for char in text) else "en"
        stem = await record_line(folder, speaker(number), text, language)
        return load_wav(stem.with_suffix(".wav"))

    async def all_said() -> list[Clip]:
        return list(await asyncio.gather(*(said(number, text) for number, text in enumerate(lines))))

    return dict(zip(lines, asyncio.run(all_said()), strict=True))


def judge(who: Who, sound: Clip, detection: Detection | None = None) -> Judged:
    words = tuple(heard(sound.samples, RATE_HZ))
    assert words, "something is heard"
    return judged(Answer("spoken", who, words), detection or Detection(on=True))


@pytest.mark.parametrize("hello", PEOPLE)
def test_who_says_hello_and_waits_is_a_person_within_a_second_of_it(clips: dict[str, Clip], hello: str) -> None:
    found = judge("person", person(clips[hello], clips[SAYS]))
    assert found.found == "person"
    assert found.after_greeting_s is not None
    assert 0.79 <= found.after_greeting_s < 1.0
    assert found.at_s < 0.4 + clips[hello].duration_s + 1.0


@pytest.mark.parametrize("sentences", MACHINES)
def test_a_mailbox_is_a_machine_before_its_beep(clips: dict[str, Clip], sentences: Sequence[str]) -> None:
    sound = mailbox([clips[one] for one in sentences])
    found = judge("machine", sound)
    assert found.found == "machine"
    assert found.at_s < 5.0 < heard(sound.samples, RATE_HZ)[-1][1], "while it speaks, or before it beeps"


def test_the_beep_is_heard_and_its_end_is_the_end(clips: dict[str, Clip]) -> None:
    sound = mailbox([clips[one] for one in MAILBOXES[0]])
    begun, ended = heard(sound.samples, RATE_HZ)[-1]
    assert ended - begun == pytest.approx(0.5, abs=0.05)
    assert ended == pytest.approx(sound.duration_s - 30.0, abs=0.05)


@pytest.mark.parametrize(("greeting_s", "found"), [(2.5, "person"), (0.5, "machine")])
def test_a_shorter_limit_takes_people_for_machines(clips: dict[str, Clip], greeting_s: float, found: Found) -> None:
    """So the limit is what decides, on real speech, too."""
    name = "Hello, this is Wang Fang speaking."
    assert judge("person", person(clips[name], clips[SAYS]), Detection(on=True, greeting_s=greeting_s)).found == found


def test_noise_of_a_line_is_no_voice() -> None:
    noise = (np.random.default_rng(1).standard_normal(RATE_HZ) * 60).astype(np.int16)
    assert heard(noise, RATE_HZ) == []


def test_one_campaign_of_the_sample_judges_who_answers() -> None:
    written = yaml.safe_load((ROOT / "dialplans/campaigns/loans.yaml").read_text(encoding="utf-8"))["campaigns"]
    assert [name for name, one in written.items() if "answering_machine" in one] == ["spring_calls"]
