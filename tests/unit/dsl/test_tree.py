"""YAML with places: what is read, what is refused, and where the finger points."""

from __future__ import annotations

import pytest
import yaml

from dsl import tree as source
from dsl.spelling import nearest
from dsl.tree import Node, SourceError, parse

pytestmark = pytest.mark.unit

FLOW = """\
flow: main
greet:     {say: welcome, then: choose}
choose:
  menu: main_menu
  keys:
    1: balance
    2: {flow: loans/ask}
  tries: [1, 二, "3"]
"""


@pytest.fixture(params=["libyaml", "python"], autouse=True)
def loader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both parsers of PyYAML, as a wheel without libyaml must give the same tree."""
    monkeypatch.setattr(source, "_LOADER", yaml.CSafeLoader if request.param == "libyaml" else yaml.SafeLoader)


def refused(text: str) -> SourceError:
    with pytest.raises(SourceError) as caught:
        parse(text, "a.yaml")
    return caught.value


def test_every_value_and_key_has_its_place() -> None:
    tree = parse(FLOW, "main.yaml")
    say = tree.items["greet"].items["say"]
    assert (say.value, say.file, say.line, say.column) == ("welcome", "main.yaml", 2, 18)
    assert str(say.key_mark) == "main.yaml:2:13"
    loans = tree.find(["choose", "keys", "2", "flow"])
    assert (loans.value, str(loans.mark)) == ("loans/ask", "main.yaml:7:15")
    assert [str(node.mark) for node in tree.items["choose"].items["tries"].children] == [
        "main.yaml:8:11",
        "main.yaml:8:14",
        "main.yaml:8:17",
    ]


def test_plain_data_is_the_same_without_places() -> None:
    assert parse(FLOW, "m").plain() == {
        "flow": "main",
        "greet": {"say": "welcome", "then": "choose"},
        "choose": {
            "menu": "main_menu",
            "keys": {"1": "balance", "2": {"flow": "loans/ask"}},
            "tries": [1, "二", "3"],
        },
    }


def test_a_path_that_ends_early_finds_the_deepest_node() -> None:
    tree = parse(FLOW, "m")
    assert tree.find(["choose", "tries", 9]) is tree.items["choose"].items["tries"]
    assert tree.find(["nowhere"]) is tree


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("no", "no"),
        ("on", "on"),
        ("Yes", "Yes"),
        ("off", "off"),
        ("y", "y"),
        ("true", True),
        ("False", False),
        ("~", None),
        ("null", None),
        ("", None),
        ("0", 0),
        ("-7", -7),
        ("1.5", 1.5),
        ("2e3", 2000.0),
        ("010", "010"),
        ("+861012345678", "+861012345678"),
        ("12:30", "12:30"),
        ("2026-10-01", "2026-10-01"),
        ("1_000", "1_000"),
        ("0x1F", "0x1F"),
        (".inf", ".inf"),
        ("'12'", "12"),
        ('"true"', "true"),
    ],
)
def test_plain_words_mean_what_an_admin_means(word: str, value: object) -> None:
    node = parse(f"k: {word}", "m").items["k"]
    assert node.value == value
    assert type(node.value) is type(value)


def test_keys_are_text_as_written() -> None:
    tree = parse("no: 1\non: 2\n0: 3\n'*': 4\n#: comment\n010: 5\nnull: 6", "m")
    assert list(tree.items) == ["no", "on", "0", "*", "010", "null"]


def test_text_keeps_what_a_number_loses() -> None:
    assert parse("price: 1.50", "m").items["price"].text == "1.50"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("{}", "mapping"),
        ("[]", "list"),
        ("a", "text"),
        ("1", "number"),
        ("true", "true or false"),
        ("", "nothing"),
    ],
)
def test_kinds_in_an_admins_words(text: str, kind: str) -> None:
    assert parse(text, "m").kind == kind


def test_a_key_twice_names_both_lines() -> None:
    error = refused("a: 1\nb:\n  c: 1\n  c: 2\n")
    assert (error.file, error.line, error.column) == ("a.yaml", 4, 3)
    assert "'c' is already given on line 3" in error.message
    assert str(error).startswith("a.yaml:4:3: ")


@pytest.mark.parametrize(
    ("text", "line", "column", "said"),
    [
        ("a: &x 1\nb: *x", 1, 4, "anchor &x"),
        ("b: *x", 1, 4, "alias *x"),
        ("a: 1\n<<: {b: 1}", 2, 1, "merge key"),
        ("a: !!python/object/apply:os.system [ls]", 1, 4, "tag"),
        ("a: !secret x", 1, 4, "tag"),
        ("a: 1\n---\nb: 2", 2, 1, "second document"),
        ("? [a, b]\n: 1", 1, 3, "key must be"),
        ("a: [1, 2\n\n", 1, 4, "expected"),
        ("a: 'b", 1, 4, "end of stream"),
        ("a:\n\t- b", 2, 1, "tab"),
        ("a: 1\nb: \x01", 2, 4, "control character"),
        ("a: \ud800", 1, 4, "surrogate"),
    ],
)
def test_what_is_refused_and_where(text: str, line: int, column: int, said: str) -> None:
    error = refused(text)
    assert (error.line, error.column) == (line, column)
    assert said in error.message


def test_depth_is_bounded_without_recursion() -> None:
    assert "nested more than" in refused("[" * 500 + "]" * 500).message
    deep = parse("[" * source.MAX_DEPTH + "]" * source.MAX_DEPTH, "m")
    assert len(list(deep.walk())) == source.MAX_DEPTH


def test_size_and_count_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "MAX_CHARACTERS", 100)
    assert "101 characters" in refused("a" * 101).message
    monkeypatch.setattr(source, "MAX_NODES", 10)
    assert "more than 10 values" in refused("[" + "1," * 20 + "]").message


def test_an_empty_file_is_nothing_at_its_beginning() -> None:
    node = parse("# only a comment\n", "m")
    assert (node.value, node.line, node.column) == (None, 1, 1)


def test_errors_can_be_raised_at_a_value_or_its_key() -> None:
    node: Node = parse("thn: choose", "m").items["thn"]
    assert str(node.error("unknown step")) == "m:1:6: unknown step"
    assert str(node.error("unknown key", at_key=True)) == "m:1:1: unknown key"


def test_the_nearest_word() -> None:
    assert nearest("thn", ["then", "say", "menu"]) == "then"
    assert nearest("zebra", ["then", "say"]) == ""
