"""The agent's form: key fields in, the standard text out, and what is missing told at once."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from calls.errors import BadInput
from complaints.intake.form import CallFacts, standard_text

pytestmark = pytest.mark.unit

CALL = CallFacts(
    call="c1",
    at=datetime(2026, 11, 30, 9, 5, tzinfo=ZoneInfo("Asia/Shanghai")),
    caller="+86138****8000",
    queue="care",
    agent="1001",
    waited_s=73.4,
    account="A17",
)


def test_the_rest_is_filled_in_from_the_call() -> None:
    text = standard_text({"what": "提前还款被收\n违约金", "wanted": "退还", "amount": "3000元"}, CALL)
    assert text.splitlines() == [
        "来电时间：2026-11-30 09:05；来电号码：+86138****8000",
        "受理坐席：1001；队列：care；等待：73秒",
        "客户账号：A17",
        "反映问题：提前还款被收 违约金",
        "涉及金额：3000元",
        "客户诉求：退还",
    ]


def test_all_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(BadInput) as error:
        standard_text({"what": " ", "mood": "bad"}, CALL)
    assert str(error.value) == "what is missing; wanted is missing; there is no field mood"
