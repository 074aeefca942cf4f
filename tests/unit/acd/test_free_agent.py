"""The agent who would be next for a caller of a queue: for somebody who is consulted, not offered; nothing changes."""

import pytest

from acd.events import AgentPaused, AgentReachable, AgentSignedOut
from acd.skills import SkillExpressionError
from calls.ids import AgentId, QueueName
from tests.unit.acd.sites import Bench

pytestmark = pytest.mark.unit

CARE, DESK = QueueName("care"), QueueName("desk")


def bench() -> Bench:
    """Three agents, who sign in one after another: c serves the desk alone, and has the best French."""
    return Bench(
        {"care": {"skills": ["help"]}, "desk": {}},
        {
            "a": {"skills": {"help": 1}},
            "b": {"skills": {"help": 3, "french": 2}},
            "c": {"queues": ["desk"], "skills": {"french": 5}},
        },
    )


def test_whoever_has_been_idle_for_longest_of_those_who_serve_the_queue() -> None:
    site = bench()
    assert site.acd.free_agent(DESK, ()) == "a"
    assert site.acd.free_agent(CARE, ()) == "a"


@pytest.mark.parametrize(
    ("queue", "skills", "agent"),
    [(CARE, ("help>=2",), "b"), (CARE, ("french",), "b"), (DESK, ("french>=4",), "c"), (CARE, ("french>=4",), None)],
)
def test_who_has_the_skills_and_the_queue_s_own(queue: QueueName, skills: tuple[str, ...], agent: str | None) -> None:
    assert bench().acd.free_agent(queue, skills) == agent


@pytest.mark.parametrize("away", [AgentPaused(AgentId("a"), "lunch"), AgentSignedOut(AgentId("a"))])
def test_not_one_who_is_away(away: AgentPaused | AgentSignedOut) -> None:
    site = bench()
    site(away, 1.0)
    assert site.acd.free_agent(CARE, ()) == "b"


def test_not_one_whose_phone_is_gone_or_who_is_offered_a_caller() -> None:
    site = bench()
    site(AgentReachable(AgentId("a"), False), 1.0)
    assert site.acd.free_agent(CARE, ()) == "b"
    site.queue("c1", 2.0)
    assert site.acd.free_agent(CARE, ()) is None


def test_of_a_queue_that_is_not_there_nobody() -> None:
    assert bench().acd.free_agent(QueueName("nowhere"), ()) is None


def test_skills_that_cannot_be_read_are_said() -> None:
    with pytest.raises(SkillExpressionError):
        bench().acd.free_agent(CARE, ("help>>",))


def test_nothing_changes() -> None:
    site = bench()
    before = site.acd.snapshot()
    site.acd.free_agent(CARE, ("help>=2",))
    assert site.acd.snapshot() == before
