"""The sample hotline's phrases: both languages whole, and every one of them can be said."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from dsl.hours import Hours
from dsl.tree import parse
from ivr.compiler.phrases import Phrases, read_phrases
from ivr.spoken import Opening

pytestmark = pytest.mark.unit

FOLDER = Path(__file__).parents[4] / "prompts"
_HOURS = Hours("Asia/Shanghai", (((540, 1080),),) * 7)
EXAMPLES = {
    "code": "C20261122-0007",
    "count": 2,
    "date": "2026-12-02",
    "day": "2026-12-02",
    "digits": "62220001",
    "duration": 95,
    "hours": _HOURS,
    "money": "1200.50",
    "number": 3,
    "opening": Opening(None, datetime(2026, 11, 22, tzinfo=UTC)),
    "ordinal": 3,
    "percent": "7.2",
    "phone": "+8613812345678",
    "text": "信贷",
    "time": "09:00",
}


@pytest.fixture(scope="module")
def phrases() -> Phrases:
    files = {name: parse((FOLDER / f"{name}.yaml").read_text("utf-8"), f"{name}.yaml") for name in ("zh-CN", "en")}
    found, problems = read_phrases(files)
    assert [str(problem) for problem in problems] == []
    return found


def test_every_phrase_can_be_said_in_both_languages(phrases: Phrases) -> None:
    assert len(phrases.keys) >= 60
    for key in phrases.keys:
        values = {name: EXAMPLES[kind] for name, kind in phrases.places(key).items()}
        for language in ("zh-CN", "en"):
            said = phrases.render(key, values, language)
            assert said.strip() == said
            assert said[-1] in "。？.?", f"{key} in {language} does not end as a sentence"
            assert "{" not in said


def test_each_language_is_its_own(phrases: Phrases) -> None:
    for key in phrases.keys:
        chinese, english = phrases.template(key, "zh-CN").text, phrases.template(key, "en").text
        assert not any("\u3400" <= character <= "\u9fff" for character in english), key
        assert any("\u3400" <= character <= "\u9fff" for character in chinese), key
