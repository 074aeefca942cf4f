"""Nothing that is not known is passed over: on every route, a parameter, a field, a value; and an unknown path."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import APIRoute

from tests.unit.hotline.web.asking import request
from tests.unit.hotline.web.logged import Logged

pytestmark = pytest.mark.unit


@pytest.fixture
def house(tmp_path: Path) -> Logged:
    return Logged(tmp_path)


def _operations(app: Any) -> Iterator[tuple[str, str]]:
    for path, operations in app.openapi()["paths"].items():
        for method in operations:
            yield method.upper(), re.sub(r"\{\w+\}", "8001", path)


async def test_every_route_refuses_a_parameter_that_it_does_not_have(house: Logged) -> None:
    app = house.app()
    asked = list(_operations(app))
    assert len(asked) > 20
    for method, path in asked:
        answer = await request(app, method, f"{path}?mots=5", token="token")
        assert answer.status == 422, (method, path, answer.body)
        assert "mots is no parameter" in answer.json["detail"]


async def test_every_body_refuses_a_field_that_it_does_not_have(house: Logged) -> None:
    app = house.app()
    bodies = [route for route in app.routes if isinstance(route, APIRoute) and route.body_field is not None]
    assert len(bodies) >= 6
    for route in bodies:
        assert route.body_field is not None
        model: Any = route.body_field.field_info.annotation
        path = re.sub(r"\{\w+\}", "8001", route.path)
        (first, *_) = model.model_fields
        answer = await request(app, "POST", path, {f"{first}s": 1}, "token")
        assert answer.status == 422
        assert f"{first}s is no field (did you mean {first}?)" in answer.json["detail"], route.path


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "told"),
    [
        ("POST", "/calls/x/supervise", {"account": "8001", "mode": "wisper"}, 422, "(did you mean whisper?)"),
        ("POST", "/calls/x/supervise", {"mode": "listen"}, 422, "account is missing"),
        ("POST", "/calls/x/supervise", b"{account: 8001}", 422, "the body is no JSON"),
        ("POST", "/calls/x/supervise", None, 422, "the body is missing"),
        ("POST", "/calls/x/supervise", {"account": 8001}, 422, "account: Input should be a valid string"),
        ("POST", "/agents/8001/queues", {"queues": ["laons"]}, 422, "no queue 'laons' (did you mean loans?)"),
        ("POST", "/agents/8010/pause", {"reason": "lunch"}, 404, "dialplans/agents.yaml (did you mean 800"),
        ("POST", "/agents/8001/puase", {}, 404, "no path /agents/8001/puase (did you mean /agents/8001/pause?)"),
        ("GET", "/call", None, 404, "no path /call (did you mean /calls?)"),
        ("GET", "/nothing/of/that/kind", None, 404, "/docs has them all"),
        ("POST", "/govern/check", b'{"number": "13800138000", "scene": "\\ud800"}', 422, "scene: "),
        ("POST", "/govern/check", {"number": "13800138000", "scene": "a", "at": "0001-01-01"}, 422, "is no time"),
        ("POST", "/govern/check", {"number": "13800138000", "scene": "a", "at": "9999-12-31"}, 422, "is no time"),
        ("DELETE", "/calls", None, 405, "DELETE is not what /calls takes; it takes GET"),
    ],
)  # fmt: skip
async def test_what_is_wrong_is_told_in_one_sentence_with_the_nearest_word(
    house: Logged, method: str, path: str, body: object, status: int, told: str
) -> None:
    answer = await request(house.app(), method, path, body, "token")
    assert answer.status == status
    assert told in answer.json["detail"]


async def test_the_description_has_our_errors_and_the_webhooks(house: Logged) -> None:
    described = house.app().openapi()
    schemas = described["components"]["schemas"]
    assert schemas["HTTPValidationError"]["properties"]["detail"]["type"] == "string"
    assert set(described["webhooks"]) == {"arrival", "ring", "talk", "end", "case", "clock", "notice", "test"}
    named = set(re.findall(r"#/components/schemas/(\w+)", str(described)))
    assert named <= set(schemas), "nothing is named that is not there"
    assert described["openapi"].startswith("3.1"), "webhooks are of 3.1"
