"""Of several hypotheses the one is taken that is least far from all of them."""

from __future__ import annotations

import pytest

from speech.whisper.consensus import Hypothesis, consensus

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("found", "taken"),
    [
        ([("你们几点下发", -0.40), ("你们几点下班", -0.41), ("你们几点下班。", -0.45)], "你们几点下班"),  # signs share
        ([("你们几点下发", -0.20), ("你们几点下班", -0.60), ("你们几点下班。", -0.70)], "你们几点下发"),  # far likelier
        ([("拜訪銀行", -0.4), ("拜访营航", -0.5), ("拜访银行。", -0.5)], "拜訪銀行"),  # homophones are one
        ([("pay the bill", -0.5), ("play the bell", -0.45), ("Pay the bill.", -0.5)], "pay the bill"),
        ([("", -0.9)], ""),
        ([("，", -0.5), ("好", -0.5)], "，"),
    ],
)
def test_the_fewest_errors_to_expect(found: list[tuple[str, float]], taken: str) -> None:
    assert consensus([Hypothesis(text, score, 7) for text, score in found]).text == taken


def test_a_long_hypothesis_is_weighed_by_all_its_tokens() -> None:
    short, long = Hypothesis("还款日", -0.5, 3), Hypothesis("还款日期是几号", -0.5, 30)
    assert consensus([long, short]) == short
