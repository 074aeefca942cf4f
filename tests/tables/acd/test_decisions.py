"""Each row of decisions.yaml: who is rung, or that nobody is, and the reasons for every agent."""

from pathlib import Path
from typing import Any

import pytest

from acd.core import Acd
from acd.events import (
    AcdEvent,
    AgentMoved,
    AgentPaused,
    AgentReachable,
    AgentResumed,
    AgentSignedIn,
    AgentSignedOut,
    CallLeft,
    CallQueued,
    Configured,
    OfferMissed,
    OfferTaken,
    TalkEnded,
    WrapUpEnded,
)
from acd.trace import Decision, Witness
from calls.ids import AgentId, AttemptId, CallId, QueueName
from dsl.tree import parse
from tests.unit.acd.sites import configured

pytestmark = pytest.mark.tables

CALL = CallId("caller")
_ROWS: list[dict[str, Any]] = parse(
    (Path(__file__).parent / "decisions.yaml").read_text(encoding="utf-8"), "decisions.yaml"
).plain()


def _event(words: dict[str, Any]) -> AcdEvent:
    match words:
        case {"call": call}:
            return CallQueued(CallId(call), AttemptId("q"), QueueName("care"), tuple(words.get("skills", ())))
        case {"left": call}:
            return CallLeft(CallId(call), "hung_up")
        case {"taken": number}:
            return OfferTaken(AttemptId(f"offer-{number}"))
        case {"missed": number, "reason": reason}:
            return OfferMissed(AttemptId(f"offer-{number}"), reason)
        case {"ended": number}:
            return TalkEnded(AttemptId(f"offer-{number}"))
        case {"pause": agent}:
            return AgentPaused(AgentId(agent), words.get("reason", "break"))
        case {"ready": agent}:
            return AgentResumed(AgentId(agent))
        case {"sign_out": agent}:
            return AgentSignedOut(AgentId(agent))
        case {"unreachable": agent}:
            return AgentReachable(AgentId(agent), False)
        case {"wrap_up_ended": agent}:
            return WrapUpEnded(AgentId(agent))
        case {"moved": agent, "queues": queues}:
            return AgentMoved(AgentId(agent), tuple(QueueName(queue) for queue in queues))
        case _:
            raise ValueError(f"decisions.yaml: no such event: {words}")


def _decide(row: dict[str, Any]) -> Decision:
    """The last decision on the caller."""
    configuration = configured(row.get("queues") or {"care": {}}, row["agents"])
    witness = Witness(CALL)
    core = Acd(lambda version: configuration, witness=witness)
    call = dict(row["call"])
    come = (float(call.pop("at")), CallQueued(CALL, AttemptId("q"), QueueName("care"), **_typed(call)))
    events: list[tuple[float, AcdEvent]] = [(0.0, Configured("v1"))]
    events += [(0.0, AgentSignedIn(AgentId(agent))) for agent in row["agents"]]
    events += [(float(event["at"]), _event(event)) for event in row.get("before", [])]
    events += [come, *((float(event["at"]), _event(event)) for event in row.get("after", []))]
    for now, event in events:
        _pass(core, now)
        core.handle(event, now)
    _pass(core, float(row.get("until", 0.0)))
    return witness.decisions[-1]


def _pass(core: Acd, now: float) -> None:
    while (due := core.next_deadline()) is not None and due <= now:
        core.tick(due)


def _typed(call: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in call.items()}


@pytest.mark.parametrize("row", _ROWS, ids=[row["name"] for row in _ROWS])
def test_the_decision_and_its_reasons(row: dict[str, Any]) -> None:
    decision = _decide(row)
    told = {
        str(one.agent): f"{one.verdict}: {one.detail}" if ": " in row["because"][one.agent] else one.verdict
        for one in decision.standings
    }
    assert decision.agent == row["offered"]
    assert told == row["because"]
    assert [rival.call for rival in decision.rivals] == row.get("before_callers", [])
    assert (decision.attempt is None) == (decision.agent is None)
    ranked = [one.score for one in decision.standings if one.verdict == "ranked_lower"]
    (chosen,) = [one.score for one in decision.standings if one.verdict == "chosen"] or [None]
    assert all(score is not None and chosen is not None and chosen <= score for score in ranked)


def test_every_name_is_given_once() -> None:
    names = [row["name"] for row in _ROWS]
    assert len(set(names)) == len(names) >= 20
