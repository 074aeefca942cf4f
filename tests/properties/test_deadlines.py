"""Deadlines that are kept up to date: whatever is set, put off, taken away or restored, the first is the least."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from control.hub.deadlines import Deadlines

pytestmark = pytest.mark.properties

names = st.sampled_from("abcdefgh")
instants = st.floats(0.0, 100.0)
steps = st.one_of(
    st.tuples(st.just("set"), names, instants),
    st.tuples(st.just("clear"), names, st.none()),
    st.tuples(st.just("restore"), st.none(), st.none()),
)


@given(st.lists(steps, max_size=60), instants)
def test_the_first_is_the_least_of_those_that_count(steps: list[tuple[str, str, float]], now: float) -> None:
    due: dict[str, float] = {}
    deadlines: Deadlines[str] = Deadlines(due.get)
    for what, name, at in steps:
        match what:
            case "set":
                due[name] = at
                deadlines.look(name)
            case "clear":
                due.pop(name, None)
            case _:
                deadlines = Deadlines(due.get)
                deadlines.begin(due)
        assert deadlines.earliest() == min(due.values(), default=None)
        assert deadlines.are_due(now) is any(at <= now for at in due.values())


def test_a_name_that_is_set_again_and_again_is_there_once_for_each_instant_at_most() -> None:
    due: dict[str, float] = {}
    deadlines: Deadlines[str] = Deadlines(due.get)
    for second in range(10_000):
        due["a"] = second + 10.0
        deadlines.look("a")
        if second >= 10:
            assert deadlines.earliest() == second + 10.0
    assert len(deadlines._heap) == 1, "what counts no more goes as it comes to the top"
