"""Approvals over HTTP: by the token's own name, never by the author, all or none; and withdrawn at once."""

import asyncio
from pathlib import Path

import pytest
from fastapi import FastAPI

from hotline.server.approvals import Approvals
from hotline.site.site import Site
from hotline.web.rights import Client
from tests.unit.hotline.governing.asking import ZONE
from tests.unit.hotline.governing.gated_site import change, publish_again, published
from tests.unit.hotline.web.asking import Answer, over, request

pytestmark = pytest.mark.unit

CLIENTS = (
    Client("wang-fang", "of wang", frozenset({"approve"})),
    Client("li-wei", "of li", frozenset({"approve"})),
    Client("sales", "of sales", frozenset({"approve"})),  # who owns the scenes
    Client("board", "of board", frozenset({"live"})),
)


class OfSite(Approvals):
    """The running controller, as far as it is asked here."""

    zone, region = ZONE, "CN"

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self.database = site.database


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return published(tmp_path)


@pytest.fixture
def served(site: Site) -> FastAPI:
    return over(OfSite(site), clients=CLIENTS)


async def post(served: FastAPI, path: str, token: str = "of wang", **body: object) -> Answer:
    return await request(served, "POST", f"/govern/scenes/{path}", {"reason": "reviewed", **body}, token=token)


async def test_approved_in_the_clients_name_and_withdrawn(served: FastAPI, site: Site) -> None:
    answer = await post(served, "approve", scenes=["offer"], effective_from="2026-01-01", effective_until="2099-12-31")
    assert answer.status == 200, answer.json
    (offer,) = answer.json
    assert (offer["may_call"], offer["approvers"], offer["since"] is None) == (True, ["wang-fang"], False)
    (offer,) = (await post(served, "withdraw", "of li", scenes=["offer"])).json
    assert (offer["may_call"], offer["refused"]) == (False, "its approval was withdrawn")
    log = (site.state / "audit.log").read_text()
    assert '"who":"web:wang-fang","what":"scenes approved"' in log
    assert '"who":"web:li-wei","what":"scenes withdrawn"' in log


@pytest.mark.parametrize(
    ("token", "body", "said"),
    [
        ("of sales", {"scenes": ["offer"]}, "sales owns the scene"),
        ("of wang", {"scenes": ["offer"], "approver": "li-wei"}, "speaks for itself alone"),
        ("token", {"scenes": ["offer"]}, "say whose word it is"),
        ("token", {"scenes": ["offer"], "approver": "sales"}, "sales owns the scene"),
        ("of wang", {"scenes": ["ofer"]}, "did you mean offer"),
        ("of wang", {"scenes": []}, "scenes"),
        ("of wang", {"scenes": ["offer"], "effective_until": "2020-01-01"}, "has ended already"),
        ("of wang", {"scenes": ["offer"], "effective_from": "soon"}, "is no time"),
    ],
)
async def test_what_cannot_be_approved(served: FastAPI, token: str, body: dict[str, object], said: str) -> None:
    answer = await post(served, "approve", token, **body)
    assert (answer.status, said in answer.json["detail"]) == (422, True), answer.json
    assert (await post(served, "approve", "of board", scenes=["offer"])).status == 403


async def test_the_sites_own_token_says_whose_word_it_is(served: FastAPI) -> None:
    (offer,) = (await post(served, "approve", "token", scenes=["offer"], approver="zhao.min")).json
    assert offer["approvers"] == ["zhao.min"]


async def test_a_policy_is_seen_approved_and_rolled_back_over_http(site: Site, served: FastAPI) -> None:
    change(site, "dialplans/policies/house.yaml", "at_most: 2", "at_most: 1")
    await asyncio.to_thread(publish_again, site)
    seen = await request(served, "GET", "/govern/policy", token="of board")
    first, second = seen.json["rules"], seen.json["published"]
    assert (seen.status, seen.json["waits"], seen.json["diff"]["changed"]) == (200, True, ["house.rules.not_often"])
    body = {"policy": second, "reason": "reviewed"}
    assert (await request(served, "POST", "/govern/policy/approve", body, token="of board")).status == 403
    wrong = await request(served, "POST", "/govern/policy/approve", body | {"policy": first}, token="of wang")
    assert (wrong.status, f"policy {second} is published" in wrong.json["detail"]) == (422, True)
    given = await request(served, "POST", "/govern/policy/approve", body, token="of wang")
    assert (given.status, given.json["rules"], given.json["approvers"]) == (200, second, ["wang-fang"])
    back = await request(served, "POST", "/govern/policy/rollback", body, token="of li")
    assert (back.status, back.json["rules"], back.json["waits"]) == (200, first, True)
    assert '"who":"web:li-wei","what":"policy rolled back"' in (site.state / "audit.log").read_text()


async def test_what_a_scene_has_other_than_when_it_was_approved(site: Site, served: FastAPI) -> None:
    where = "/govern/scenes/offer/diff"
    never = await request(served, "GET", where, token="of board")
    assert (never.status, never.json["approved"]) == (200, None)
    await post(served, "approve", scenes=["offer"])
    change(site, "dialplans/scenes/all.yaml", "script: sales_script}", "script: sales_script, list: gold}")
    await asyncio.to_thread(publish_again, site)
    found = (await request(served, "GET", where, token="of board")).json
    assert (found["approved"]["approver"], found["changed"]) == ("wang-fang", ["list"])
    assert "+list: gold" in found["lines"]
    assert (await request(served, "GET", where, token="of wang")).status == 403
    unknown = await request(served, "GET", "/govern/scenes/ofer/diff", token="of board")
    assert (unknown.status, "did you mean offer" in unknown.json["detail"]) == (404, True)
