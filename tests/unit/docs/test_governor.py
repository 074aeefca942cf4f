"""docs/governor.md: each example compiles, does what the page says and fits the schema; the table has all presets."""

import re
from pathlib import Path

import jsonschema
import msgspec
import pytest

from dialer.governor.checks import findings
from dialer.governor.decisions import Decision
from dialer.governor.governor import decide
from dialer.governor.history import History, PastCall
from dialer.governor.policy import Policy
from dialer.governor.questions import Consent, Listed
from dialer.governor.reading import FILE_WORDS, read_policy
from dialer.governor.rule import FAMILIES, Rule
from dialer.governor.schema import policy_schema
from dsl.tree import Node, parse
from hotline.versions.policy_presets import presets
from tests.unit.dialer.governor.policies import NUMBER, QUESTION, SUBJECT, instant, policy_of, told

pytestmark = pytest.mark.unit

_PAGE = (Path(__file__).resolve().parents[3] / "docs" / "governor.md").read_text(encoding="utf-8")
_SECTIONS = {part.partition("\n")[0]: part for part in _PAGE.split("\n## ")[1:]}
_BLOCKS = [
    (title, block)
    for title, part in _SECTIONS.items()
    for block in re.findall(r"^```yaml\n(.*?)^```", part, re.MULTILINE | re.DOTALL)
]
_NOON = instant("2026-11-30 12:00:00")
SCHEMA = jsonschema.Draft202012Validator(policy_schema())


def _whole(block: str) -> str:
    return block if block.startswith("policy:") else f"policy: house\nlayer: group\n{block}"


def _example(title: str, index: int = 0) -> Policy:
    blocks = [block for section, block in _BLOCKS if section == title]
    return policy_of(_whole(blocks[index]))


def _ask(policy: Policy, at: str, scene: str = "care", **known: object) -> Decision:
    calls = tuple(PastCall(instant(when), state, NUMBER, "p1", "a1", scene, result=result)  # type: ignore[arg-type]  # states
                  for when, state, result in known.pop("calls", ()))  # type: ignore[attr-defined]  # fmt: skip
    attributes = known.pop("attributes", {})
    question = msgspec.structs.replace(QUESTION, scene=scene, attributes=attributes)
    subject = msgspec.structs.replace(SUBJECT, **known)
    return decide(policy, question, subject, History(calls), instant(at))


@pytest.mark.parametrize(
    ("title", "block"), _BLOCKS, ids=[f"{title} {index}" for index, (title, _) in enumerate(_BLOCKS)]
)
def test_an_example_compiles_and_fits_the_schema(title: str, block: str) -> None:
    policy_of(_whole(block))
    SCHEMA.validate(parse(_whole(block), "x").plain())


@pytest.mark.parametrize("name", presets())
def test_a_preset_fits_the_schema(name: str) -> None:
    SCHEMA.validate(presets()[name].plain())


@pytest.mark.parametrize(
    "text",
    [
        "policy: house",
        "{policy: house, layer: groups}",
        "{policy: house, layer: group, rules: {a: {cite: x}}}",
        "{policy: house, layer: group, rules: {a: {frequency: {at_most: 0, in: day}}}}",
        "{policy: house, layer: group, rules: {a: {frequency: {at_most: 1, in: fortnight}}}}",
        "{policy: house, layer: group, rules: {a: {spacing: {at_least: 1 day, since: tomorrow}}}}",
        "{policy: house, layer: group, rules: {a: {hours: {week: {mon: 9-18}}}}}",
        "{policy: house, layer: group, exceptions: {a: {rules: b, author: c, reason: d}}}",
    ],
)
def test_what_is_wrong_does_not_fit_the_schema(text: str) -> None:
    with pytest.raises(jsonschema.ValidationError):
        SCHEMA.validate(parse(text, "x").plain())


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(policy_schema())


def test_every_word_of_a_file_is_explained() -> None:
    table = _SECTIONS["A policy"]
    explained = {
        word.split(":")[0]
        for row in re.findall(r"^\| (`.*?) \|", table, re.MULTILINE)
        for word in re.findall(r"`(.*?)`", row)
    }
    assert explained == set(FILE_WORDS)


def test_every_family_has_a_section_with_an_example() -> None:
    titles = {"caller_id": "Caller id", "do_not_call": "Do-not-call"}
    with_example = {title for title, _ in _BLOCKS}
    assert {titles.get(family, family.capitalize()) for family in FAMILIES} <= with_example


def test_the_policy_on_the_page() -> None:
    policy = _example("A policy")
    refused = _ask(policy, "2026-11-30 19:00:00", "offer")
    assert [reason.clause for reason in refused.reasons] == ["Outbound measures, article 12"]
    assert told(refused.until) == "2026-12-01 09:00:00"
    calls = [(f"2026-12-0{day} 10:00:00", "attempted", "") for day in (1, 2, 3)]
    spared = _ask(policy, "2026-12-03 12:00:00", "offer", calls=calls)
    assert (spared.verdict, spared.passed_by) == ("allow", ("house.clinic: house.not_too_often",))
    assert _ask(policy, "2026-12-03 12:00:00", "robot", calls=calls).reasons[0].rule == "house.not_too_often"


def test_what_the_rule_on_the_page_covers() -> None:
    policy = _example("What a rule covers")
    talk = [("2026-11-29 10:00:00", "effective", "")]
    asked = {"scene": "robot", "calls": talk, "attributes": {"branch": "jilin"}}
    assert _ask(policy, "2026-11-30 12:00:00", **asked).verdict == "defer"  # type: ignore[arg-type]  # keywords
    for other in ({"attributes": {"branch": "beijing"}}, {"attributes": {}}, {"scene": "care"}, {"country": "DE"}):
        assert _ask(policy, "2026-11-30 12:00:00", **{**asked, **other}).verdict == "allow"  # type: ignore[arg-type]


def test_the_condition_on_the_page() -> None:
    policy = _example("What a rule covers", 1)
    vip, complained = Listed("vip"), Listed("complained")
    assert _ask(policy, "2026-11-30 12:00:00", lists=(vip,)).verdict == "allow"
    assert _ask(policy, "2026-11-30 12:00:00", lists=(vip, complained)).verdict == "deny"


@pytest.mark.parametrize(
    ("at", "until"),
    [
        ("2026-11-30 12:30:00", "2026-11-30 13:30:00"),
        ("2026-12-24 12:00:00", "2026-12-25 09:00:00"),
        ("2026-12-31 09:00:00", "2026-12-31 10:00:00"),  # listed as a holiday
        ("2026-10-10 18:00:00", "2026-10-12 09:00:00"),  # a Saturday that is worked
    ],
)
def test_the_hours_on_the_page(at: str, until: str) -> None:
    assert told(_ask(_example("Hours"), at).until) == until


def test_the_frequency_on_the_page() -> None:
    policy = _example("Frequency")
    talks = [(f"2026-11-30 {hour}:00:00", "effective", "") for hour in ("09", "10")]
    assert told(_ask(policy, "2026-11-30 12:00:00", calls=talks).until) == "2026-12-01 00:00:00"
    dials = [(f"2026-11-2{day} 09:00:00", "attempted", "") for day in range(4, 9)]
    assert told(_ask(policy, "2026-11-30 12:00:00", calls=dials).until) == "2026-12-01 09:00:00"
    assert _ask(policy, "2026-11-30 12:00:00", calls=dials[1:]).verdict == "allow"


def test_the_spacing_on_the_page() -> None:
    policy = _example("Spacing")
    for state, result, until in (
        ("attempted", "", "2026-11-30 12:29:00"),
        ("effective", "", "2026-12-07 11:59:00"),
        ("answered", "not_interested", "2027-01-29 11:59:00"),
    ):
        assert told(_ask(policy, "2026-11-30 12:00:00", calls=[("2026-11-30 11:59:00", state, result)]).until) == until


def test_the_sensitivity_on_the_page() -> None:
    policy = _example("Sensitivity")
    assert _ask(policy, "2026-11-30 12:00:00", lists=(Listed("partner_oil"),)).reasons[0].rule == "house.hands_off"
    for known in ({"lists": (Listed("vulnerable"),)}, {"attributes": {"tier": "gold"}}):
        assert _ask(policy, "2026-11-30 12:00:00", **known).obligations.human_only  # type: ignore[arg-type]
    robot = _ask(policy, "2026-11-30 12:00:00", "robot", lists=(Listed("vulnerable"),))
    assert [reason.rule for reason in robot.reasons] == ["house.gently", "house.pilot"]
    dialled = [("2026-11-30 11:59:00", "attempted", "")]
    assert _ask(policy, "2026-11-30 12:00:00", calls=dialled).verdict == "defer"
    assert _ask(policy, "2026-11-30 12:00:00", calls=dialled, lists=(Listed("friends"),)).verdict == "allow"


def test_the_validity_on_the_page() -> None:
    policy = _example("Validity")
    assert _ask(policy, "2026-11-30 12:00:00").verdict == "allow"
    assert _ask(policy, "2026-11-30 12:00:00", country="DE").reasons[0].rule == "house.numbers"
    gone = [("2026-11-01 12:00:00", "attempted", "out_of_service")]
    assert _ask(policy, "2026-11-30 12:00:00", calls=gone).reasons[0].rule == "house.dead"


def test_the_caller_id_on_the_page() -> None:
    policy = _example("Caller id")
    assert _ask(policy, "2026-11-30 12:00:00").obligations.caller_ids == ("+862112345678", "+864000395183")
    assert _ask(policy, "2026-11-30 12:00:00", region="CN-11").obligations.caller_ids == ("+864000395183",)
    assert _ask(policy, "2027-07-01 00:00:00", region="CN-11").verdict == "deny"


def test_the_consent_on_the_page() -> None:
    policy = _example("Consent")
    given = Consent("marketing", True, instant("2026-01-01 12:00:00"), "call 7")
    assert _ask(policy, "2026-11-30 12:00:00", "offer", consents=(given,)).verdict == "allow"
    assert _ask(policy, "2026-11-30 12:00:00", "offer").reasons[0].rule == "house.wished"
    assert _ask(policy, "2026-11-30 12:00:00").verdict == "allow"
    refused = Consent("all", False, instant("2026-01-01 12:00:00"))
    assert _ask(policy, "2026-11-30 12:00:00", consents=(refused,)).reasons[0].rule == "house.not_refused"


def test_the_lists_on_the_page() -> None:
    policy = _example("Do-not-call")
    assert _ask(policy, "2026-11-30 12:00:00", lists=(Listed("group_do_not_call"),)).verdict == "deny"
    registered = (Listed("us_national_do_not_call"),)
    assert _ask(policy, "2026-11-30 12:00:00", lists=registered).verdict == "allow"
    assert _ask(policy, "2026-11-30 12:00:00", lists=registered, country="US").verdict == "deny"
    copied = {"us_national_do_not_call": instant("2026-10-30 12:00:00")}
    assert _ask(policy, "2026-11-30 11:59:59", country="US", lists_as_of=copied).verdict == "allow"
    assert _ask(policy, "2026-11-30 12:00:00", country="US", lists_as_of=copied).undecided
    bought = (Consent("purchase", True, _NOON - 86_400),)
    assert _ask(policy, "2026-11-30 12:00:00", lists=registered, country="US", consents=bought).verdict == "allow"


def test_the_obligations_on_the_page() -> None:
    obligations = _ask(_example("What a call is obliged to"), "2026-11-30 12:00:00", "debts").obligations
    assert (obligations.notice, obligations.record) == ("recorded_line", "always")
    assert (obligations.least_ring_s, obligations.longest_ring_s) == (15, 45)


def test_the_layers_on_the_page() -> None:
    policy = _example("Layers")
    dials = [(f"2026-11-30 0{hour}:00:00", "attempted", "") for hour in range(6, 9)]
    assert _ask(policy, "2026-11-30 12:00:00", "offer", calls=dials).verdict == "allow"
    assert _ask(policy, "2026-11-30 12:00:00", "robot", calls=dials).reasons[0].rule == "cn.huawei.day"
    unknown = _ask(policy, "2026-11-30 12:00:00", "offer", calls=dials, country="")
    assert unknown.reasons[0].rule == "cn.huawei.day"


def test_the_table_of_findings_is_that_of_the_checks() -> None:
    told_there = set(re.findall(r"`([a-z-]+)`", "".join(re.findall(r"^\| `.*? \|", findings_page(), re.MULTILINE))))
    source = Path(findings.__code__.co_filename).read_text(encoding="utf-8")
    ours = set(re.findall(r'"(hours-empty|[a-z]+-[a-z]+|overlap|contradiction)", ', source))
    assert ours <= told_there
    assert told_there - ours == {"locked-floor", "preset-twice"}  # found while compiling


def findings_page() -> str:
    """The section of the page that has the table."""
    return _SECTIONS["What is found before it goes live"]


def rows() -> list[str]:
    """The table's rows, as the presets have them."""
    found = []
    for root in presets().values():
        read = read_policy(root, "UTC", [])
        assert read is not None
        found += [_row(rule, root.find(("rules", rule.name.rpartition(".")[2]))) for rule in read.rules]
    return sorted(found)


def _row(rule: Rule, node: Node) -> str:
    scopes = [
        f"{word} {', '.join(value)}"
        for scope in rule.scopes
        for word, value in msgspec.to_builtins(scope).items()
        if word in ("category", "channel", "country", "region")
    ]
    covers = "; ".join(one if len(one) < 40 else f"{one[:30].rpartition(',')[0]} …" for one in sorted(scopes))
    return (
        f"| `{rule.name}` | {covers} | `{rule.family}: {_flow(node.items[rule.family])}` | {rule.mark} | {rule.cite} |"
    )


def _flow(node: Node) -> str:
    if node.is_mapping:
        return f"{{{', '.join(f'{word}: {_flow(inside)}' for word, inside in node.items.items())}}}"
    return f"[{', '.join(map(_flow, node.children))}]" if node.is_sequence else node.text


def test_the_table_has_every_preset_with_its_mark_and_clause() -> None:
    assert [line for line in _SECTIONS["Presets"].splitlines() if line.startswith("| `")] == rows()
