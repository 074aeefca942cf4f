"""A sentence put into an admin's own file: one line more, each comment and the order kept, or nothing at all."""

import pytest

from calls.errors import BadInput
from dsl.tree import parse
from hotline.versions.phrasings import placed

pytestmark = pytest.mark.unit

_PATH = "dialplans/intents/all.yaml"
_FILE = """# ours
intents:
  pay:
    asks: 这个月要还多少钱   # the standard question
    also:
      - 本期账单多少
      # said often
      - "我还欠多少：说吧"

  card: {asks: 换一张卡, also: [换卡]}   # one line
  fee:
    asks: 费用怎么算
    called: {en: fees}
none:
  - 今天天气怎么样
"""


def _placed(intent: str, sentence: str, text: str = _FILE) -> str:
    path, changed = placed({_PATH: text}, intent, sentence)
    assert path == _PATH
    return changed


@pytest.mark.parametrize(
    ("intent", "line", "after"),
    [
        ("pay", "      - 账单多少钱", '      - "我还欠多少：说吧"'),
        ("fee", "    also:\n      - 账单多少钱", "  fee:"),
        ("none", "  - 账单多少钱", "  - 今天天气怎么样"),
    ],
)
def test_one_line_more(intent: str, line: str, after: str) -> None:
    assert _placed(intent, "账单多少钱") == _FILE.replace(f"{after}\n", f"{after}\n{line}\n")


def test_in_a_list_of_one_line_and_in_an_entry_of_one_line() -> None:
    assert "also: [账单多少钱, 换卡]}   # one line" in _placed("card", "账单多少钱")
    alone = "intents:\n  card: {asks: 换一张卡}\n"
    assert _placed("card", "换卡", alone) == "intents:\n  card: {also: [换卡], asks: 换一张卡}\n"


@pytest.mark.parametrize("sentence", ["yes: no", "# what", "1234", "- a", 'he said "no"', "true", "a, b]", "'s"])
def test_a_sentence_stays_text_whatever_signs_are_in_it(sentence: str) -> None:
    for intent in ("pay", "card", "fee", "none"):
        plain = parse(_placed(intent, sentence), _PATH).plain()
        there = plain["none"] if intent == "none" else plain["intents"][intent]["also"]
        assert sentence in there


def test_a_file_that_does_not_end_its_last_line_and_an_entry_of_several_lines() -> None:
    text = "intents:\n  pay:\n    asks: a question\n    also:\n      - a long\n        sentence\n      - last"
    assert _placed("pay", "more", text).endswith("      - last\n      - more\n")
    text = text.replace("      - last", "# the end\n")
    assert "        sentence\n      - more\n# the end" in _placed("pay", "more", text)


@pytest.mark.parametrize(
    ("intent", "sentence", "told"),
    [
        ("pya", "更多", r"there is no intent pya \(did you mean pay\?\)"),
        ("pay", "换卡！", "is a sentence of card already"),
        ("pay", "今天天气怎么样", "stands among `none` already"),
    ],
)
def test_what_is_refused(intent: str, sentence: str, told: str) -> None:
    with pytest.raises(BadInput, match=told):
        _placed(intent, sentence)


def test_a_place_that_cannot_be_told_is_left_to_the_admin() -> None:
    with pytest.raises(BadInput, match="also is empty"):
        _placed("pay", "更多", "intents:\n  pay:\n    asks: 多少\n    also:\n")
    with pytest.raises(BadInput, match="mend it first"):
        _placed("pay", "更多", "intents: [")
