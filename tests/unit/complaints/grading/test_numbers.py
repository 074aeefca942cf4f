"""Numbers and quantities as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaints.grading.numbers import chinese, numbers
from complaints.grading.quantities import Quantities, quantities
from complaints.grading.text import normal

pytestmark = pytest.mark.unit

RATES = {"USD": 7.0, "EUR": 8.0, "GBP": 9.0}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("三千", 3_000),
        ("一千八", 1_800),
        ("两千五百", 2_500),
        ("两千零五", 2_005),
        ("三万六", 36_000),
        ("三万零六", 30_006),
        ("十二", 12),
        ("二十几", 23),
        ("一百零三", 103),
        ("一百三", 130),
        ("一亿二千万", 120_000_000),
        ("半", 0.5),
        ("壹仟贰佰", 1_200),
        ("12345", None),
    ],
)
def test_chinese_numbers(text: str, value: float | None) -> None:
    assert chinese(text) == value


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("3,000.50", [3_000.5]),
        ("3.000,50", [3_000.5]),
        ("3k", [3_000]),
        ("20w", [200_000]),
        ("1.5万", [15_000]),
        ("3万6", [36_000]),
        ("十来万", [100_000]),
        ("nine hundred", [900]),
        ("a hundred and twenty thousand", [120_000]),
        ("the fifth", [5]),
        ("2nd", [2]),
        ("half an hour", [0.5]),
        ("3000人", [3_000]),
        ("someone", []),
        ("often", []),
    ],
)
def test_numbers_in_a_text(text: str, values: list[float]) -> None:
    assert [number.value for number in numbers(normal(text))] == values


@pytest.mark.parametrize(
    ("text", "money"),
    [
        *(
            ("还款三千块没入账", 3_000),
            ("扣了 3000元", 3_000),
            ("RMB 3k fee", 3_000),
            ("¥3,000", 3_000),
            ("３０００元", 3_000),
        ),
        *(("a 5 euro fee", 40), ("£450 twice", 4_050), ("$12,000 missing", 84_000), ("人民币2,360.00元", 2_360)),
        *(
            ("多收了我一千八", 1_800),
            ("将近六万利息", 60_000),
            ("一共是两千五，没讲", 2_500),
            ("莫名扣了我1280", 1_280),
        ),
        *(("本金20w", 200_000), ("100.000,00 EUR", 800_000), ("被划走七万三", 73_000)),
        # counted, and no money
        *(
            ("二十万粉丝", 0),
            ("工号1017的客服", 0),
            ("等了四十分钟", 0),
            ("热线8000123456打不通", 0),
            ("三千人", 0),
            ("积分十二万分", 0),
        ),
        *(("第3次", 0), ("2026年11月", 0), ("12378", 0)),
    ],
)
def test_money(text: str, money: float) -> None:
    assert quantities(normal(text), RATES).money == pytest.approx(money)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("打你们电话等了四十分钟才有人接", Quantities(wait_minutes=40)),
        ("客服排了将近一个钟头", Quantities(wait_minutes=60)),
        ("I was on hold for 50 minutes", Quantities(wait_minutes=50)),
        ("都一个星期了没有任何消息", Quantities(wait_days=7)),
        ("说好退款，现在半个月了", Quantities(wait_days=15)),
        ("no reply for ten days", Quantities(wait_days=10)),
        ("会议开了四十分钟", Quantities()),
        ("这是我第四次打电话投诉", Quantities(times=4)),
        ("I complained three times", Quantities(times=3)),
        ("密码试了三次", Quantities()),
        ("一天打二十几个电话", Quantities(calls_a_day=23)),
        ("they phone me ten times every day", Quantities(times=10, calls_a_day=10)),
        ("seventeen missed calls", Quantities(calls_a_day=17)),
        ("我爸七十六岁", Quantities(oldest=76, youngest=76)),
        ("孩子才十三岁，爷爷80岁", Quantities(oldest=80, youngest=13)),
        ("My mother is 82 and has to wait", Quantities(oldest=82, youngest=82)),
        ("俺娘快八十了", Quantities(oldest=80, youngest=80)),
    ],
)
def test_other_quantities(text: str, expected: Quantities) -> None:
    assert quantities(normal(text), RATES) == expected


@given(st.integers(1, 99_999_999))
def test_figures_with_and_without_separators_are_the_same(number: int) -> None:
    for written in (f"{number}元", f"{number:,}元", f"¥{number:,}", f"{number:,}.00 yuan"):
        assert quantities(normal(written), {}).money == number


_SIGNS = "零一二三四五六七八九"


def spelled(number: int) -> str:
    """The number in Chinese, as a textbook has it; 1 to 9,999."""
    text, gap = "", False
    for unit, sign in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // unit % 10
        if digit:
            text += ("零" if gap and text else "") + _SIGNS[digit] + sign
        gap = not digit and bool(text)
    return text


@given(st.integers(1, 9_999), st.booleans())
def test_what_is_spelled_out_is_read_back(number: int, ten_thousands: bool) -> None:
    text, value = (spelled(number) + "万", number * 10_000) if ten_thousands else (spelled(number), number)
    assert chinese(text) == value


@given(st.text(max_size=200))
def test_no_text_breaks_it(text: str) -> None:
    found = quantities(normal(text), RATES)
    assert found.money >= 0
    assert normal(normal(text)) == normal(text)
