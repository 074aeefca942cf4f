"""Answers as admins write them: compiled into the steps that say them, and every mistake at its place."""

from datetime import date

import pytest

from ivr.answers import Answer, signed
from ivr.compiler.answers import answers_schema
from ivr.compiler.compiling import Compilation, compile_folder
from ivr.steps import Call, SayAnswer

pytestmark = pytest.mark.unit

_TRIES = "no_input: {tries: 0, then: bye}\n  wrong: {tries: 0, then: bye}\n"
_FLOW = f"""flow: main
start: a
a:
  understand: ask
  clarify: which
  leads: {{pay: bye}}
  answered: bye
  other: bye
  {_TRIES}
bye: {{hangup: bye}}
"""
_OWES = """flow: owes
start: find
returns: [sum]
find: {lookup: 'http://x/', into: found, failed: return, then: told}
told: {return: {sum: =found}}
"""
_INTENTS = """intents:
  pay: {asks: what do I owe, called: {en: the amount, zh-CN: 金额}}
  early: {asks: can I repay early, called: {en: repaying, zh-CN: 提前}}
  card: {asks: another card please, called: {en: a card, zh-CN: 换卡}}
"""
_EARLY = """answers:
  early:
    says: {en: 'It is {sum:money}.', zh-CN: '一共{sum:money}。'}
    values_from: owes
    author: li
    ends: 2027-12-31
"""
_CARD = "  card: {says: {en: In the app., zh-CN: 在应用里。}, author: li, ends: 2027-12-31}\n"
_TODAY = date(2026, 12, 1)


def _compile(answers: str = _EARLY + _CARD, flow: str = _FLOW, **files: str) -> Compilation:
    texts = "ask: ask\nbye: bye\nwhich: 'this {first} or {second}'\n"
    folder = {
        **{"prompts/en.yaml": texts, "prompts/zh-CN.yaml": texts, "dialplans/intents/all.yaml": _INTENTS},
        **{"dialplans/flows/main.yaml": flow, "dialplans/flows/owes.yaml": _OWES},
        "dialplans/answers/all.yaml": answers,
        **{f"dialplans/{name}.yaml": text for name, text in files.items()},
    }
    return compile_folder(folder, version="v1", today=_TODAY)


def _told(done: Compilation) -> list[str]:
    return [str(problem) for problem in done.problems]


def test_an_intent_with_an_answer_is_told_it_and_its_values_are_looked_up_before() -> None:
    done = _compile()
    assert done.program is not None, _told(done)
    assert _told(done) == []
    flow = done.program.flows["main"]
    leads = flow.steps["a"].leads  # type: ignore[union-attr]
    assert leads == {"pay": "bye", "early": "a.answered.early", "card": "a.answered.card"}
    called = flow.steps["a.answered.early"]
    assert called == Call(flow="owes", arguments={}, into={"sum": "sum"}, then="a.answered.early.said")
    assert flow.steps["a.answered.early.said"] == SayAnswer(answer="early", then="bye", none="bye")
    assert flow.steps["a.answered.card"] == SayAnswer(answer="card", then="bye", none="bye")
    assert "sum" in flow.variables
    assert done.program.phrases["en"]["answer.early"] == "It is {sum:money}."
    assert done.program.phrases["zh-CN"]["answer.card"] == "在应用里。"


def test_a_step_says_one_by_its_name_and_leads_to_goes_before_an_answer() -> None:
    flow = f"flow: main\nstart: a\na: {{answer: card, then: b, none: b}}\nb:\n  menu: ask\n  keys: {{1: a}}\n  {_TRIES}"
    flow += "bye: {hangup: bye}\n"
    done = _compile("answers:\n" + _CARD, flow)
    assert done.program is not None, _told(done)
    assert done.program.flows["main"].steps["a"] == SayAnswer(answer="card", then="b", none="b")
    led = _INTENTS.replace("asks: can I repay early", "asks: can I repay early, leads_to: owes")
    warned = _told(_compile(**{"intents/all": led}))
    assert len(warned) == 1
    assert "early: no step says it" in warned[0]
    assert "[answer-unsaid]" in warned[0]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("zh-CN: '一共{sum:money}。'", "zh-CN: 提前吧。", "early: no value in zh-CN, and {sum:money} before it"),
        ("  early:\n    says: {en: 'It is {sum:money}.', zh", "  early:\n    says: {zh", "no words in en"),
        ("en: 'It is", "fr: 'C est {sum:money}', en: 'It is", "there is no prompts/fr.yaml"),
        ("{sum:money}.'", "{sum:mony}.'", "kind 'mony' is not known (did you mean money?)"),
        ("  early:", "  erly:", "there is no intent erly (did you mean early?)"),
        ("values_from: owes", "values_from: ows", "there is no flow ows (did you mean owes?)"),
        ("values_from: owes", "value_from: owes", "value_from"),
        ("    values_from: owes\n", "", "early needs a value sum, and this flow has none"),
        ("ends: 2027-12-31", "ends: 2027-02-30", "2027-02-30 is no day of the calendar"),
        ("ends: 2027-12-31", "ends: 2027-12-31\n    starts: 2028-01-01", "it ends before it starts"),
        ("    author: li\n", "", "author"),
        ("    ends: 2027-12-31\n", "", "ends"),
    ],
)
def test_what_is_wrong_has_its_place_and_the_nearest_word(old: str, new: str, told: str) -> None:
    assert old in _EARLY
    done = _compile(_EARLY.replace(old, new, 1))
    assert done.program is None
    found = [text for text in _told(done) if not text.startswith("dialplans/flows") or "needs a value" in text]
    assert any(told in text for text in found), found


def test_a_value_that_the_flow_does_not_return() -> None:
    done = _compile(_EARLY.replace("{sum:money}", "{total:money}"))
    assert "early needs a value total, and owes does not return it" in "\n".join(_told(done))
    done = _compile("answers: {early: {says: nothing}}\n")
    assert not any("there is no answer" in text for text in _told(done)), "told once, where it is written"


@pytest.mark.parametrize(
    ("ends", "told"),
    [("2026-11-30", "it ended on 2026-11-30"), ("2026-12-15", "it ends on 2026-12-15"), ("2026-12-16", "")],
)
def test_an_end_that_is_near_or_past_is_warned_of(ends: str, told: str) -> None:
    done = _compile(_EARLY.replace("2027-12-31", ends))
    assert done.program is not None
    warned = [text for text in _told(done) if "[answer-ends]" in text]
    assert bool(warned) == bool(told)
    assert told in "".join(warned)


def test_an_answer_twice_and_a_step_that_names_none() -> None:
    done = _compile(**{"answers/more": "answers:\n" + _CARD})
    assert "card: it stands in dialplans/answers/all.yaml, line 7, already" in "".join(_told(done))
    done = _compile(flow=_FLOW.replace("bye: {h", "c: {answer: crd, none: bye, then: bye}\nbye: {h"))
    assert "there is no answer crd (did you mean card?) [unknown-answer]" in "".join(_told(done))


def test_its_version_is_all_that_approvers_read_and_its_first_publisher_stays() -> None:
    def book(text: str) -> dict[str, Answer]:
        program = _compile(text).program
        assert program is not None
        return program.answers

    first = book(_EARLY + _CARD)
    again = signed(book(_EARLY + _CARD), signed(first, {}, "wang"), "zhao")
    assert [one.published_by for one in again.values()] == ["wang", "wang"]
    for old, new in (("It is", "That is"), ("author: li", "author: wu"), ("2027-12-31", "2027-12-30")):
        other = signed(book(_EARLY.replace(old, new) + _CARD), signed(first, {}, "wang"), "zhao")
        assert other["early"].version != first["early"].version
        assert (other["early"].published_by, other["card"].published_by) == ("zhao", "wang")


def test_days_on_which_it_is_said() -> None:
    answer = Answer("early", "li", "2026-12-31", "2026-12-10")
    assert answer.refused(date(2026, 12, 9)) == "it is said from 2026-12-10 on"
    assert answer.refused(date(2026, 12, 10)) == answer.refused(date(2026, 12, 31)) == ""
    assert answer.refused(date(2027, 1, 1)) == "it ended on 2026-12-31"
    assert answer.refused(None) == "the day is not known"


def test_the_schema_has_its_words() -> None:
    words = answers_schema()["$defs"]["WrittenAnswer"]
    assert set(words["properties"]) == {"says", "author", "ends", "starts", "values_from", "about"}
    assert set(words["required"]) == {"says", "author", "ends"}
