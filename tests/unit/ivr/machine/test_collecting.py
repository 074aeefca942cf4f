"""Steps that collect digits: length, check, confirmation, and what stays in the vault."""

import pytest

from calls.commands import Answer, Play
from ivr import commands as c
from ivr.events import SecretChecked
from tests.unit.ivr.machine.machines import CALL, TRIES, Line, compiled, only, texts

pytestmark = pytest.mark.unit

COLLECT = "flow: main\nstart: ask\nask:\n  collect: number\n  say: ask\n  length: 4\n  {more}\n  then: file\n  " + TRIES
FILE = "file: {open_case: {category: x, number: =number}, then: bye}\n"


def collect(more: str = "", tail: str = FILE) -> Line:
    line = Line(compiled(COLLECT.replace("{more}", more or "end_key: '#'") + tail))
    line.start()
    return line


def test_digits_are_collected_to_their_length() -> None:
    line = collect()
    assert only(line.press("1", "2", "3", "4"), c.OpenCase).fields == {"number": "1234"}


def test_star_starts_over() -> None:
    line = collect()
    assert texts(line.press("1", "*")) == ["ask"]
    assert only(line.press("9", "9", "9", "9"), c.OpenCase).fields == {"number": "9999"}


def test_too_few_digits_are_wrong() -> None:
    line = collect()
    assert texts(line.press("1", "#")) == ["wrong", "ask"]
    line.press("1", "2")
    assert texts(line.due()) == ["bye"]


def test_a_check_fails() -> None:
    line = collect("check: luhn")
    assert texts(line.press("1", "2", "3", "4")) == ["wrong", "ask"]
    assert only(line.press("1", "2", "3", "0"), c.OpenCase).fields == {"number": "1230"}


def test_read_back_and_confirmed() -> None:
    line = collect("confirm: back")
    assert texts(line.press("1", "2", "3", "4")) == ["back 一二三四"]
    assert line.machine.sessions[CALL].phase == "confirming"
    assert texts(line.press("2")) == ["ask"]
    line.press("4", "3", "2", "1")
    assert only(line.press("1"), c.OpenCase).fields == {"number": "4321"}


SECRET = COLLECT.replace("{more}", "secret: true\n  check: luhn").replace("then: file", "then: find")
FIND = 'find: {lookup: "http://x/", send: {id: "secret:number"}, into: it, failed: bye, then: bye}\n'


def test_secret_digits_stay_in_the_vault() -> None:
    line = Line(compiled(SECRET + FIND))
    hide, play = line.start()[1:]
    assert isinstance(hide, c.HideDigits)
    assert isinstance(play, Play)
    checked = only(line.press("•", "•", "•", "•"), c.CheckSecret)
    assert (checked.name, checked.check) == ("number", "luhn")
    assert line.machine.sessions[CALL].frame.values.get("number") is None
    out = line.tell(SecretChecked(CALL, checked.attempt, True))
    assert [type(order) for order in out] == [c.StepTaken, c.ShowDigits, c.Lookup]
    assert only(out, c.Lookup).body == {"id": "secret:number"}
    assert only(out, c.StepTaken).keys == "••••"


def test_a_secret_that_fails_is_keyed_anew_into_an_empty_vault() -> None:
    line = Line(compiled(SECRET + FIND))
    line.start()
    checked = only(line.press("•", "•", "•", "•"), c.CheckSecret)
    out = line.tell(SecretChecked(CALL, checked.attempt, False))
    assert isinstance(out[0], c.HideDigits)
    assert texts(out) == ["wrong", "ask"]


def test_words_before_a_secret_hide_the_keys_already() -> None:
    line = Line(
        compiled("flow: main\nstart: hello\nhello: {say: one, then: ask}\n" + SECRET.split("start: ask\n")[1] + FIND)
    )
    out = line.start()
    assert [type(order) for order in out] == [Answer, c.HideDigits, Play]
    line.press("•")
    assert line.machine.sessions[CALL].typed == "•"
    assert not [order for order in line.all[3:] if isinstance(order, c.HideDigits)]


def test_a_chain_of_words_before_a_secret_hides_from_its_first_word() -> None:
    chain = "a: {say: one, then: b}\nb: {set: {x: 1}, then: d}\nd: {say: two, then: ask}\n"
    line = Line(compiled("flow: main\nstart: a\n" + chain + SECRET.split("start: ask\n")[1] + FIND))
    assert [type(order) for order in line.start()] == [Answer, c.HideDigits, Play]
    line.press("•", "•", "•")
    assert line.machine.sessions[CALL].typed == "•••"
    assert not [order for order in line.all[3:] if isinstance(order, c.HideDigits | c.ShowDigits)]


def test_keys_after_a_secret_are_plain_again_at_once() -> None:
    wait = "moment: {say: one, then: find}\n"
    line = Line(compiled(SECRET.replace("then: find", "then: moment") + wait + FIND))
    line.start()
    checked = only(line.press("•", "•", "•", "•"), c.CheckSecret)
    out = line.tell(SecretChecked(CALL, checked.attempt, True))
    assert [type(order) for order in out] == [c.StepTaken, c.ShowDigits, Play]
