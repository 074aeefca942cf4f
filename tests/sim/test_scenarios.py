"""Whole scenarios: what B2 comes to under each policy, and that a run can be repeated."""

import pytest

from bench import bare_skills, wallace_whitt
from bench.routing import b2
from sim.running import draw, run, runs, summary

pytestmark = pytest.mark.sim


def test_the_weighted_policies_reach_their_goals_on_seeds_they_were_not_tuned_on() -> None:
    score = {}
    for policy in (None, "b2-goals", "b2-patient"):
        scenario = b2(policy, calls=12_000, seeds=3)
        result = summary(scenario, list(runs(scenario)))
        score[policy] = result.score.mean
        if policy == "b2-goals":
            assert result.abandoned.mean < 5.5
        if policy == "b2-patient":
            assert result.abandoned.mean < 4.8
    assert score["b2-goals"] < 14
    assert score["b2-patient"] < 75 < score[None]


def test_the_same_seed_gives_the_same_run_and_another_does_not() -> None:
    scenario = b2("b2-goals", calls=3000, seeds=1)
    first, second, other = run(scenario, 1), run(scenario, 1), run(scenario, 2)
    assert first.everybody == second.everybody
    assert first.occupancy == second.occupancy
    assert first.everybody != other.everybody


def test_a_policy_changes_nothing_about_the_callers() -> None:
    first_come, weighted = b2(None, calls=3000), b2("b2-goals", calls=3000)
    one, other = run(first_come, 1), run(weighted, 1)
    assert one.everybody.offered == other.everybody.offered
    assert (one.kind_of == other.kind_of).all()


def test_two_skills_each_do_nearly_all_that_six_do() -> None:
    cells = {cell.skills: cell for cell in wallace_whitt.CELLS if cell.load == 84 and not cell.first_come}
    waits = {skills: wallace_whitt.simulate(cell, 12_000, range(1, 3), 2000) for skills, cell in cells.items()}
    assert waits[1].wait_s.mean > 3 * waits[2].wait_s.mean
    assert waits[2].wait_s.mean < 3 * waits[6].wait_s.mean
    assert waits[1].blocked.mean > 5 * waits[2].blocked.mean


@pytest.mark.parametrize("cell", wallace_whitt.CELLS, ids=lambda cell: cell.name)
def test_each_wait_is_that_of_a_simulation_written_apart(cell: wallace_whitt.Cell) -> None:
    scenario = wallace_whitt.scenario(cell, 5000, 0)
    groups = [(primary, member) for primary in range(wallace_whitt.KINDS) for member in range(wallace_whitt.GROUP)]
    skills = [wallace_whitt.kinds_of(primary, member, cell.skills) for primary, member in groups]
    bare = bare_skills.waits_s(draw(scenario, 5), skills, wallace_whitt.PLACES, cell.first_come)
    ours = run(scenario, 5, wallace_whitt.policy(cell)).waits
    assert ours == pytest.approx(bare, abs=1e-6, nan_ok=True)
    assert (bare > 0).sum() > 100
