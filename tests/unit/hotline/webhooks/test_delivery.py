"""Deliveries to a real HTTP server that is killed and brought back, answers badly, or sends elsewhere."""

import asyncio
import contextlib
import sqlite3
import time
from pathlib import Path
from unittest.mock import Mock

import msgspec
import pytest
import structlog

from calls.errors import BadInput
from complaints.cases import FileCase
from control.messages import commands, log_commands
from hotline.site.webhooks import WebhookSettings
from hotline.store import statements
from hotline.store.outbox import OutboxReader
from hotline.store.writer import Writer
from hotline.webhooks import signing
from hotline.webhooks.outbox import Outbox
from tests.unit.hotline.served import until
from tests.unit.hotline.webhooks.delivering import NUMBER, SECRET, Open, ring, told
from tests.unit.hotline.webhooks.receiver import Receiver

pytestmark = pytest.mark.unit


def test_only_commands_that_a_webhook_wants_to_know_of_are_shown_to_the_outbox(tmp_path: Path) -> None:
    def kinds(*events: str) -> frozenset[type]:
        given = [{"name": "crm", "url": "https://crm.example/hotline", "events": [*events]}] if events else []
        webhooks = [WebhookSettings.model_validate(one) for one in given]
        return Outbox(webhooks, Mock(spec=Writer)).kinds

    assert kinds() == frozenset()
    assert kinds("ring", "end") == {commands.NotifyRing, log_commands.LogCall}
    every = {commands.NotifyArrival, commands.NotifyRing, commands.NotifyTalk, log_commands.LogCall, FileCase}
    assert kinds("arrival", "ring", "talk", "end", "case") == every


async def test_an_event_is_sent_once_signed_and_masked(receiver: Receiver, opened: Open) -> None:
    async with opened() as house:
        house.tell("a", "arrival")
        await until(lambda: receiver.taken() and not house.waiting())
        await asyncio.sleep(0.3)
        (request,) = receiver.requests()
    sent = request["headers"]
    at = int(sent["webhook-timestamp"])
    assert abs(at - time.time()) < 30
    again = signing.headers((SECRET,), sent["webhook-id"], at, request["body"].encode())
    assert sent["webhook-signature"] == again["webhook-signature"]
    assert sent["content-type"] == "application/json"
    assert "." not in sent["webhook-id"]
    (message,) = receiver.taken()
    assert (message["type"], message["data"]["caller"]) == ("arrival", "+86*******8000")
    assert message["timestamp"].endswith("Z")
    assert NUMBER not in request["body"]


async def test_whole_numbers_where_the_site_says_so(receiver: Receiver, opened: Open) -> None:
    async with opened(numbers="full") as house:
        house.outbox.write(ring("a", time.time(), {"mobile": "13900139000"}))
        await until(receiver.taken)
    (message,) = receiver.taken()
    assert (message["data"]["caller"], message["data"]["fields"]) == (NUMBER, {"mobile": "13900139000"})


async def test_numbers_in_fields_are_masked_by_the_one_rule(receiver: Receiver, opened: Open) -> None:
    fields = {"mobile": "13900139000", "own": "13800138000", "words": "call 13900139000 back", "loan": "7"}
    async with opened() as house:
        house.outbox.write(ring("a", time.time(), fields))
        await until(receiver.taken)
    (message,) = receiver.taken()
    assert message["data"]["fields"] == {
        "mobile": "1******9000",
        "own": "1******8000",
        "words": "call 1******9000 back",
        "loan": "7",
    }


async def test_nothing_is_lost_or_doubled_while_the_receiver_is_away(receiver: Receiver, opened: Open) -> None:
    calls = [f"call-{number}" for number in range(40)]
    async with opened() as house:
        house.tell("before", "arrival")
        await until(receiver.taken)
        await receiver.kill()
        with structlog.testing.capture_logs() as logged:
            for call in calls:
                house.tell(call, "arrival", "ring", "talk")
            await until(lambda: house.away())
            assert house.waiting() == 120
            since = house.delivery.state.failing_since
            await until(lambda: len(house.delivery.state.failures) >= 3)
            assert house.delivery.state.failing_since == since
            shown = house.delivery.receiver.view()
            assert (shown["name"], shown["state"], shown["critical"]) == ("webhook crm", "down", False)
            assert shown["since"] == pytest.approx(since, abs=0.1)
            assert shown["next_try_at"] == pytest.approx(house.delivery.state.next_at, abs=0.1)
            await receiver.start()
            await until(lambda: not house.waiting())
        assert house.away() == ""
    assert [line["event"] for line in logged] == ["webhook fails", "webhook delivers again"]
    came = told(receiver)
    assert sorted(came) == sorted(
        {("before", "arrival"), *((call, kind) for call in calls for kind in ("arrival", "ring", "talk"))}
    )
    for call in calls:
        assert [kind for of, kind in came if of == call] == ["arrival", "ring", "talk"], "in order"


async def test_a_receiver_that_was_away_before_is_shown_so_since_then(receiver: Receiver, opened: Open) -> None:
    await receiver.kill()
    async with opened() as house:
        house.tell("a", "arrival")
        await until(house.away)
        since = house.delivery.state.failing_since
    async with opened() as house:
        await until(house.away)
        assert house.delivery.receiver.since == since
        await receiver.start()
        await until(lambda: house.delivery.receiver.state == "up")


async def test_pauses_of_a_receiver_that_is_away_grow(receiver: Receiver, opened: Open) -> None:
    await receiver.kill()
    async with opened() as house:
        house.tell("a", "arrival")
        house.tell("b", "arrival")
        await until(lambda: len(house.delivery.state.failures) >= 6)
        tried = [one["at"] for one in reversed(house.delivery.state.failures)]
    pauses = [after - before for before, after in zip(tried[-5:], tried[-4:], strict=False)]
    assert pauses[0] < pauses[1] < pauses[2] * 1.3
    assert max(pauses) < 1.0, "and no longer than the longest"


async def test_one_event_that_is_never_taken_holds_up_its_own_call_alone(receiver: Receiver, opened: Open) -> None:
    receiver.answers('500 "poison"')
    async with opened() as house:
        house.tell("poison", "arrival", "talk")
        await until(receiver.requests)
        for number in range(10):
            house.tell(f"well-{number}", "arrival")
        await until(lambda: len(receiver.taken()) == 10)
        assert not any(call == "poison" for call, _ in told(receiver))
        await until(lambda: house.waiting() == 2)
        await until(lambda: sum("poison" in request["body"] for request in receiver.requests()) >= 3)
        await until(lambda: sum("poison" in request["body"] for request in receiver.requests()) >= 7)
        assert house.away() == "", "the receiver is well"
        ids = {request["headers"]["webhook-id"] for request in receiver.requests() if "poison" in request["body"]}
        assert len(ids) == 1, "each try has the same id, and what comes after it waits"
        receiver.answers("204")
        await until(lambda: not house.waiting())
    assert [kind for call, kind in told(receiver) if call == "poison"] == ["arrival", "talk"]


async def test_a_receiver_that_answers_badly_again_and_again_is_left_alone(receiver: Receiver, opened: Open) -> None:
    receiver.answers("404")
    async with opened() as house:
        for number in range(200):
            house.tell(f"call-{number}", "arrival")
        await until(lambda: house.away())
        assert len(receiver.requests()) < 60, "it rests"
        assert house.away() == "answers 404"
        receiver.answers("204")
        await until(lambda: not house.waiting())
    assert len(set(told(receiver))) == len(told(receiver)) == 200


async def test_a_redirect_is_not_followed(receiver: Receiver, opened: Open, tmp_path: Path) -> None:
    inside = Receiver(tmp_path / "inside")
    await inside.start()
    try:
        async with opened() as house:
            for status in (301, 302, 307, 308):
                receiver.answers(f"{status} {inside.url}")
                house.tell(f"call-{status}", "arrival")
                told = f"answers {status}: redirects are not followed, name the place itself"
                await until(lambda told=told: told in [one["error"] for one in house.delivery.state.failures])
        assert inside.requests() == []
    finally:
        await inside.kill()


async def test_what_is_too_old_is_dropped_and_told(receiver: Receiver, opened: Open) -> None:
    await receiver.kill()
    async with opened(keep_hours=1.0) as house:
        house.tell("old", "arrival", "talk")
        await until(lambda: house.away())
        house.late_s = 3_000.0
        house.tell("new", "arrival")
        with structlog.testing.capture_logs() as logged:
            house.late_s = 4_000.0
            await until(lambda: house.waiting() == 1)
        assert house.delivery.state.dropped == 2
        (line,) = [line for line in logged if line["event"] == "webhook events dropped"]
        assert line["advice"]
        await receiver.start()
        await until(lambda: not house.waiting())
    assert told(receiver) == [("new", "arrival")]


async def test_a_receiver_that_is_busy_names_the_pause(receiver: Receiver, opened: Open) -> None:
    receiver.answers("429 after=30")
    async with opened() as house:
        house.tell("a", "arrival")
        await until(lambda: house.delivery.state.next_at)
        assert house.delivery.state.next_at is not None
        assert 25.0 < house.delivery.state.next_at - time.time() <= 30.5


async def test_a_secret_that_cannot_be_read_keeps_the_events(receiver: Receiver, opened: Open) -> None:
    async with opened() as house:
        house.secrets = BadInput("var/secrets/webhook-crm: empty")
        await asyncio.sleep(0.3)
        house.tell("a", "arrival")
        await until(lambda: house.away())
        assert house.away() == "var/secrets/webhook-crm: empty"
        assert receiver.requests() == []
        house.secrets = (SECRET,)
        await until(receiver.taken)


async def test_a_ring_tells_of_earlier_calls_within_the_setting(receiver: Receiver, opened: Open) -> None:
    now = time.time()
    async with opened(earlier_days=7, earlier_most=2) as house:
        with contextlib.closing(sqlite3.connect(house.database)) as store, store:
            for call, days, caller in (
                ("c1", 1.0, NUMBER),
                ("c2", 2.0, NUMBER),
                ("c3", 3.0, NUMBER),
                ("c8", 8.0, NUMBER),
                ("x1", 1.0, "+8613900139000"),
                ("a", 0.001, NUMBER),
            ):
                at = now - days * 86_400.0
                times = (at, at, at + 5, at + 60)
                row = (call, caller, "95183", "v", "en", *times, "care", "01", "answered", "normal", "")
                store.execute(f"INSERT INTO calls VALUES ({'?, ' * 14} 'in')", row)
            talk = ("c1", 1, "agent", "01", "8001", "care", "l", now - 86_400.0, now - 86_390.0, "normal", 0, 0.0)
            store.execute("INSERT INTO talks VALUES (?,?,?,?,?,?,?,?,?,?,?,?,0,0)", talk)
            case = ("2611290001", "c1", NUMBER, "complaint", "caller", now, "{}", "open")
            store.execute("INSERT INTO cases VALUES (?,?,?,?,?,?,?,?)", case)
        house.outbox.write(ring("a", now))
        await until(receiver.taken)
        house.outbox.write(msgspec.structs.replace(ring("b", now), caller="anonymous"))
        await until(lambda: len(receiver.taken()) == 2)
    first, second = receiver.taken()
    earlier = first["data"]["earlier"]
    assert [(one["call"], one["outcome"], one["cases"]) for one in earlier] == [
        ("c1", "answered", ["2611290001"]),
        ("c2", "answered", []),
    ]
    assert earlier[0]["talk_s"] == pytest.approx(10.0, abs=0.01)
    assert (second["data"]["caller"], second["data"]["earlier"]) == ("anonymous", [])


async def test_the_state_is_kept_over_a_restart(receiver: Receiver, opened: Open) -> None:
    await receiver.kill()
    async with opened() as house:
        house.tell("a", "arrival")
        await until(lambda: house.away())
        since = house.delivery.state.failing_since
    async with opened() as house:
        await until(lambda: house.delivery.state.failing_since)
        assert house.delivery.state.failing_since == since
        await receiver.start()
        await until(lambda: house.delivery.state.delivered == 1)
    assert told(receiver) == [("a", "arrival")]


async def test_a_row_that_cannot_be_read_holds_up_its_own_call_alone(receiver: Receiver, opened: Open) -> None:
    async with opened() as house:
        house.writer.write(statements.OUTBOX, ("crm", "msg_1", "ring", "broken", time.time(), b"no JSON"))
        house.tell("broken", "talk")
        house.tell("well", "arrival")
        await until(lambda: house.delivery.state.failures and receiver.taken())
        assert "it cannot be sent" in house.delivery.state.failures[0]["error"]
    assert told(receiver) == [("well", "arrival")]


async def test_a_store_that_cannot_be_looked_at_is_told_once_and_looked_at_again(
    receiver: Receiver, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened() as house:
        due = OutboxReader.due
        with structlog.testing.capture_logs() as logged:
            monkeypatch.setattr(OutboxReader, "due", _refuse)
            for turn in range(3):
                house.tell(f"call-{turn}", "arrival")
                await asyncio.sleep(0.3)
            assert [line["event"] for line in logged] == ["webhook outbox not read"]
            monkeypatch.setattr(OutboxReader, "due", due)
            await until(lambda: len(receiver.taken()) == 3)


def _refuse(*of: object) -> None:
    raise sqlite3.OperationalError("disk I/O error")
