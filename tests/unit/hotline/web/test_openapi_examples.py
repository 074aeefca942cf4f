"""The examples of the OpenAPI description, asked of a whole server: each is answered."""

import contextlib
import signal
import sqlite3
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from fastapi import FastAPI

from acd.config import read
from calls.ids import CallId
from complaints.intake.contact import Contact
from hotline.cases import intake
from hotline.cases.work import Work
from hotline.server.serving import Server
from hotline.store import statements
from hotline.versions.case_rules import CaseRules
from hotline.versions.store import Versions
from hotline.web.app import make
from hotline.web.tokens import WaitTokens
from switch.fake import FakeSwitch, LoopTimeline, World
from tests.unit.hotline.campaigns.stores import settings
from tests.unit.hotline.served import new_server, new_site, publish, serve, until
from tests.unit.hotline.web.asking import request

pytestmark = pytest.mark.unit

WAITS = "+8613800138000"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[tuple[Server, str, str]]:
    """A server with agent 8001, a caller who waits, and a call that is over and recorded; the ids of both."""
    site = new_site(tmp_path)
    rules, problems = read({"queues": {"care": {}}}, {"agents": {"8001": {"account": "8001", "skills": {"care": 3}}}})
    assert not problems
    version = publish(Versions(site.versions), 1, rules, {"instalment_calls": settings("instalment_calls")})
    switch = FakeSwitch(LoopTimeline())
    server = new_server(site, switch)
    serving = await serve(server, version)
    await until(lambda: server.controller.health()["ok"])
    world = World(switch)
    over = world.dial("95183", WAITS)
    await until(lambda: server.register.calls)
    world.hang_up(over)
    await until(lambda: not server.register.calls)
    waits = world.dial("95183", WAITS)
    await until(lambda: len(server.register.calls) == 1)
    world.press(waits, "1")
    await until(lambda: any(call.place == "waiting" for call in server.register.calls.values()))
    await server.controller.durable()
    (live,) = server.register.calls
    with contextlib.closing(sqlite3.connect(site.database)) as store, store:
        ((ended,),) = store.execute("SELECT call FROM calls").fetchall()
        (tmp_path / "message-1.wav").write_bytes(b"RIFF")
        store.execute(statements.RECORDING, (str(tmp_path / "message-1.wav"), ended, 1.0, "message", "front", 0))
        heard = ("message-1.wav", ended, 0, "en", "whisper", 0.0, "", "[]", "[]", "[]", "irefundit")
        store.execute(f"INSERT INTO transcripts VALUES ({', '.join('?' * len(heard))})", heard)
        # as the examples of the search have it
        store.execute("UPDATE calls SET queue = 'care', outcome = 'abandoned'")
        store.execute("INSERT INTO call_agents SELECT '8001', arrived_at, call, queue, outcome, direction FROM calls")
    intake.take_in(site.database, [Contact("http", "letter-1", time.time(), "fees")], site.zone)
    Work(site.database).off(CaseRules(), time.time())
    yield server, live, ended
    signal.raise_signal(signal.SIGTERM)
    await serving


def _example(schema: dict[str, Any]) -> Any:
    """The example of a parameter or a field, else its default."""
    if schema.get("examples"):
        return schema["examples"][0]
    assert "default" in schema, f"neither an example nor a default: {schema}"
    return schema["default"]


def _body(described: dict[str, Any], operation: dict[str, Any]) -> dict[str, Any] | None:
    if "requestBody" not in operation:
        return None
    name = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    fields = described["components"]["schemas"][name]["properties"]
    return {field: _example(schema) for field, schema in fields.items()}


async def _nothing_to_say(controller: object) -> list[dict[str, Any]]:
    return []


async def _nothing_to_do(words: list[str], trial: object) -> None:
    pass


async def test_each_example_is_answered(house: tuple[Server, str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    server, live, ended = house
    monkeypatch.setattr("hotline.web.flows._lint", _nothing_to_say)  # a process of its own, of which test_flows has one
    monkeypatch.setattr("hotline.web.whatif._lived", _nothing_to_do)  # likewise
    with contextlib.closing(sqlite3.connect(server.site.database)) as store:
        (case,) = store.execute("SELECT max(number) FROM cases WHERE length(number) = 13").fetchone()
    tokens = WaitTokens("a secret")
    app = make(server.controller, "token", tokens)
    described = app.openapi()
    told: dict[str, int] = {}
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            told[f"{method} {path}"] = await _ask(app, described, method, path, operation, tokens, live, ended, case)
    assert len(told) > 20
    refused = {name: status for name, status in told.items() if not 200 <= status < 300}
    of_talks = (
        "transfer",
        "consultation",
        *(f"consultation/{act}" for act in ("swap", "conference", "connect", "give-back")),
        *("recording/pause", "recording/resume"),
    )
    assert refused == {
        **{f"post /calls/{{call}}/{name}": 409 for name in of_talks},  # this caller waits, and is in no talk
        "post /cases/{case}/apart": 409,  # nobody proposed that they are one
        "post /cases/{case}/origin": 409,  # nor that it is about a call of ours
        "post /agents/{agent}/dial": 403,  # no dialplans/outgoing.yaml: nobody outside is called
        "post /agents/{agent}/phone": 409,  # this switch takes no browsers as phones
        "post /calls/{call}/supervise": 409,  # this caller waits, and is in no talk
        "post /agents/{agent}/talk/move": 409,  # the agent has no talk
        "get /calls/{call}/numbers": 404,  # the example's call is over
        "post /agents/{agent}/preview": 409,  # the agent is shown nobody, and has no talk of a campaign
        "post /agents/{agent}/disposition": 404,  # nor is such a try known
        "post /agents/{agent}/decline": 409,  # nothing rings
        "post /govern/reserve": 503,  # no gate, and so no ledger
        "post /govern/attempts/{attempt}/settle": 503,
        "post /consents/{consent}/undo": 422,  # its number is another
        "post /person-lists/{entry}/undo": 422,
        "post /rollback": 422,  # there is no version of this name
        **{f"post /calls/{{call}}/proposal/{act}": 404 for act in ("take", "approve", "decline")},  # it said nothing
        "get /govern/rules": 422,  # no policy rules
        "get /do-not-call/shared": 422,  # the site shares with nobody
        "post /govern/scenes/approve": 422,  # there is no such scene
        "post /govern/scenes/withdraw": 422,
        "get /govern/scenes/{scene}/diff": 404,
        "get /reports/{report}": 404,  # none was made
        "post /govern/policy/approve": 422,  # another one is published
        "post /govern/policy/rollback": 422,
        "post /exceptions": 422,  # no policy, and so no exception of one
        "post /exceptions/{exception}/end": 422,  # none was granted
        "get /case-state/{token}": 404,  # the token is a call's
        "post /answers/approve": 422,  # there is no such answer
        "post /answers/withdraw": 422,
        "get /unanswered/{question}": 404,  # every question was answered
        "post /unanswered/{question}/add": 404,
        "post /unanswered/{question}/dismiss": 404,
        "get /followups/{number}": 404,  # nobody is followed up
        "get /followups/{number}/whole": 404,
        "post /followups/{number}/done": 404,
        "post /followups/{number}/end": 404,
        "post /questionnaires/{questionnaire}/answers": 404,  # there is no such questionnaire
        **{f"{method} /session": 401 for method in ("post", "get", "delete")},  # nobody's link, and nobody's browser
        "post /session/password": 401,
        "get /session/directory/start": 303,  # back to the sign-in page: there is no directory
        "get /calls/{call}/recordings/{name}/waveform": 422,  # the recording is no sound
        "get /flows/played": 404,  # the version has no test cases
        "get /flows/sound": 404,  # nor sounds
    }


async def _ask(
    app: FastAPI,
    described: dict[str, Any],
    method: str,
    path: str,
    operation: dict[str, Any],
    tokens: WaitTokens,
    live: str,
    ended: str,
    case: str,
) -> int:
    """The status; names of calls, tokens and files are those that there are."""
    there = {"call": live if method == "post" else ended, "token": tokens.token(CallId(live)), "name": "message-1.wav"}
    there["case"] = case
    query: dict[str, Any] = {}
    for parameter in operation.get("parameters", ()):
        schema = {**parameter["schema"], **parameter}
        if parameter["in"] == "path":
            value = there.get(parameter["name"]) or _example(schema)
            path = path.replace(f"{{{parameter['name']}}}", quote(str(value), safe=""))
        elif "examples" in schema or "examples" in parameter["schema"]:
            query[parameter["name"]] = _example(schema)
    if "since" in query:
        query |= {"since": "2020-01-01", "until": "2099-12-31"}  # the examples are of a day on which nobody called
    answer = await request(app, method.upper(), f"{path}?{urlencode(query)}", _body(described, operation), "token")
    if method == "get" and path == "/calls":
        assert [row["call"] for row in answer.json] == [ended], "the example of the search finds the call"
    return answer.status
