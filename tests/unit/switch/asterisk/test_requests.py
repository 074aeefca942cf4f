"""Requests and their answers: out of order, late, twice, never."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switch.asterisk.requests import Pending, Reply, Then, reply_of

pytestmark = pytest.mark.unit


def noting(told: list[tuple[int, int]], number: int) -> Then:
    return lambda reply: told.append((number, reply.status))


def test_answers_find_their_requests_in_any_order() -> None:
    pending, told = Pending(5.0), list[tuple[int, int]]()
    ids = [pending.add(noting(told, number), now=0.0) for number in range(3)]
    for request_id, status in zip(reversed(ids), (200, 201, 204), strict=True):
        assert pending.answered(request_id, Reply(status))
    assert told == [(2, 200), (1, 201), (0, 204)]
    assert len(pending) == 0


def test_a_second_answer_changes_nothing() -> None:
    pending, told = Pending(5.0), list[Reply]()
    request_id = pending.add(told.append, now=0.0)
    assert pending.answered(request_id, Reply(200))
    assert not pending.answered(request_id, Reply(500))
    assert not pending.answered("never asked", Reply(200))
    assert [reply.status for reply in told] == [200]


def test_what_is_not_answered_expires() -> None:
    pending, told = Pending(5.0), list[Reply]()
    pending.add(told.append, now=0.0)
    answered = pending.add(None, now=1.0)
    pending.add(told.append, now=2.0)
    pending.answered(answered, Reply(200))
    assert pending.next_deadline() == 5.0
    assert pending.expire(4.9) == 0
    assert pending.expire(5.0) == 1
    assert [reply.failure for reply in told] == ["deadline"]
    assert pending.next_deadline() == 7.0


def test_a_lost_link_fails_all() -> None:
    pending, told = Pending(5.0), list[Reply]()
    pending.add(told.append, now=0.0)
    pending.add(told.append, now=0.0)
    pending.fail_all("cut")
    assert [(reply.failure, reply.reason) for reply in told] == [("switch_lost", "cut")] * 2
    assert pending.next_deadline() is None


def test_a_request_made_by_an_answer_is_kept() -> None:
    pending, told = Pending(5.0), list[Reply]()

    def again(reply: Reply) -> None:
        pending.add(told.append, now=1.0)

    pending.add(again, now=0.0)
    pending.fail_all("cut")
    assert len(pending) == 1


@pytest.mark.parametrize(
    ("status", "failure"), [(200, None), (204, None), (299, None), (404, "refused"), (500, "refused")]
)
def test_what_asterisk_refuses_is_a_failure(status: int, failure: str | None) -> None:
    reply = reply_of(status, "why", "{}")
    assert reply.failure == failure
    assert reply.ok == (failure is None)


@given(st.lists(st.sampled_from(["add", "answer", "expire", "lose"]), max_size=60), st.randoms(use_true_random=False))
def test_each_request_is_told_once(moves: list[str], chance: object) -> None:
    pending, told, open_ids, now, made = Pending(5.0), list[tuple[int, int]](), list[str](), 0.0, 0
    for move in moves:
        now += 1.0
        if move == "add":
            open_ids.append(pending.add(noting(told, made), now))
            made += 1
        elif move == "answer" and open_ids:
            pending.answered(open_ids.pop(chance.randrange(len(open_ids))), Reply(200))  # type: ignore[attr-defined]
        elif move == "expire":
            pending.expire(now)
        elif move == "lose":
            pending.fail_all("cut")
    pending.fail_all("end")
    assert sorted(number for number, _ in told) == list(range(made))
