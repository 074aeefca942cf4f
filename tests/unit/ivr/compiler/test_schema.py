"""The published schemas: they take what the loader takes, and refuse what it refuses."""

from pathlib import Path
from typing import Any

import jsonschema
import pytest

from dsl.tree import parse
from ivr.compiler.compiling import DEFAULTS, ENTRY, HOURS, SKILLS, compile_folder
from ivr.compiler.flows import read_flow
from ivr.compiler.schema import NAMES, json_schema
from ivr.compiler.vocabulary import KINDS, SITE_WORDS

pytestmark = pytest.mark.unit

_ROOT = Path(__file__).resolve().parents[4]
_FLOW = jsonschema.Draft202012Validator(json_schema("flow"))


@pytest.mark.parametrize("name", NAMES)
def test_is_a_schema(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(json_schema(name))


@pytest.mark.parametrize("path", sorted((_ROOT / "dialplans" / "flows").rglob("*.yaml")), ids=lambda path: path.stem)
def test_sample_flows_fit(path: Path) -> None:
    _FLOW.validate(parse(path.read_text(encoding="utf-8"), path.name).plain())


@pytest.mark.parametrize(
    ("name", "path"), [("defaults", DEFAULTS), ("entry", ENTRY), ("hours", HOURS), ("skills", SKILLS)]
)
def test_other_sample_files_fit(name: str, path: str) -> None:
    text = (_ROOT / path).read_text(encoding="utf-8")
    jsonschema.Draft202012Validator(json_schema(name)).validate(parse(text, path).plain())


@pytest.mark.parametrize("path", sorted((_ROOT / "dialplans" / "tests").glob("*.yaml")), ids=lambda path: path.stem)
def test_sample_cases_fit(path: Path) -> None:
    schema = jsonschema.Draft202012Validator(json_schema("tests"))
    schema.validate(parse(path.read_text(encoding="utf-8"), path.name).plain())


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_every_word_of_the_schema_is_a_word_of_the_loader(kind: Any) -> None:
    schema = json_schema("flow")["$defs"][f"step.{kind.word}"]
    for word in schema["properties"]:
        step = f"flow: main\nstart: a\na: {{{kind.word}: x, {word}: x}}\n" if word != kind.word else None
        if step is not None:
            _, reading = read_flow(parse(step, "main.yaml"), "main", {})
            assert not [p for p in reading.problems if p.rule == "unknown-word"], word
    assert set(schema["properties"]) == {kind.word} | {option.name for option in kind.options}


_STEPS = [
    "{say: one}",
    "{say: 1}",
    "{say: [one, {phrase: two, language: en}]}",
    "{say: {phrase: two, lang: en}}",
    "{say: one, then: {hangup: }}",
    "{say: one, then: 5}",
    "{say: one, them: x}",
    "{hangup: }",
    "{menu: one, keys: {1: hangup}, no_input: {then: hangup}, wrong: {then: hangup}}",
    "{menu: one, keys: {one: hangup}, no_input: {then: hangup}, wrong: {then: hangup}}",
    "{menu: one, no_input: {then: hangup}, wrong: {then: hangup}}",
    "{menu: one, keys: {1: hangup}, no_input: {tries: 10, then: hangup}, wrong: {then: hangup}}",
    "{queue: care, class: vip}",
    "{queue: care, class: urgent, skills: [care>=3]}",
    "{lookup: x, into: a, failed: hangup, deadline_s: 0}",
    "{lookup: x, into: a, failed: hangup, deadline_s: 2.5}",
    "{lookup: x, failed: hangup}",
    "{branch: [{if: 'true', then: hangup}]}",
    "{branch: [{if: 'true', then: hangup}], else: hangup}",
    "{open_case: {from: menu}}",
    "{open_case: {category: x, from: menu}}",
    "{survey: q, say: one, scores: 1-5, no_input: {then: hangup}, wrong: {then: hangup}}",
    "{survey: q, say: one, scores: 15, no_input: {then: hangup}, wrong: {then: hangup}}",
    "{collect: a, say: one, length: 4-6, no_input: {then: hangup}, wrong: {then: hangup}}",
    "{collect: a, say: one, length: 0, no_input: {then: hangup}, wrong: {then: hangup}}",
    "{}",
    "word",
]


@pytest.mark.parametrize("step", _STEPS)
def test_schema_and_loader_agree(step: str) -> None:
    text = f"flow: main\nstart: a\na: {step}\n"
    fits = not list(_FLOW.iter_errors(parse(text, "main.yaml").plain()))
    _, reading = read_flow(parse(text, "main.yaml"), "main", {})
    assert fits == (not reading.problems), [str(problem) for problem in reading.problems]


def test_defaults_are_words_of_steps() -> None:
    done = compile_folder({DEFAULTS: "".join(f"{word}: {{}}\n" for word in SITE_WORDS)})
    assert not [problem for problem in done.problems if problem.rule == "unknown-word"]
