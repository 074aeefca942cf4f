"""Trees in flat arrays, and the correction over them."""

import random

import pytest

from acd.forecast.conformal import Correction
from acd.forecast.ensemble import LEVELS, Ensemble, Tree, mean

pytestmark = pytest.mark.unit


def stump(feature: int, threshold: float, low: float, high: float) -> Tree:
    return Tree([feature, 0, 0], [threshold, 0.0, 0.0], [1, 1, 2], [2, 1, 2], [0.0, low, high], 1)


def leaf(value: float) -> Tree:
    return Tree([0], [0.0], [0], [0], [value], 0)


def test_a_forest_adds_up_its_trees_level_by_level() -> None:
    deep = Tree([0, 1, 0, 0, 0], [5.0, 1.0, 0, 0, 0], [1, 3, 2, 3, 4], [2, 4, 2, 3, 4], [0, 0, 100.0, 10.0, 20.0], 2)
    groups = [[leaf(1.0)], [stump(0, 3.0, 2.0, 4.0)], [deep, leaf(0.5)], [leaf(7.0)], [leaf(8.0), leaf(1.0)]]
    forest = Ensemble(["PS"], groups)
    assert forest.predict([3.0, 1.0]) == [1.0, 2.0, 10.5, 7.0, 9.0]  # equal goes left
    assert forest.predict([3.1, 1.1]) == [1.0, 4.0, 20.5, 7.0, 9.0]
    assert forest.predict([5.1, 0.0]) == [1.0, 4.0, 100.5, 7.0, 9.0]
    again = Ensemble.from_arrays(["PS"], dict(forest.to_arrays()))  # type: ignore[arg-type] # int arrays count too
    assert again.predict([3.1, 1.1]) == forest.predict([3.1, 1.1])


def test_a_forest_needs_trees_for_every_level() -> None:
    with pytest.raises(ValueError, match="one group of trees a level"):
        Ensemble([], [[leaf(1.0)]])


def test_the_mean_of_quantiles_is_that_of_a_uniform_and_near_that_of_an_exponential() -> None:
    assert mean([0.1, 0.25, 0.5, 0.75, 0.9]) == pytest.approx(0.5, abs=0.02)
    assert mean([0.105, 0.288, 0.693, 1.386, 2.303]) == pytest.approx(1.0, abs=0.03)


def test_the_correction_covers_each_cell_although_the_forecasts_do_not() -> None:
    chance = random.Random(5)
    correction = Correction()
    inside: dict[str, list[bool]] = {"PS": [], "NW": []}
    for _ in range(24000):
        kind = chance.choice(["PS", "NW"])
        said = correction.say((kind, 1), [40.0, 45.0, 50.0, 55.0, 60.0])  # sure of itself, and wrong
        low, *_, high = correction.corrected(said)
        wait_s = chance.expovariate(1 / 50.0) if kind == "PS" else 100.0 + chance.gauss(0.0, 20.0)
        inside[kind].append(low <= wait_s <= high)
        correction.learn(said, wait_s)
    for kind in inside:
        late = inside[kind][6000:]
        assert 0.77 <= sum(late) / len(late) <= 0.83


def test_corrected_quantiles_rise_and_are_not_negative() -> None:
    correction = Correction(step=0.5)
    said = correction.say(("PS", 1), [9.0, 3.0, 5.0, 6.0, 20.0])
    assert said.raw == (3.0, 5.0, 6.0, 9.0, 20.0)
    for wait_s in (0.0, 0.0, 500.0, 0.0, 0.0):
        correction.learn(said, wait_s)
    told = correction.corrected(said)
    assert list(told) == sorted(told)
    assert told[0] >= 0.0
    assert len(told) == len(LEVELS)


def test_a_new_cell_starts_where_all_stand() -> None:
    correction = Correction()
    said = correction.say(("PS", 1), [10.0, 20.0, 30.0, 40.0, 50.0])
    for _ in range(3000):
        correction.learn(said, 400.0)
    fresh = correction.say(("NW", 0), [10.0, 20.0, 30.0, 40.0, 50.0])
    assert correction.corrected(fresh)[2] > 45.0
