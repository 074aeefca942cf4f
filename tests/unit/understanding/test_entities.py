"""Money, dates, digits and products in what callers say."""

from datetime import date, timedelta

import msgspec
import pytest

from understanding.entities import found, keyed, number
from understanding.intents import Slot

pytestmark = pytest.mark.unit

_TODAY = date(2026, 11, 30)  # a Monday
_PRODUCTS = {"phone_plan": ("手机分期", "手机"), "car_loan": ("车贷",)}


def _slot(kind: str, length: tuple[int, int] = (1, 20)) -> Slot:
    return Slot("value", kind, "ask", "", length)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "said", "value"),
    [
        ("date", "十五号", "2026-12-15"),
        ("date", "不是五号，是十五号", "2026-12-15"),
        ("date", "三十号就是今天", "2026-11-30"),
        ("date", "下个月三号", "2026-12-03"),
        ("date", "三月五号", "2027-03-05"),
        ("date", "大后天", "2026-12-03"),
        ("date", "下周一", "2026-12-07"),
        ("date", "这周日", "2026-12-06"),
        ("date", "下个月月底", "2026-12-31"),
        ("date", "再过三天", "2026-12-03"),
        ("date", "on the 15th", "2026-12-15"),
        ("date", "上个月十五号", "2026-10-15"),
        ("date", "上周五", "2026-11-27"),
        ("date", "昨天", "2026-11-29"),
        ("date", "大前天", "2026-11-27"),
        ("date", "去年十二月五号", "2025-12-05"),
        ("date", "二零二四年十二月五号", "2024-12-05"),
        ("date", "2027年1月5号", "2027-01-05"),
        ("date", "明年三月五号", "2027-03-05"),
        ("date", "2027年2月30号", None),
        ("date", "13月5号", None),
        ("date", "过1e9天", None),
        ("date", f"过{'9' * 400}天", None),
        ("date", f"{'9' * 400}号", None),
        ("date", "我不知道", None),
        ("date", "三十二号", None),
        ("money", "三千五百块", 3500),
        ("money", "一万二", 12000),
        ("money", "3.5万元", 35000),
        ("money", "一百二十块五毛", 120.5),
        ("money", "不是三百，是八百", 800),
        ("money", "5千元", 5000),
        ("money", "3万5", 35000),
        ("money", "3万5千元", 35000),
        ("money", "三点五万元", 35000),
        ("money", "零点五元", 0.5),
        ("money", "大概500-600块", 600),
        ("money", "RMB500", 500),
        ("money", "1,200.50元", 1200.5),
        ("money", "-0.5", None),
        ("money", "-0.5元", None),
        ("money", "负五百块", None),
        ("money", "1e9", None),
        ("money", "1e9元", None),
        ("money", "9" * 400, None),
        ("money", "没有", None),
        ("product", "手机那个", "phone_plan"),
        ("product", "房贷", None),
    ],
)
def test_value_of_a_sentence(kind: str, said: str, value: object) -> None:
    assert found(_slot(kind), said, _TODAY, _PRODUCTS) == value


def test_digits_of_the_wanted_length_only() -> None:
    assert found(_slot("digits", (4, 4)), "尾号是三三零七，一共两张", _TODAY, {}) == "3307"
    assert found(_slot("digits", (11, 11)), "幺三八零零幺三八零零零", _TODAY, {}) == "13800138000"
    assert found(_slot("digits", (6, 6)), "三三零七", _TODAY, {}) is None


def test_a_bare_number_is_money_only_where_it_was_asked_for() -> None:
    assert found(_slot("money"), "十五号还三笔", _TODAY, {}, asked=False) is None
    assert found(_slot("money"), "先还三千块", _TODAY, {}, asked=False) == 3000


def test_without_a_clock_there_is_no_date() -> None:
    assert found(_slot("date"), "十五号", None, {}) is None
    assert keyed(_slot("date"), "15", None, {}) is None


@pytest.mark.parametrize(
    ("kind", "keys", "value"),
    [
        ("date", "15", "2026-12-15"),
        ("date", "0315", "2027-03-15"),
        ("date", "99", None),
        ("money", "1200", 1200),
        ("product", "2", "car_loan"),
        ("product", "3", None),
        ("digits", "33", None),
        ("digits", "3307", "3307"),
    ],
)
def test_value_of_keys(kind: str, keys: str, value: object) -> None:
    assert keyed(_slot(kind, (4, 4)), keys, _TODAY, _PRODUCTS) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("十五", 15),
        ("一百零五", 105),
        ("一百五", 150),
        ("三千零二十", 3020),
        ("两万三千", 23000),
        ("1,200", 1200),
        ("二零二六", 2026),
    ],
)
def test_numbers(text: str, value: float) -> None:
    assert number(text) == value


def test_what_is_no_number() -> None:
    assert number("好的") is None


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("上个月十五号就该还了", None),
        ("昨天", None),
        ("上个月十五号该还的，想晚到后天", None),
        ("今天", _TODAY.isoformat()),
        ("不是昨天，是明天", (_TODAY + timedelta(days=1)).isoformat()),
    ],
)
def test_where_only_days_to_come_are_meant_a_past_one_is_no_value(said: str, value: str | None):
    slot = msgspec.structs.replace(_slot("date"), coming=True)
    assert found(slot, said, _TODAY, {}) == value
