"""What an agent hears after a star code is what holds: the state of the queues, and not what was dialled."""

from pathlib import Path

import pytest
import yaml

from acd.events import AgentPaused
from calls import events as door
from calls.causes import Cause, DeviceState
from calls.commands import HangUp, Media, Originate, Play, Sentence
from calls.ids import AgentId, CallId, LegId
from control.agents.star_codes import PHRASES
from tests.unit.control import harness
from tests.unit.control.harness import ControlHarness

pytestmark = pytest.mark.unit

FIRST = AgentId("01")


def dial(house: ControlHarness, code: str) -> str:
    """The phrase that the phone of the first agent hears."""
    house.tell(door.CallArrived(LegId(f"code-{house.now}"), "8001", code, device="8001"))
    said = house.last(Play).media[0]
    assert isinstance(said, Sentence)
    return said.text


def miss(house: ControlHarness, cause: Cause, times: int = 1) -> CallId:
    """A caller whose offer the first agent misses, again and again; the caller."""
    call = house.arrive()
    house.press(call, "1")
    for _ in range(times):
        ringing = house.last(Originate)
        house.tell(door.CallEnded(ringing.leg, cause), after_s=9.0)
        if times > 1:
            house.wait(11.0)
    return call


def test_three_misses_and_signing_in_again_is_told_as_paused_for_them() -> None:
    house = ControlHarness("01")
    miss(house, Cause.NO_ANSWER, times=3)
    assert dial(house, "*61") == "agent_missed"
    assert dial(house, "*65") == "agent_missed"
    assert dial(house, "*64") == "agent_ready"


def test_a_rest_after_one_miss_is_told_as_such() -> None:
    house = ControlHarness("01")
    miss(house, Cause.NO_ANSWER)
    assert dial(house, "*61") == "agent_resting"
    house.wait(11.0)
    assert dial(house, "*61") == "agent_logged_in"


def test_a_phone_out_of_reach_is_told_whatever_was_dialled() -> None:
    house = ControlHarness()
    house.tell(door.AgentDeviceChanged("8001", DeviceState.UNREACHABLE))
    assert dial(house, "*64") == "agent_not_logged_in"
    assert [dial(house, code) for code in ("*61", "*64", "*63")] == ["agent_unreachable"] * 3
    house.tell(door.AgentDeviceChanged("8001", DeviceState.IDLE))
    assert dial(house, "*61") == "agent_still_paused"


def test_who_was_paused_by_another_way_hears_it_at_each_code() -> None:
    house = ControlHarness("01")
    house.tell(AgentPaused(FIRST, "lunch"))
    assert [dial(house, code) for code in ("*61", "*65", "*631")] == [
        "agent_still_paused",
        "agent_still_paused",
        "agent_paused",
    ]


def test_what_is_asked_for_in_a_talk_is_told_as_what_comes_after_it() -> None:
    house = ControlHarness("01")
    call = house.arrive()
    house.press(call, "1")
    house.take(call)
    heard = [dial(house, code) for code in ("*63", "*64", "*62", "*61")]
    assert heard == ["agent_paused_later", "agent_ready_later", "agent_logged_out_later", "agent_ready_later"]


def test_a_site_without_a_phrase_says_a_coarser_one_that_is_true(monkeypatch: pytest.MonkeyPatch) -> None:
    has = {"agent_logged_in", "agent_logged_out", "agent_paused", "agent_ready"}

    def sound(of: object, version: str, phrase: str) -> tuple[Media, ...]:
        return (Sentence(phrase, "en"),) if phrase in has else ()

    monkeypatch.setattr(harness.Directory, "sound", sound)
    house = ControlHarness()
    assert dial(house, "*63") == "agent_logged_out"
    assert dial(house, "*61") == "agent_logged_in"
    miss(house, Cause.NO_ANSWER)
    assert dial(house, "*61") == "agent_paused"
    house.tell(door.AgentDeviceChanged("8001", DeviceState.UNREACHABLE))
    house.tell(door.CallArrived(LegId("silent"), "8001", "*61", device="8001"))
    assert house.last(HangUp).leg == "silent", "silence, and nothing that is not so"


def test_the_sample_has_every_phrase_in_both_languages() -> None:
    root = Path(__file__).resolve().parents[4]
    for language in ("en", "zh-CN"):
        phrases = yaml.safe_load((root / "prompts" / f"{language}.yaml").read_text(encoding="utf-8"))
        assert phrases.keys() >= PHRASES.keys()
