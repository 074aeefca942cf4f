"""Phrases: places for values, the same in all languages, and problems that point at their line."""

from __future__ import annotations

import pytest

from dsl.tree import Problem, parse
from ivr.compiler.phrases import Phrases, read_phrases
from ivr.phrases import PhraseError, Place, parse_template
from ivr.spoken import SpokenError

pytestmark = pytest.mark.unit


def read(**texts: str) -> tuple[Phrases, list[Problem]]:
    names = {language: language.replace("_", "-") for language in texts}
    return read_phrases({names[key]: parse(text, f"{names[key]}.yaml") for key, text in texts.items()})


def test_a_phrase_is_rendered_in_the_callers_language() -> None:
    phrases, problems = read(
        zh_CN="balance: 您的余额是{balance:money}，还款日{due:day}。",
        en='balance: "Due on {due:day}: {balance:money}."',
    )
    assert problems == []
    values = {"balance": "1200.50", "due": "2026-12-02"}
    assert phrases.render("balance", values, "zh-CN") == "您的余额是一千二百元五角，还款日十二月二日。"
    assert phrases.render("balance", values, "en") == (
        "Due on December second: one thousand two hundred yuan and fifty fen."
    )
    assert phrases.places("balance") == {"balance": "money", "due": "day"}


def test_parts_are_words_and_places_in_order() -> None:
    template = parse_template("{{a}} {name}到{n:count}")
    assert template.parts == ("{a} ", Place("name", "text"), "到", Place("n", "count"))
    assert template.render({"name": "李", "n": 2, "unused": 1}, "zh-CN") == "{a} 李到两"


@pytest.mark.parametrize(
    ("text", "position", "said"),
    [
        ("  ", 1, "empty"),
        ("余额{balance:money", 3, "{ without its }"),
        ("余额}", 3, "} without its {"),
        ("a {Balance}", 3, "no place for a value"),
        ("a {x y}", 3, "no place for a value"),
        ("a {}", 3, "no place for a value"),
        ("a {b:mony}", 3, "did you mean money?"),
        ("a {b:}", 3, "kind ''"),
        ("{b:money}{b:number}", 1, "said as money and as number"),
        ("长" * 1001, 1, "1001 characters"),
    ],
)
def test_what_is_no_phrase(text: str, position: int, said: str) -> None:
    with pytest.raises(PhraseError) as caught:
        parse_template(text)
    assert caught.value.position == position
    assert said in caught.value.message


def test_static_phrases_are_built_before_a_call() -> None:
    phrases, _ = read(en="a: 'Hello {{you}}'\nb: '{n:count} to go'", zh_CN="a: 您好\nb: 还有{n:count}位")
    assert list(phrases.static()) == [("a", "en", "Hello {you}"), ("a", "zh-CN", "您好")]
    assert phrases.languages == ("en", "zh-CN")
    assert phrases.keys == ("a", "b")


def test_languages_must_agree_and_problems_have_a_place() -> None:
    _, problems = read(
        zh_CN="welcome: 您好\nmenu: 请按{n:count}\nbye: 再见\n",
        en="welcom: Hello\nmenu: Press {n:number}\nbye: Goodbye\n",
    )
    assert [str(problem) for problem in problems] == [
        "zh-CN.yaml:1:1: welcome has no text in en [phrase-missing]",
        "en.yaml:1:1: welcom has no text in zh-CN (did you mean welcome?) [phrase-missing]",
        "en.yaml:2:7: menu needs {n:number}, but {n:count} in zh-CN [phrase-places]",
    ]


def test_bad_entries_are_left_out_and_reported() -> None:
    phrases, problems = read(en="Bad-Key: x\nnumber: 95183\nopen: 'a {b'\nno: No.\n")
    assert phrases.keys == ("no",)
    assert [(str(problem.mark), problem.rule) for problem in problems] == [
        ("en.yaml:1:1", "phrase-key"),
        ("en.yaml:2:9", "phrase-text"),
        ("en.yaml:3:7", "phrase-text"),
    ]


def test_files_that_are_no_phrases() -> None:
    _, problems = read(en="- a")
    assert "a mapping of key to text is wanted, not list" in problems[0].message
    _, problems = read(fr="a: Bonjour")
    assert problems[0].rule == "phrase-language"


def test_what_is_not_there_is_named_with_what_is_near() -> None:
    phrases, _ = read(en="welcome: Hello {name}")
    with pytest.raises(PhraseError, match=r"no phrase 'welcom' in en \(did you mean welcome\?\)"):
        phrases.render("welcom", {}, "en")
    with pytest.raises(PhraseError, match="no phrases in fr; there are en"):
        phrases.render("welcome", {}, "fr")
    with pytest.raises(PhraseError, match=r"no value for \{name:text\}"):
        phrases.render("welcome", {}, "en")
    with pytest.raises(PhraseError, match="no phrase 'x'"):
        phrases.places("x")
    with pytest.raises(SpokenError):
        phrases.render("welcome", {"name": True}, "en")
