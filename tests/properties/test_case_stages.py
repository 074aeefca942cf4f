"""A case lived at random: whatever is tried, no step is skipped, and nobody does what is not theirs to do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaints.audit import Entry
from complaints.stages.rules import HANDLING, HOUSE, KINDS, Act, Refused, entry_of, next_acts, refusal
from complaints.stages.state import state_of
from complaints.stages.table import STAGES

pytestmark = pytest.mark.properties

ORDER = ("accepted", "graded", "dispatched", "first_feedback", "investigated", "decided", "notified", "root_cause")
PEOPLE = (HOUSE, "li", "wang", "chen", "1017")
FIELDS = {
    **{"category": "fee", "grade": "level_1", "reasons": ["press"], "four_eyes": True, "department": "cards"},
    **{"reason": "x", "decision": "founded", "channel": "call", "cause": "x", "to": "y", "into": "2"},
    **{"person": "chen", "for": "customer", "clock": "decision", "approver": "zhao", "text": "z"},
}
acts = st.tuples(
    st.one_of(st.none(), st.sampled_from(sorted(KINDS))),
    st.integers(0, 20),
    st.sampled_from(PEOPLE),
    st.sampled_from((0, 10, 200)),
    st.booleans(),
)


def lived(tries: list[tuple[str | None, int, str, int, bool]]) -> list[Entry]:
    """The log of those tries that were allowed; without a kind, one of the possible ones is tried."""
    entries = [entry_of([], Act("opened", HOUSE, 0.0, {"channel": "call", "about": ["1017"]}))]
    for kind, choice, author, amount, four_eyes in tries:
        possible = next_acts(state_of(entries))
        kind = kind or possible[choice % len(possible)]
        fields = {**FIELDS, "amount": amount, "four_eyes": four_eyes}
        try:
            entries.append(entry_of(entries, Act(kind, author, float(len(entries)), fields)))
        except Refused:
            continue
    return entries


@given(st.lists(acts, max_size=60))
def test_no_step_is_skipped_on_the_way_to_the_end(tries: list[tuple[str | None, int, str, int, bool]]) -> None:
    entries = lived(tries)
    begun = max((place for place, entry in enumerate(entries) if entry.kind in ("opened", "reopened")), default=0)
    kinds = [entry.kind for entry in entries[begun:]]
    if entries[begun].kind == "reopened":
        kinds.insert(0, "accepted")
    for step, before in zip(ORDER[1:], ORDER, strict=False):
        if step in kinds:
            assert before in kinds[: kinds.index(step)] or (before == "decided" and "reviewed" in kinds)
    if state_of(entries).stage == "closed":
        assert set(ORDER) <= {*kinds, *(("decided",) if "reviewed" in kinds else ())}
        assert state_of(entries).owed == 0


@given(st.lists(acts, max_size=60))
def test_nobody_does_what_is_not_theirs(tries: list[tuple[str | None, int, str, int, bool]]) -> None:
    entries = lived(tries)
    for place, entry in enumerate(entries[1:], 1):
        before = state_of(entries[:place])
        assert refusal(before, Act(entry.kind, entry.author, entry.at, entry.fields)) == ""
        if entry.kind in HANDLING:
            assert entry.author not in (HOUSE, "1017")
            assert entry.author not in before.interested
        if entry.kind in ("approved", "reviewed"):
            assert entry.author not in (before.decider, before.investigator)
        if entry.kind == "notified" and before.four_eyes:
            assert before.stage == "approved"


@given(st.lists(acts, max_size=60), st.integers(0, 60))
def test_the_state_as_of_an_instant_is_that_of_the_log_until_then(
    tries: list[tuple[str | None, int, str, int, bool]], instant: int
) -> None:
    entries = lived(tries)
    then, until = state_of(entries, float(instant)), state_of(entries[: instant + 1])
    then.entries = until.entries
    assert then == until


def test_every_stage_can_be_reached() -> None:
    reached, waiting = {"new"}, ["new"]
    while waiting:
        for to in STAGES.moves.get(waiting.pop(), {}).values():  # type: ignore[call-overload]
            if to not in reached:
                reached.add(to)
                waiting.append(to)
    assert reached == set(STAGES.moves) | {to for _, to, _ in STAGES.edges()}
