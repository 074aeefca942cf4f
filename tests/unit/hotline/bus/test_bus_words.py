"""The bus without a broker: its contract, what it says of a house, the calls that ended."""

import re
import sqlite3
from pathlib import Path

import msgspec
import pytest
import yaml

from calls import events as door
from calls.causes import Cause
from calls.ids import LegId
from control.messages import commands, log_commands
from dialer.governor.decisions import Decision, Reason
from dialer.governor.questions import Question
from hotline.bus import asyncapi, words
from hotline.bus.ended import EndedCalls
from hotline.bus.picture import Picture
from hotline.governing.feed import Feed
from hotline.store import opening, statements
from tests.unit.control.harness import ControlHarness

pytestmark = pytest.mark.unit

BASE = "hotline/v1/here"


def test_the_document_is_made_of_the_words() -> None:
    assert Path("docs/asyncapi.yaml").read_text(encoding="utf-8") == asyncapi.text(), (
        "python -m hotline.bus.asyncapi > docs/asyncapi.yaml"
    )


def test_every_reference_of_the_document_leads_somewhere_and_every_place_is_described() -> None:
    document = yaml.safe_load(asyncapi.text())
    for reference in re.findall(r"\$ref: '?#/([\w/]+)", asyncapi.text()):
        found = document
        for part in reference.split("/"):
            found = found[part]
    for channel in document["channels"].values():
        assert set(re.findall(r"{(\w+)}", channel["address"])) == set(channel["parameters"])
    assert {name: one["action"] for name, one in document["operations"].items() if one["action"] == "receive"} == {
        "agentCommand": "receive"
    }


@pytest.mark.parametrize("name", ["8001", "a/b", "50%", "%2F", "+8613/#", "催收"])
def test_a_name_is_one_level_of_a_topic_and_comes_back(name: str) -> None:
    level = words.word(name)
    assert not set("/+#") & set(level)
    assert words.name_of(level) == name


def _told(house: ControlHarness) -> Picture:
    picture = Picture(BASE)
    for command in house.commands:
        picture.watch(command, 0.0)
    picture.look(house.router.register, {"01", "02"}, {"care", "loans"})
    return picture


def _at(picture: Picture, topic: str) -> dict[str, object]:
    found: dict[str, object] = msgspec.json.decode(picture.topics[f"{BASE}/{topic}"])
    return found


def test_a_campaign_is_a_topic_until_it_is_published_no_more() -> None:
    house = ControlHarness("01")
    picture = Picture(BASE)
    counts = dict.fromkeys(("live", "dialled", "answered", "connected", "abandoned", "denied", "deferred"), 3)
    row = {"campaign": "spring", "title": "Spring", "state": "running", "mode": "preview", "why": "", "author": "li"}
    picture.look(house.router.register, (), (), campaigns=[{**row, "reason": "day 1", "until": None, **counts}])
    told = _at(picture, "campaigns/spring/state")
    assert (told["state"], told["author"], told["live"], told["denied"]) == ("running", "li", 3, 3)
    picture.look(house.router.register, (), ())
    assert f"{BASE}/campaigns/spring/state" not in picture.topics


def test_the_policy_is_a_topic_of_a_site_with_scenes() -> None:
    house = ControlHarness("01")
    picture = Picture(BASE)
    policy = {"rules": "5f", "since": 1.0, "approvers": ("li",), "policy": "ab", "published": "60", "waits": True}
    picture.look(house.router.register, (), (), policy={**policy, "why": "it waits", "scenes": 3, "may_call": 2})
    assert _at(picture, "policy") == {
        **policy,
        "approvers": ["li"],
        "why": "it waits",
        "scenes": 3,
        "may_call": 2,
    }
    picture.look(house.router.register, (), ())
    assert f"{BASE}/policy" not in picture.topics


def test_a_house_in_topics() -> None:
    house = ControlHarness("01")
    call = house.arrive()
    house.press(call, "1")
    waits = house.arrive()
    house.press(waits, "1")
    picture = _told(house)
    assert _at(picture, "agents/01/state")["state"] == "offered"
    queued = house.router.register.calls[call].queued_at
    assert queued is not None
    assert _at(picture, "queues/care/state") == {
        "queue": "care",
        "waiting": 2,
        "offered": 1,
        "longest_since": queued + house.router.register.offset_s,
    }
    assert _at(picture, "queues/loans/state")["waiting"] == 0
    assert _at(picture, f"calls/{waits}/state")["place"] == "waiting"
    assert "13800138000" not in b"".join(picture.topics.values()).decode()
    house.tell(door.CallEnded(LegId(waits), Cause.NORMAL))
    assert f"{BASE}/calls/{waits}/state" not in _told(house).topics


def test_alerts_are_bounded_and_the_newest_stay() -> None:
    picture = Picture(BASE)
    for number in range(1_500):
        picture.watch(commands.Noticed("error", f"trouble {number}"), 1.0)
    picture.watch(commands.Noticed("info", "nothing"), 1.0)
    assert len(picture.alerts) == 1_000
    assert msgspec.json.decode(picture.alerts[-1], type=words.Alert).event == "trouble 1499"


async def test_calls_that_ended_are_told_from_the_mark_on(tmp_path: Path) -> None:
    database, mark = tmp_path / "hotline.db", tmp_path / "bus.mark"
    opening.migrate(database)
    house = ControlHarness()

    def end_one() -> None:
        call = house.arrive()
        house.tell(door.CallEnded(LegId(call), Cause.NORMAL))
        with sqlite3.connect(database) as connection:
            connection.execute(statements.CALL, msgspec.structs.astuple(house.last(log_commands.LogCall)))
        connection.close()

    end_one()
    EndedCalls(database, mark).begin()
    assert await EndedCalls(database, mark).next(10) == [], "a new bus does not tell the past"
    for _ in range(3):
        end_one()
    calls = await EndedCalls(database, mark).next(2)
    decoded = [msgspec.json.decode(call.payload, type=words.CallEnded) for call in calls]
    assert [one.call for one in decoded] == ["leg-2", "leg-3"]
    assert decoded[0].caller == "+86*******8000"
    assert await EndedCalls(database, mark).next(2) == calls, "not confirmed: told again"
    await EndedCalls(database, mark).confirm(calls[-1].row)
    EndedCalls(database, mark).begin()
    assert [msgspec.json.decode(one.payload)["call"] for one in await EndedCalls(database, mark).next(10)] == ["leg-4"]


@pytest.mark.parametrize(
    ("payload", "told"),
    [
        (b'{"command": "puase"}', "no command 'puase' (did you mean pause?)"),
        (b'{"comand": "pause"}', "comand is no field (did you mean command?)"),
        (b'{"command": "pause", "resaon": "lunch"}', "resaon is no field (did you mean reason?)"),
        (b'{"command": 5}', "Expected `str`"),
        (b"[1]", "Expected `object`"),
        (b"pause", "JSON is malformed"),
    ],
)
def test_a_command_that_cannot_be_read_is_refused_with_the_nearest_word(payload: bytes, told: str) -> None:
    with pytest.raises(msgspec.MsgspecError) as refused:
        msgspec.json.decode(payload, type=words.AgentCommand)
    assert told in words.refusal(payload, refused.value)


def test_a_decision_of_the_gate_has_the_words_of_the_bus() -> None:
    feed = Feed()
    seen: list[words.Decision] = []
    feed.watch(lambda told: seen.append(msgspec.convert(msgspec.to_builtins(told), words.Decision)))
    reason = Reason("house.often", "frequency", "group", "defer", "2 calls; at most 1", "article 12", 2, 1, 50.0)
    question = Question(scene="offer", number="+8613800138000", origin="gate", source="old_dialer")
    feed.tell(question, Decision("defer", "hash", "offer", "v1", (reason,), until=50.0), 10.0)
    (told,) = seen
    assert (told.row, told.verdict, told.number, told.source) == (1, "defer", "+86*******8000", "old_dialer")
    assert (told.rules, told.clause, told.until) == (("house.often",), "article 12", 50.0)
    assert words.topic(BASE, words.DECISION) == f"{BASE}/decisions"
