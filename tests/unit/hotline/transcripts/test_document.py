"""What is masked of what was said, and which words are marked."""

from __future__ import annotations

import pytest

from hotline.site.transcripts import TranscriptSettings, Wording
from hotline.store.said import searched
from hotline.transcripts.document import Line, Marked, Side, in_order, marks, masked_line, said

pytestmark = pytest.mark.unit


def line(text: str, side: Side = "house", at_s: float = 1.0) -> Line:
    return Line(side, at_s, at_s + 2.0, text)


@pytest.mark.parametrize(
    ("spoken", "shown"),
    [
        ("我的手机是13800138000。", "我的手机是1******8000。"),
        ("卡号6222 0202 0001 1234 567", "卡号" + "•" * 19),
        ("验证码是八三二一零五", "验证码是" + "•" * 6),
        ("一三八，零零一三，八零零零", "•" * 11),
        ("身份证尾号1234", "身份证尾号1234"),
        ("还一万二千三百块", "还一万二千三百块"),
        ("十五号，第二期", "十五号，第二期"),
        ("My code is 8 3 2 1 0 5, thanks", "My code is " + "•" * 6 + ", thanks"),
    ],
)
def test_rows_of_figures_are_masked_and_amounts_and_dates_are_not(spoken: str, shown: str) -> None:
    masked = masked_line(line(spoken), "CN")
    assert masked.text == shown
    assert (masked.begin_s, masked.side) == (1.0, "house")
    assert masked_line(masked, "CN") == masked


RULES = Wording(required=("本次通话将被录音", "工号"), forbidden=("坐牢", "上门"))


@pytest.mark.parametrize(
    ("lines", "missing", "forbidden"),
    [
        ([line("您好，本次通话将被录音，我的工号是零八")], (), ()),
        ([line("本次通话将被录因"), line("我的公号是零八", at_s=5.0)], (), ()),  # by its sound
        ([line("您好")], ("本次通话将被录音", "工号"), ()),
        ([line("您好，工号零八"), line("本次通话将被录音", "caller")], ("本次通话将被录音",), ()),
        ([line("本次通话将被录音，工号零八，不还就坐 牢。", at_s=7.0)], (), (Marked("坐牢", 7.0),)),
        ([line("本次通话将被录音，工号零八"), line("你们要上门吗", "caller")], (), ()),
        ([line("有人吗", "caller")], (), ()),  # a message: nobody of the house was there to say anything
    ],
)
def test_words_are_those_of_the_house(
    lines: list[Line], missing: tuple[str, ...], forbidden: tuple[Marked, ...]
) -> None:
    found = marks(lines, RULES)
    assert found.missing == missing
    assert found.forbidden == forbidden


def test_each_scene_has_its_words() -> None:
    settings = TranscriptSettings(wording={"collection": RULES, "calls": Wording(required=("您好",))})
    assert settings.of("collection") == RULES
    assert settings.of("").required == ("您好",)
    assert settings.of("another") == Wording()


def test_lines_stand_as_they_were_said_and_are_searched_without_their_marks() -> None:
    lines = in_order([line("第二", at_s=3.0), line("第一，Hello!", "caller", at_s=1.0)])
    assert [one.text for one in lines] == ["第一，Hello!", "第二"]
    assert said(lines) == "第一hello\n第二"
    assert searched("第一 HELLO") in said(lines)
    assert searched("hello第二") not in said(lines), "nothing is found across two lines"
