"""Acts on a case: what follows what, who may do it, and what is refused with which reason."""

import pytest

from complaints.audit import Entry
from complaints.stages.durations import hand_overs, stage_times
from complaints.stages.rules import Act, Refused, entry_of, next_acts
from complaints.stages.state import CaseState, state_of

pytestmark = pytest.mark.unit

GRADED = {"category": "fee", "grade": "level_2", "reasons": ["money"]}
WAY = (
    ("opened", "house", {"channel": "call", "call": "c1"}),
    ("accepted", "house", {}),
    ("graded", "house", GRADED),
    ("dispatched", "house", {"department": "cards"}),
    ("taken", "li", {}),
    ("first_feedback", "li", {}),
    ("investigated", "li", {}),
    ("decided", "li", {"decision": "founded"}),
    ("notified", "li", {"channel": "call"}),
    ("root_cause", "li", {"cause": "unclear terms"}),
    ("closed", "li", {}),
)


class Log:
    """A log that grows by acts, a minute each."""

    def __init__(self, *acts: tuple[str, str, dict]) -> None:
        self.entries: list[Entry] = []
        for act in acts:
            self.do(*act)

    def do(self, kind: str, author: str = "li", fields: dict | None = None, at: float | None = None) -> CaseState:
        at = 60.0 * len(self.entries) if at is None else at
        self.entries.append(entry_of(self.entries, Act(kind, author, at, fields or {})))
        return self.state

    def refused(self, kind: str, author: str = "li", fields: dict | None = None, at: float | None = None) -> str:
        before = list(self.entries)
        with pytest.raises(Refused) as refusal:
            self.do(kind, author, fields, at)
        assert self.entries == before
        return str(refusal.value)

    @property
    def state(self) -> CaseState:
        return state_of(self.entries)


def until(kind: str, **changes: dict) -> Log:
    """The usual way up to an act of this kind, with other fields for some."""
    kinds = [step[0] for step in WAY]
    return Log(*((one, by, changes.get(one, told)) for one, by, told in WAY[: kinds.index(kind) + 1]))


def test_the_usual_way_ends_closed() -> None:
    state = until("closed").state
    assert (state.stage, state.grade, state.department, state.handler) == ("closed", "level_2", "cards", "li")
    assert not state.is_open


STEPS = [place for place in range(1, len(WAY)) if WAY[place][0] != "taken"]  # who takes it moves no stage


@pytest.mark.parametrize("place", STEPS[:-1])
def test_no_step_is_skipped(place: int) -> None:
    log = Log(*WAY[:place])
    for kind, by, fields in WAY[place + 1 :]:
        assert log.refused(kind, by, fields)


@pytest.mark.parametrize("place", STEPS)
def test_no_step_is_done_twice(place: int) -> None:
    assert "cannot follow" in Log(*WAY[: place + 1]).refused(*WAY[place])


def test_a_refusal_says_what_is_possible() -> None:
    told = until("dispatched").refused("decided", "li", {"decision": "founded"})
    assert told.startswith("decided cannot follow: the case is dispatched; possible now: taken, handed_over")


@pytest.mark.parametrize(
    ("after", "kind", "author", "fields", "told"),
    [
        ("accepted", "graded", "li", {"grade": "level_1"}, "graded needs category and reasons"),
        ("accepted", "grade", "li", GRADED, "there is no act grade (did you mean graded?)"),
        ("accepted", "graded", " ", GRADED, "graded needs an author"),
        ("investigated", "decided", "house", {"decision": "founded"}, "decided is a person's to do"),
        (
            "investigated",
            "decided",
            "li",
            {"decision": "founded", "amount": "3000"},
            "the amount of decided is a number",
        ),
        ("investigated", "decided", "li", {"decision": "founded", "amount": -1}, "the amount of decided is a number"),
        ("dispatched", "first_feedback", "li", {}, "nobody has taken it yet: taken comes first"),
        ("dispatched", "extended", "li", {"clock": "decision", "approver": "li", "reason": "x"}, "somebody else must"),
        ("closed", "waiting", "li", {"for": "customer"}, "waiting cannot follow: the case is closed"),
        ("notified", "refund_ordered", "li", {"amount": 10}, "0 is owed by the decision, not 10"),
    ],
)
def test_what_is_refused(after: str, kind: str, author: str, fields: dict, told: str) -> None:
    assert told in until(after).refused(kind, author, fields)


def test_who_the_matter_is_about_does_not_handle_it() -> None:
    log = until("graded", opened={"channel": "call", "about": ["1017"]})
    assert "1017 has an interest in the matter (the matter is about them)" in log.refused(
        "dispatched", "house", {"department": "cards", "person": "1017"}
    )
    log.do("dispatched", "house", {"department": "cards"})
    assert "somebody else handles it" in log.refused("taken", "1017")
    assert log.do("taken", "li").handler == "li"


def test_a_later_contact_names_further_persons() -> None:
    log = until("taken")
    log.do("contact", "house", {"channel": "email", "about": ["li"]})
    assert "li has an interest" in log.refused("first_feedback", "li")


def test_who_steps_back_has_it_no_longer() -> None:
    log = until("taken")
    assert log.do("recused", "li", {"person": "li", "reason": "a cousin's account"}).handler == ""
    assert "a cousin's account" in log.refused("taken", "li")
    assert "taken comes first" in log.refused("first_feedback", "wang")
    log.do("taken", "wang")
    assert log.do("first_feedback", "wang").stage == "answered"


class TestFourEyes:
    def decided(self) -> Log:
        return until("decided", graded={**GRADED, "four_eyes": True})

    def test_a_second_person_agrees_before_the_customer_is_told(self) -> None:
        log = self.decided()
        assert "approved comes first" in log.refused("notified", "li", {"channel": "letter"})
        assert "a second person must agree" in log.refused("approved", "li", {"step": "decided"})
        log.do("approved", "chen", {"step": "decided"})
        assert log.do("notified", "li", {"channel": "letter"}).stage == "notified"

    def test_what_is_given_back_is_investigated_further(self) -> None:
        log = self.decided()
        log.do("returned", "chen", {"reason": "hear the recording"})
        assert log.state.stage == "investigated"
        assert log.do("decided", "li", {"decision": "unfounded"}).decision == "unfounded"

    def test_a_grade_that_rises_later_asks_for_it_too(self) -> None:
        log = until("investigated")
        log.do("regraded", "wang", {"grade": "level_1", "reason": "press", "four_eyes": True})
        log.do("decided", "li", {"decision": "founded"})
        assert "approved comes first" in log.refused("notified", "li", {"channel": "call"})


class TestRefund:
    def notified(self) -> Log:
        return until("notified", decided={"decision": "founded", "amount": 300.0})

    def test_it_is_not_closed_while_money_is_owed(self) -> None:
        log = self.notified()
        assert "300 was promised and has not gone back" in log.refused("root_cause", "li", {"cause": "x"})
        assert "300 is owed by the decision, not 3000" in log.refused("refund_ordered", "li", {"amount": 3000})
        log.do("refund_ordered", "li", {"amount": 300})
        assert "300 is owed by the decision, not 3000" in log.refused("refunded", "li", {"amount": 3000})
        assert log.do("refunded", "li", {"amount": 300}).owed == 0
        assert log.do("root_cause", "li", {"cause": "x"}).stage == "explained"

    def test_a_part_is_not_all(self) -> None:
        log = self.notified()
        log.do("refund_ordered", "li", {"amount": 300})
        log.do("refunded", "li", {"amount": 100})
        assert "200 was promised" in log.refused("root_cause", "li", {"cause": "x"})


class TestReview:
    @pytest.mark.parametrize("after", ["notified", "root_cause", "closed"])
    def test_somebody_else_decides_again(self, after: str) -> None:
        log = until(after)
        log.do("review_asked", "house")
        assert "taken comes first" in log.refused("reviewed", "chen", {"decision": "founded in part"})
        log.do("taken", "chen")
        assert "somebody else reviews it" in log.refused("reviewed", "li", {"decision": "unfounded"})
        assert log.do("reviewed", "chen", {"decision": "founded in part", "amount": 50}).owed == 50


def test_a_merged_case_waits_in_the_other_one_until_the_merging_is_undone() -> None:
    log = until("taken")
    state = log.do("merged", "house", {"into": "2611300015"})
    assert (state.link, state.into, state.is_open) == ("merged", "2611300015", False)
    assert "merged into 2611300015: act there, or undo the merging" in log.refused("first_feedback", "li")
    log.do("contact", "house", {"channel": "call"})
    state = log.do("unmerged", "li", {"reason": "two cards"})
    assert (state.link, state.into, state.stage, state.handler) == ("own", "", "dispatched", "li")
    assert "is closed: what is over is not merged" in until("closed").refused("merged", "li", {"into": "1"})


def test_reopened_begins_with_a_grade_and_forgets_no_entry() -> None:
    log = until("closed")
    state = log.do("reopened", "li", {"reason": "new facts"})
    assert (state.stage, state.decision, state.department) == ("accepted", "", "cards")
    assert [entry.number for entry in log.entries] == list(range(1, len(log.entries) + 1))


@pytest.mark.parametrize("after", [step[0] for step in WAY[:-2]])
def test_the_customer_may_take_it_back_until_it_is_explained(after: str) -> None:
    assert until(after).do("withdrawn", "house").stage == "withdrawn"


def test_the_state_of_an_earlier_instant_is_what_was_known_then() -> None:
    log = until("decided")
    late = Entry(len(log.entries) + 1, 150.0, "li", "noted", {"text": "x"}, written_at=10_000.0)
    assert state_of([*log.entries, late], 130.0).stage == "graded"
    assert state_of([*log.entries, late]).stage == "decided"


def test_an_act_cannot_have_happened_before_what_it_needs() -> None:
    log = until("taken")
    assert "cannot have happened then" in log.refused("first_feedback", "li", {}, at=30.0)


def test_what_is_possible_is_what_is_not_refused_for_its_turn() -> None:
    for place in range(1, len(WAY) + 1):
        log = Log(*WAY[:place])
        allowed = next_acts(log.state)
        assert "noted" in allowed
        assert ("waiting" in allowed) is log.state.is_open


def test_times_are_told_by_stage_and_between_hands() -> None:
    log = until("dispatched")
    log.do("handed_over", "house", {"department": "loans", "reason": "a loan"}, at=1000.0)
    log.do("taken", "li", at=1600.0)
    assert [(one.source, one.department, one.took_s(0.0), one.by) for one in hand_overs(log.entries, 2000.0)] == [
        ("", "cards", 820.0, ""),
        ("cards", "loans", 600.0, "li"),
    ]
    times = stage_times(log.entries, 2000.0)
    assert [(one.stage, one.since, one.until) for one in times] == [
        ("received", 0.0, 60.0),
        ("accepted", 60.0, 120.0),
        ("graded", 120.0, 180.0),
        ("dispatched", 180.0, None),
    ]
    assert hand_overs(log.entries, 1200.0)[1].took_s(1200.0) == 200.0


class TestCorrections:
    def log(self) -> Log:
        log = until("taken")
        log.do("waiting", "li", {"for": "customer"}, at=1000.0)
        return log

    def correct(self, log: Log, act: Act) -> CaseState:
        log.entries.append(entry_of(log.entries, act))
        return log.state

    def test_a_status_that_was_wrong_is_put_right_and_both_stay_in_the_log(self) -> None:
        log = self.log()
        right = Act("waiting", "wang", 1000.0, {"for": "department"}, replaces=6)
        assert self.correct(log, right).waits_for == "department"
        assert [entry.replaces for entry in log.entries[-2:]] == [0, 6]
        assert self.correct(log, Act("struck", "wang", 1000.0, {"reason": "never"}, replaces=7)).waits_for == "customer"

    @pytest.mark.parametrize(
        ("act", "told"),
        [
            (Act("struck", "li", 0.0, {"reason": "x"}, replaces=99), "there is no entry 99"),
            (Act("struck", "li", 0.0, {"reason": "x"}), "there is no entry 0"),
            (Act("struck", "li", 0.0, replaces=6), "struck needs reason"),
            (Act("struck", "li", 0.0, {"reason": "x"}, replaces=3), "entry 3 is graded, which others went on from"),
            (Act("struck", "house", 0.0, {"reason": "x"}, replaces=6), "a person's to do"),
            (Act("approved", "li", 0.0, {"step": "decided"}, replaces=6), "approved cannot stand in the place"),
            (Act("waiting", "li", 0.0, {}, replaces=6), "waiting needs for"),
        ],
    )
    def test_what_cannot_be_corrected(self, act: Act, told: str) -> None:
        log = self.log()
        with pytest.raises(Refused) as refusal:
            entry_of(log.entries, act)
        assert told in str(refusal.value)

    def test_what_was_corrected_is_not_corrected_again(self) -> None:
        log = self.log()
        self.correct(log, Act("struck", "wang", 1000.0, {"reason": "never"}, replaces=6))
        with pytest.raises(Refused, match="was corrected already"):
            entry_of(log.entries, Act("struck", "wang", 1000.0, {"reason": "x"}, replaces=6))


@pytest.mark.parametrize(
    ("kind", "fields", "told"),
    [
        ("recused", {"person": {"a": 1}, "reason": "x"}, "person of recused is a text"),
        ("recused", {"person": 5, "reason": "x"}, "person of recused is a text"),
        ("contact", {"about": 5}, "about of contact is a list of texts"),
        ("contact", {"about": "li"}, "about of contact is a list of texts"),
        ("contact", {"channel": ["mail"]}, "channel of contact is a text"),
        ("noted", {"text": "\ud800"}, "what is no text"),
        ("noted", {"text": "x" * 200_000}, "longer than"),
        ("noted", {"text": "x", "escalation": 1}, "escalation of noted is the house's to write"),
        ("dispatched", {"department": ["cards"]}, "department of dispatched is a text"),
        ("graded", {**GRADED, "category": 5}, "category of graded is a text"),
    ],
)
def test_fields_that_are_none_are_refused(kind: str, fields: dict, told: str) -> None:
    assert told in until("accepted").refused(kind, "li", fields)


def test_money_that_nobody_has_is_refused() -> None:
    assert "is a number" in until("investigated").refused("decided", "li", {"decision": "founded", "amount": 10**400})
