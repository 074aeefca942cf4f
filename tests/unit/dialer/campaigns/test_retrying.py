"""What a campaign does with a person after a try: a table of results, budgets and numbers."""

import pytest

from dialer.campaigns.contacts import Contact, ContactKey, Number
from dialer.campaigns.retrying import (
    AWAY_S,
    OUT_OF_SERVICE_S,
    SOON_S,
    after_try,
    deferred,
    denied,
    not_placed,
    number_to_try,
)
from dialer.campaigns.settings import NEVER, RetryRules

pytestmark = pytest.mark.unit

RULES = RetryRules(tries=3, after_s=3600.0, by_result={"busy": 300.0, "rejected": NEVER, "promise": 86_400.0})
AT = 1000.0
A, B, C = (f"+861390000000{digit}" for digit in "123")


def contact(tries: int = 1, numbers: int = 1, **changes: object) -> Contact:
    names = (A, B, C)[:numbers]
    return Contact(
        key=ContactKey(1, 1),
        numbers=tuple(Number(name) for name in names),
        tries=tries,
        **changes,  # type: ignore[arg-type]
    )


# word, meaning, tries so far, numbers, the one called → state, wait, next number
CASES = [
    ("busy", None, 1, 1, A, "due", 300, 0),
    ("busy", None, 1, 2, A, "due", 300, 0),
    ("busy", None, 3, 1, A, "spent", None, 0),
    ("no_answer", None, 1, 1, A, "due", 3600, 0),
    ("no_answer", None, 1, 2, A, "due", 60, 1),
    ("no_answer", None, 2, 2, B, "due", 3600, 0),
    ("no_answer", None, 2, 2, A, "due", 3600, 1),
    ("no_answer", None, 2, 3, B, "due", 60, 2),
    ("congestion", None, 1, 2, A, "due", 3600, 0),
    ("rejected", None, 1, 2, A, "spent", None, 0),
    ("unwanted", None, 1, 2, A, "refused", None, 0),
    ("invalid_number", None, 1, 1, A, "spent", None, 0),
    ("invalid_number", None, 1, 2, A, "due", 60, 1),
    ("invalid_number", None, 3, 2, A, "spent", None, 0),
    ("machine", None, 1, 2, A, "due", 60, 1),
    ("abandoned", None, 1, 2, A, "due", 3600, 0),
    ("talked", None, 1, 1, A, "reached", None, 0),
    ("flow_done", None, 1, 1, A, "reached", None, 0),
    ("promise", "reached", 1, 1, A, "reached", None, 0),
    ("try_again", "again", 1, 2, A, "due", 3600, 0),
    ("promise", "again", 1, 1, A, "due", 86_400, 0),
    ("no_more", "refused", 1, 2, A, "refused", None, 0),
    ("stranger", "wrong_number", 1, 1, A, "spent", None, 0),
    ("stranger", "wrong_number", 1, 2, A, "due", 60, 1),
    ("stranger", "wrong_number", 2, 2, B, "due", 3600, 0),
    ("later", "callback", 1, 1, A, "due", 3600, 0),
    ("later", "callback", 3, 1, A, "spent", None, 0),
]


@pytest.mark.parametrize(("word", "meaning", "tries", "numbers", "called", "state", "wait", "to"), CASES)
def test_after_a_try(word, meaning, tries, numbers, called, state, wait, to):
    outlook = after_try(contact(tries, numbers), called, word, meaning, RULES, AT)
    assert (outlook.state, outlook.due_at) == (state, None if wait is None else AT + wait)
    assert outlook.contact.last_result == word
    if state == "due":
        assert outlook.contact.next_number == to


def test_a_result_by_which_a_talk_comes_again_is_no_end():
    rules = RetryRules(tries=2, by_result={"talked": 60.0})
    assert after_try(contact(), A, "talked", None, rules, AT).state == "due"


def test_a_promised_call_is_at_its_time_by_its_agent_and_never_before_now():
    outlook = after_try(contact(), A, "later", "callback", RULES, AT, again_at=AT + 7200, agent="ann")
    assert (outlook.due_at, outlook.contact.agent) == (AT + 7200, "ann")
    assert after_try(contact(), A, "later", "callback", RULES, AT, again_at=AT - 50).due_at == AT + SOON_S


def test_a_promise_without_a_try_left_says_so():
    assert "promised" in after_try(contact(3), A, "later", "callback", RULES, AT, again_at=AT + 60).detail


def test_a_number_that_nobody_has_is_not_tried_again():
    outlook = after_try(contact(1, 3, bad=(B,)), A, "invalid_number", None, RULES, AT)
    assert outlook.contact.bad == (B, A)
    assert outlook.contact.next_number == 2


def test_what_our_side_could_not_place_is_soon_tried_again():
    outlook = not_placed(contact(0), "out_of_service", AT)
    assert (outlook.state, outlook.due_at, outlook.contact.tries) == ("due", AT + OUT_OF_SERVICE_S, 0)


def test_a_defer_until_now_is_not_asked_in_a_circle():
    for number_only in (False, True):
        assert deferred(contact(0), A, AT, "hours", AT, number_only).due_at == AT + SOON_S
        assert deferred(contact(0), A, AT + 60, "hours", AT, number_only).due_at == AT + 60


# numbers, bad ones, seconds that others wait, the one asked for, the gate's no, is it the number's? →
# the number that is asked for at once, or else the state, the wait and the number then
NOES = [
    (2, (), {}, A, "defer 60", True, B, None, None),
    (2, (), {}, B, "defer 60", True, A, None, None),
    (3, (), {}, B, "defer 60", True, C, None, None),
    (3, (C,), {}, B, "defer 60", True, A, None, None),
    (3, (), {C: 30}, B, "defer 60", True, A, None, None),
    (2, (), {B: 90}, A, "defer 60", True, A, "due", 60),
    (2, (), {B: 30}, A, "defer 60", True, B, "due", 30),
    (3, (), {B: 40, C: 30}, A, "defer 60", True, C, "due", 30),
    (2, (B,), {}, A, "defer 60", True, A, "due", 60),
    (1, (), {}, A, "defer 60", True, A, "due", 60),
    (2, (), {}, A, "defer 60", False, A, "due", 60),
    (2, (), {}, A, "deny", True, B, None, None),
    (3, (B,), {}, A, "deny", True, C, None, None),
    (2, (), {B: 3600}, A, "deny", True, B, "due", 3600),
    (3, (), {B: 3600, C: 60}, A, "deny", True, C, "due", 60),
    (2, (B,), {}, A, "deny", True, A, "denied", None),
    (1, (), {}, A, "deny", True, A, "denied", None),
    (2, (), {}, A, "deny", False, A, "denied", None),
    (2, (), {}, A, "deny 60", True, B, None, None),
    (1, (), {}, A, "deny 60", True, A, "due", 60),
]


@pytest.mark.parametrize(("numbers", "bad", "waits", "asked", "no", "number_only", "number", "state", "wait"), NOES)
def test_the_next_number_after_a_no(numbers, bad, waits, asked, no, number_only, number, state, wait):
    waiting = tuple((name, AT + seconds) for name, seconds in waits.items())
    of = contact(0, numbers, bad=bad, waits=waiting, next_number=(A, B, C).index(asked))
    word, _, seconds = no.partition(" ")
    until = AT + float(seconds) if seconds else None
    if word == "defer":
        then = deferred(of, asked, until, "rule", AT, number_only)
    else:
        then = denied(of, asked, "rule", AT, number_only, until, away=False)
    if state is None:
        assert isinstance(then, Contact), "it is asked for at once"
        assert number_to_try(then) == number
        return
    assert (then.state, then.due_at, then.detail) == (state, None if wait is None else AT + wait, "rule")
    if state == "due":
        assert number_to_try(then.contact) == number


# the number that the gate lets wait, and for how long; the one called, its result, tries so far → number, wait
HELD = [
    (B, 7200, A, "no_answer", 1, A, 3600),
    (B, 1800, A, "no_answer", 1, B, 1800),
    (B, 30, A, "no_answer", 1, B, 60),
    (A, 7200, B, "no_answer", 2, B, 3600),
    (A, 7200, B, "busy", 2, B, 300),
]


@pytest.mark.parametrize(("waits", "seconds", "called", "word", "tries", "number", "wait"), HELD)
def test_after_a_try_a_number_that_the_gate_lets_wait_keeps_nobody_up(
    waits, seconds, called, word, tries, number, wait
):
    of = contact(tries, 2, waits=((waits, AT + seconds),))
    outlook = after_try(of, called, word, None, RULES, AT)
    assert (number_to_try(outlook.contact), outlook.due_at) == (number, AT + wait)


def test_a_number_that_was_tried_waits_as_the_rules_say_also_when_another_one_is_denied():
    tried = after_try(contact(1, 2), A, "no_answer", None, RULES, AT).contact
    then = denied(tried, B, "rule", AT + 60, number_only=True, until=None, away=False)
    assert (then.state, then.due_at, number_to_try(then.contact)) == ("due", AT + 3600, A)


def test_waits_that_are_over_are_forgotten():
    of = contact(1, 3, waits=((B, AT - 1), (C, AT + 1)))
    assert after_try(of, A, "busy", None, RULES, AT).contact.waits == ((C, AT + 1), (A, AT + 300))


@pytest.mark.parametrize(
    ("numbers", "number_only", "until", "away", "state", "due_at"),
    [
        (2, False, None, False, "denied", None),
        (1, True, None, False, "denied", None),
        (1, False, AT + 9.0, False, "due", AT + 9.0),
        (1, False, None, True, "due", AT + AWAY_S),
    ],
)
def test_after_a_no(numbers, number_only, until, away, state, due_at):
    outlook = denied(contact(0, numbers), A, "rule", AT, number_only, until, away)
    assert (outlook.state, outlook.due_at, outlook.detail) == (state, due_at, "rule")


def test_a_no_to_one_number_leaves_the_other():
    then = denied(contact(0, 2), A, "rule", AT, number_only=True, until=None, away=False)
    assert isinstance(then, Contact)
    assert (then.bad, then.next_number) == ((A,), 1)
