"""The line, the servers and the estimates: what is known of an instant."""

from math import log

import pytest

from acd.forecast.estimates import Drift, Handle, Patience
from acd.forecast.line import Line
from acd.forecast.servers import UNKNOWN_SCORE, ReturnCurve, Servers, kinds_passed_over
from calls.ids import AgentId, CallId

pytestmark = pytest.mark.unit

ANN, BOB = AgentId("ann"), AgentId("bob")


def line_of(*joined: tuple[str, str, int, float], head_starts: dict[int, float] | None = None) -> Line:
    line = Line({2: 90.0} if head_starts is None else head_starts)
    for call, kind, priority, at in joined:
        line.join(CallId(call), kind, priority, at)
    return line


def ahead(line: Line, call: str) -> set[str]:
    waiter = line.find(CallId(call))
    assert waiter is not None
    return {other.call for other in line.ahead_of(waiter)}


def test_a_head_start_overtakes_those_who_joined_less_than_it_before() -> None:
    line = line_of(("old", "PS", 0, 0.0), ("new", "PS", 0, 100.0), ("vip", "PS", 2, 120.0))
    assert ahead(line, "vip") == {"old"}  # 120 - 90 = 30: behind 0, before 100
    assert ahead(line, "new") == {"old", "vip"}


def test_callers_of_one_second_keep_their_order() -> None:
    line = line_of(("a", "PS", 1, 5.0), ("b", "PS", 1, 5.0))
    assert (ahead(line, "a"), ahead(line, "b")) == (set(), {"a"})


def test_the_last_wait_is_kept_by_kind_and_priority_and_gone_callers_leave_none() -> None:
    line = line_of(("a", "PS", 0, 0.0), ("b", "NW", 0, 10.0), ("c", "PS", 0, 11.0))
    line.served(CallId("a"), 30.0)
    line.gone(CallId("c"))
    assert line.last_wait("PS", 0) == (30.0, 30.0)
    assert line.last_wait("NW", 0) is None
    assert line.last_wait() == (30.0, 30.0)


def test_an_agent_is_learned_by_what_is_taken_and_what_is_passed_over() -> None:
    servers = Servers()
    for n in range(30):
        servers.took(ANN, CallId(f"{n}"), "PS", ["NW"], float(n))
    assert servers.score(ANN, "PS") > 0.95
    assert servers.score(ANN, "NW") < 0.05
    assert servers.score(ANN, "NE") == servers.score(BOB, "PS") == UNKNOWN_SCORE


def test_passed_over_are_those_whose_turn_it_was_and_who_were_there_in_time() -> None:
    line = line_of(("early", "NW", 0, 0.0), ("late", "NE", 0, 50.0), ("just", "TT", 0, 57.0), ("me", "PS", 2, 55.0))
    served = line.served(CallId("me"), 60.0)
    assert served is not None
    # the turn of `me` counts from -35: nobody was before; without head start `early` and `late` were, `just` was not
    assert kinds_passed_over(line, served, 60.0) == set()
    plain = line_of(("early", "NW", 0, 0.0), ("just", "TT", 0, 57.0), ("me", "PS", 2, 58.0), head_starts={})
    served = plain.served(CallId("me"), 60.0)
    assert served is not None
    assert kinds_passed_over(plain, served, 60.0) == {"NW"}


def test_staying_off_the_phone_lowers_the_chance_only_while_somebody_waits() -> None:
    servers = Servers()
    servers.took(ANN, CallId("1"), "PS", [], 0.0)
    servers.talk_over(CallId("1"), 60.0)
    servers.pass_time(500.0, somebody_waited=False)
    (calm,) = servers.hands(560.0)
    servers.pass_time(100.0, somebody_waited=True)
    (missed,) = servers.hands(660.0)
    assert calm.chance > 0.9
    assert missed.chance < 0.5
    assert missed.off_s == 100.0


def test_agents_who_are_told_about_need_no_guess() -> None:
    servers = Servers()
    servers.present(ANN, frozenset({"PS"}), 0.0)
    servers.pass_time(800.0, somebody_waited=True)
    (hand,) = servers.hands(800.0)
    assert hand.chance == 1.0
    assert (servers.score(ANN, "PS"), servers.score(ANN, "NW")) == (1.0, 0.0)
    servers.absent(ANN)
    assert servers.hands(801.0) == []


def test_a_stale_end_of_talk_changes_nothing() -> None:
    servers = Servers()
    servers.took(ANN, CallId("1"), "PS", [], 0.0)
    servers.took(ANN, CallId("2"), "PS", [], 50.0)
    assert servers.talk_over(CallId("1"), 51.0) is None
    assert servers.talking() == 1
    ended = servers.talk_over(CallId("2"), 80.0)
    assert ended is not None
    assert ended[1].since == 50.0
    assert servers.talk_over(CallId("2"), 90.0) is None


def test_the_return_curve_follows_what_agents_do() -> None:
    curve = ReturnCurve()
    for _ in range(2000):
        curve.learn(900.0, returned=False)
    assert curve.chance(5.0) < 0.1
    for _ in range(4000):
        curve.learn(6.0, returned=True)
    assert curve.chance(5.0) > 0.9
    assert curve.chance(100.0) < 0.05  # none of those came so far


def test_handle_time_ignores_phones_left_off_the_hook() -> None:
    handle = Handle(prior_s=100.0)
    handle.learn(5000.0, "PS", ANN)
    handle.learn(0.0, "PS", ANN)
    assert (handle.mean_s, handle.talks) == (100.0, 0)
    for _ in range(500):
        handle.learn(200.0, "PS", ANN)
        handle.learn(400.0, "NW", BOB)
    assert handle.mean_s == pytest.approx(300.0, rel=0.02)
    assert handle.of_kind("PS") == pytest.approx(200.0, rel=0.02)
    assert handle.of_kind("TT") == handle.mean_s


def test_patience_is_time_waited_for_each_who_gave_up() -> None:
    patience = Patience(prior_s=60.0)
    for _ in range(5000):
        patience.learn(90.0, gave_up=False)
        patience.learn(30.0, gave_up=True)
    assert patience.mean_s == pytest.approx(120.0, rel=0.01)  # not 30: the others were patient for 90 s at least


def test_drift_is_the_log_of_wait_over_forecast() -> None:
    drift = Drift(step=1.0)
    drift.learn(("PS", 2), forecast_s=45.0, wait_s=95.0)
    assert drift.of(("PS", 2)) == drift.overall == pytest.approx(log(2.0))
    assert drift.of(("NW", 0)) == 0.0


def test_a_large_floor_is_looked_at_in_part_and_counted_in_full() -> None:
    servers = Servers()
    for n in range(3000):
        servers.present(AgentId(f"a{n}"), frozenset({"PS"}), 0.0)
    hands = servers.hands(1.0)
    assert len(hands) <= 100
    assert len(hands) * servers.stride == pytest.approx(3000, rel=0.05)


def test_asking_gives_nobody_up() -> None:
    servers = Servers()
    servers.took(ANN, CallId("1"), "PS", [], 0.0)
    servers.talk_over(CallId("1"), 60.0)
    assert servers.hands(10_000.0) == []
    assert len(servers.hands(61.0)) == 1
    servers.forget_absent(10_000.0)
    assert servers.hands(61.0) == []
