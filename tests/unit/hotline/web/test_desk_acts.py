"""Acts at the desk over HTTP: dispositions of queues' talks, declines, recording masks, echo tests."""

from pathlib import Path
from typing import Any

import pytest

from acd.events import AgentSignedIn
from calls import events as door
from calls.causes import Cause
from calls.commands import MuteRecording, Originate
from calls.ids import AgentId, CallId, LegId
from control.messages import events
from control.messages.log_commands import LogDecline, LogDisposition
from control.rules.treatment import QueueDisposition, QueueTreatment
from hotline.web import app
from hotline.web.tokens import WaitTokens
from tests.unit.control.harness import ControlHarness
from tests.unit.hotline.web.asking import ask
from tests.unit.hotline.web.test_desk import TOKEN, Served

pytestmark = pytest.mark.unit

WORDS = {"solved": QueueDisposition("Solved", "1"), "call_again": QueueDisposition()}
HABITS = QueueTreatment(record=True, dispositions=WORDS, disposition_required=True)


@pytest.fixture
def served(tmp_path: Path) -> Served:
    return Served(ControlHarness("01", habits=HABITS), tmp_path)


def talking(served: Served) -> tuple[CallId, LegId]:
    call = served.house.arrive()
    served.house.press(call, "1")
    return call, served.house.take(call)


async def send(served: Served, method: str, path: str, body: object = None) -> tuple[int, Any]:
    known: Any = served
    return await ask(app.make(known, TOKEN, WaitTokens("s")), method, path, body, TOKEN)


async def test_a_queues_disposition_is_shown_owed_said_and_corrected(served: Served) -> None:
    assert (await send(served, "POST", "/agents/01/disposition", {"disposition": "solved"}))[0] == 409
    call, leg = talking(served)
    shown = (await send(served, "GET", "/agents/01/desk"))[1]["disposition"]
    assert (shown["call"], shown["state"], shown["owed"], shown["said"]) == (call, "talking", False, "")
    assert shown["dispositions"][0] == {"name": "solved", "title": "Solved", "code": "1"}
    served.house.tell(door.CallEnded(leg, Cause.NORMAL))
    assert (await send(served, "GET", "/agents/01/desk"))[1]["disposition"]["owed"] is True
    assert (await send(served, "POST", "/agents/01/disposition", {"disposition": "solvd"})) == (
        422,
        {"detail": "no disposition 'solvd' (did you mean solved?)"},
    )
    status, told = await send(served, "POST", "/agents/01/disposition", {"disposition": "solved", "note": " done "})
    assert (status, told["call"], told["talk"], told["late"], told["replaces"]) == (200, call, 1, False, "")
    assert served.house.last(LogDisposition).note == "done"
    _, told = await send(served, "POST", "/agents/01/disposition", {"disposition": "call_again"})
    assert (told["late"], told["replaces"]) == (True, "solved")
    body = {"disposition": "solved", "again_at": "2026-12-01T18:00:00+08:00"}
    assert (await send(served, "POST", "/agents/01/disposition", body))[0] == 422


async def test_a_call_is_declined_with_a_reason(served: Served) -> None:
    assert await send(served, "POST", "/agents/01/decline", {"reason": "no"}) == (
        409,
        {"detail": "nothing rings at this agent's phone"},
    )
    call = served.house.arrive()
    served.house.press(call, "1")
    assert (await send(served, "POST", "/agents/01/decline", {"reason": "  "}))[0] == 422
    assert (await send(served, "POST", "/agents/01/decline", {"reason": "mine, ask 13800138000"}))[0] == 200
    assert served.house.last(LogDecline).kind == "offer"
    assert (await send(served, "POST", "/agents/09/decline", {"reason": "no"}))[0] == 404


async def test_who_is_asked_reads_the_briefing_and_the_asker_the_reason(served: Served) -> None:
    call, _ = talking(served)
    served.house.tell(AgentSignedIn(AgentId("02")))
    body = {"to": "8002", "briefing": "wants 13800138000 called"}
    served.consultation_refusal = served.house.router.consultation_refusal  # type: ignore[attr-defined]
    assert (await send(served, "POST", f"/calls/{call}/consultation", body))[0] == 202
    _, desk = await send(served, "GET", "/agents/02/desk")
    assert desk["asked"] == {
        **{"call": call, "state": "ringing", "by": "01", "by_name": "Li"},
        "briefing": "wants 1******8000 called",
    }
    assert desk["call"]["caller"] == "+86*******8000"
    assert (await send(served, "POST", "/agents/02/decline", {"reason": "in a meeting"}))[0] == 200
    _, desk = await send(served, "GET", "/agents/01/desk")
    assert desk["call"]["declined"] == {"agent": "02", "reason": "in a meeting"}
    assert (await send(served, "GET", "/agents/02/desk"))[1]["asked"] is None


async def test_a_recording_is_silent_from_pause_to_resume(served: Served) -> None:
    assert (await send(served, "POST", "/calls/nobody/recording/pause"))[0] == 404
    waiting = served.house.arrive()
    assert (await send(served, "POST", f"/calls/{waiting}/recording/pause"))[0] == 409
    call, _ = talking(served)
    assert (await send(served, "GET", "/agents/01/desk"))[1]["call"]["recording"] == "on"
    assert await send(served, "POST", f"/calls/{call}/recording/pause") == (200, {"call": call, "masked": True})
    assert (await send(served, "GET", "/agents/01/desk"))[1]["call"]["recording"] == "masked"
    assert await send(served, "POST", f"/calls/{call}/recording/resume") == (200, {"call": call, "masked": False})
    assert [order.on for order in served.house.given(MuteRecording)] == [True, False]
    (wanted,) = [one for _, one in served.house.journal if isinstance(one, events.RecordingMaskWanted) and one.on]
    assert wanted.by != "", "the journal knows who"


async def test_an_echo_test_calls_the_phone(served: Served) -> None:
    assert (await send(served, "POST", "/agents/01/echo-test"))[0] == 202
    assert served.house.last(Originate).to == "phone:8001"
    assert (await send(served, "GET", "/agents/01/desk"))[1]["echo_test"] == "ringing"
    assert await send(served, "POST", "/agents/01/echo-test") == (409, {"detail": "the agent's phone is in a call"})
