"""Each SIP answer and each Q.850 number has its word, and none has no word."""

import pytest

from calls.causes import Cause
from calls.sip_causes import cause_of_q850, cause_of_status

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("status", "rang", "cause"),
    [
        pytest.param(480, True, Cause.NO_ANSWER, id="it rang, and the network gave up"),
        pytest.param(480, False, Cause.SWITCHED_OFF, id="the network knows that nobody is there"),
        pytest.param(408, True, Cause.NO_ANSWER, id="it rang until the transaction was over"),
        pytest.param(408, False, Cause.UNREACHABLE, id="silence"),
        pytest.param(499, True, Cause.FAILED, id="unknown, of the fours"),
        pytest.param(599, True, Cause.CONGESTION, id="unknown, of the fives"),
        pytest.param(699, True, Cause.BUSY, id="unknown, of the sixes"),
        pytest.param(399, False, Cause.FORWARDED, id="unknown, of the threes"),
        pytest.param(999, False, Cause.FAILED, id="no status at all"),
    ],
)
def test_an_answer_counts_by_whether_it_rang_and_by_its_class(status: int, rang: bool, cause: Cause) -> None:
    assert cause_of_status(status, rang=rang) is cause


def test_a_refusal_is_never_an_ordinary_end_nor_a_fault_of_ours() -> None:
    for status in range(300, 700):
        for rang in (True, False):
            cause = cause_of_status(status, rang=rang)
            assert cause not in (Cause.NORMAL, Cause.LOST, Cause.TRANSFERRED, Cause.TIMED_OUT), status


def test_numbers_of_q850() -> None:
    told = {number: cause_of_q850(number) for number in (0, 1, 16, 17, 19, 21, 23, 28, 34, 57, 102, 127)}
    assert told == {
        0: Cause.NORMAL,
        1: Cause.INVALID_NUMBER,
        16: Cause.NORMAL,
        17: Cause.BUSY,
        19: Cause.NO_ANSWER,
        21: Cause.REJECTED,
        23: Cause.FORWARDED,
        28: Cause.INVALID_NUMBER,
        34: Cause.CONGESTION,
        57: Cause.BLOCKED,
        102: Cause.UNREACHABLE,
        127: Cause.FAILED,
    }


def test_words_of_earlier_journals_are_still_words() -> None:
    before = "normal busy no_answer rejected unreachable cancelled congestion transferred lost failed"
    assert {Cause(word).value for word in before.split()} == set(before.split())
