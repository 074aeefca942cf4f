"""Answers in a whole house: a caller's key, the house's word on its approval, the words; and what nobody answered."""

import signal
from pathlib import Path

import msgspec
import pytest

from calls.ids import AttemptId, CallId
from hotline.governing import answers
from hotline.store import unanswered
from hotline.versions.routing import RoutingConfiguration
from hotline.versions.store import Manifest, Versions
from ivr import program as flow
from ivr import steps
from ivr.answers import Answer
from ivr.commands import QuestionUnanswered
from switch.fake import FakeSwitch, LoopTimeline, World
from tests.unit.control.harness import PROGRAM, configuration
from tests.unit.hotline.served import new_server, new_site, serve, until

pytestmark = pytest.mark.unit

_MENU = PROGRAM.flows["main"].steps["choose"]
assert isinstance(_MENU, steps.Menu)
_STEPS: dict[str, steps.AnyStep] = {
    "choose": msgspec.structs.replace(_MENU, keys={"5": "told", "1": "bye"}),
    "told": steps.SayAnswer(answer="early", then="choose", none="bye"),
    "bye": steps.HangUp(lines=()),
}
_VERSION = "0001-00000001"


async def test_said_once_it_is_approved_and_what_nobody_answered_is_kept(tmp_path: Path) -> None:
    site = new_site(tmp_path)
    program = msgspec.structs.replace(
        PROGRAM.with_clips(_VERSION, {"en": {"answer.early": "/sounds/early"}}),
        flows={"main": flow.Flow("choose", _STEPS)},
        answers={"early": Answer("early", "li", "2099-12-31", version="abc")},
    )
    versions = Versions(site.versions)
    manifest = Manifest(_VERSION, 0.0, "", "test", 1, 0)
    versions.add(manifest, program, RoutingConfiguration(configuration(), {}, {}), [])
    versions.activate(_VERSION)
    switch = FakeSwitch(LoopTimeline())
    server, world = new_server(site, switch), World(switch)
    serving = await serve(server, _VERSION)
    try:
        await until(lambda: server.controller.health()["ok"])
        refused = world.dial("95183", "13800138000")
        await until(lambda: world.hears(refused))
        world.press(refused, "5")
        await until(lambda: not server.register.calls)
        answers.approve(site, ["early"], "wang", "read")
        told = world.dial("95183", "13800138000")
        await until(lambda: world.hears(told))
        world.press(told, "5")
        await until(lambda: "/sounds/early" in world.hears(told))
        asked = QuestionUnanswered(CallId("x"), AttemptId("x/1"), "en", "main/a", "wipe it", "not_understood")
        server._driver.executor.execute(asked)
        world.hang_up(told)
        await until(lambda: not server.register.calls)
        await server.controller.durable()
        await until(lambda: unanswered.questions(site.database))
    finally:
        signal.raise_signal(signal.SIGTERM)
        await serving
    assert [one.wording for one in unanswered.questions(site.database)] == ["wipe it"]
