"""Scenes under a policy: versions, approvals, and the rules that scenes bring with them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec
import pytest

from dialer.governor.binding import CallerId
from dialer.governor.compiling import compile_policy
from dialer.governor.decisions import Decision
from dialer.governor.governor import decide
from dialer.governor.policy import Policy
from dialer.governor.questions import Listed, Question, Subject
from dialer.scenes.approval import Approval, ApprovalRules, Standing
from dialer.scenes.book import EMPTY, Book, governed, make_book, versions_of
from dialer.scenes.governing import Governed, on_trial, under_policy
from dialer.scenes.surroundings import Surroundings
from dsl.hours import Hours
from dsl.tree import parse
from tests.unit.dialer.scenes.folder import AROUND, read

pytestmark = pytest.mark.unit

SCENES = """
scenes:
  offer:
    category: marketing
    channel: human
    owner: sales
    script: sales_script
    hours: outbound
    caller_ids: main
    notice: this_is_recorded
    record: always
    ring: {longest: 30 s}
    human_only: true
  remind: {category: collection, channel: ivr, script: remind, hours: outbound}
"""
POLICY = """
policy: house
layer: group
pools: {main: {"+8640095183": {certified: true}, "+862150490000": {}}}
rules:
  not_often: {for: {category: marketing}, frequency: {at_most: 2, in: 7 days}}
"""
ZONE = ZoneInfo("Asia/Shanghai")
MONDAY = datetime(2026, 11, 23, 10, tzinfo=ZONE).timestamp()


def book_of(text: str = SCENES, around: Surroundings = AROUND) -> Book:
    reading = read(text, around)
    assert reading.problems == []
    return make_book(reading, around, ApprovalRules()).signed(EMPTY, "publisher")


def base_of(book: Book, policy: str = POLICY) -> Policy:
    scenes = [governed(scene) for scene in book.scenes.values()]
    compiled = compile_policy({"p.yaml": parse(policy, "p.yaml")}, {}, scenes)
    assert compiled.policy is not None, compiled.problems
    return compiled.policy


def versions(book: Book, policy: str = POLICY) -> dict[str, str]:
    base = base_of(book, policy)
    return versions_of(book, {name: base.scene_hash(name) for name in book.scenes})


def ask(policy: Policy, scene: str = "offer", at: float = MONDAY, **more: object) -> Decision:
    subject = Subject(number="+8613800138000", country="CN", kinds=("mobile",), zones=("Asia/Shanghai",))
    question = Question(scene=scene, number="+8613800138000", origin="campaign")
    return decide(policy, question, msgspec.structs.replace(subject, **more), now=at)


def approved(book: Book, now: float = MONDAY, **more: float) -> Governed:
    given = {
        name: [Approval(scene=name, version=version, approver="wang", at=now - 9, **more)]
        for name, version in versions(book).items()
    }
    return under_policy(base_of(book), book, given, now)


def test_a_scene_calls_nobody_before_it_is_approved() -> None:
    book = book_of()
    decision = ask(under_policy(base_of(book), book, {}, MONDAY).policy)
    assert decision.verdict == "deny"
    assert decision.reasons[0].rule == "governor.scene"
    assert "it is not approved" in decision.reasons[0].detail
    allowed = ask(approved(book).policy)
    assert allowed.verdict == "allow"
    assert allowed.version == versions(book)["offer"]


def test_an_allowed_call_keeps_to_what_the_scene_says() -> None:
    obligations = ask(approved(book_of()).policy).obligations
    assert set(obligations.caller_ids) == {"+8640095183", "+862150490000"}
    assert (obligations.notice, obligations.record, obligations.longest_ring_s) == ("this_is_recorded", "always", 30.0)
    assert obligations.human_only


def test_calls_are_inside_the_scenes_own_hours_by_the_callees_clock() -> None:
    policy = approved(book_of()).policy
    begin = datetime(2026, 11, 23, 9, tzinfo=ZONE).timestamp()
    before = ask(policy, at=begin - 1)
    assert (before.verdict, before.until, before.reasons[0].rule) == ("defer", begin, "scenes.hours.outbound")
    assert ask(policy, at=begin).verdict == "allow"
    end = datetime(2026, 11, 23, 18, tzinfo=ZONE).timestamp()
    assert ask(policy, at=end - 1).verdict == "allow"
    assert ask(policy, at=end).verdict == "defer"
    assert ask(policy, at=begin, zones=("Europe/Berlin",)).verdict == "defer"


def test_nobody_on_a_do_not_call_list_is_called_whatever_the_policies_say() -> None:
    policy = approved(book_of()).policy
    for name in ("do_not_call", "group"):
        decision = ask(policy, lists=(Listed(name),))
        assert (decision.verdict, decision.reasons[0].rule) == ("deny", "gate.do_not_call")


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("category: marketing", "category: service"),
        lambda text: text.replace("channel: human", "channel: callback"),
        lambda text: text.replace("script: sales_script", "script: this_is_recorded"),
        lambda text: text.replace("caller_ids: main", 'caller_ids: "+8640095183"'),
        lambda text: text.replace("record: always", "record: never"),
        lambda text: text.replace("longest: 30 s", "longest: 31 s"),
        lambda text: text.replace("human_only: true", "human_only: false"),
        lambda text: text.replace("    hours: outbound\n    caller", "    caller"),
        lambda text: text.replace("owner: sales", "owner: sales\n    list: another"),
        lambda text: text.replace("owner: sales", "owner: sales\n    ends: 2027-01-01"),
        lambda text: text.replace("owner: sales", "owner: sales\n    attributes: {tier: gold}"),
    ],
)
def test_a_change_of_anything_that_calls_are_made_by_is_another_version(change: Callable[[str], str]) -> None:
    assert change(SCENES) != SCENES
    before, after = versions(book_of()), versions(book_of(change(SCENES)))
    assert before["offer"] != after["offer"]
    assert before["remind"] == after["remind"]


@pytest.mark.parametrize("old", ["owner: sales", "category: marketing"])
def test_who_owns_it_and_what_is_said_about_it_are_no_part_of_the_version(old: str) -> None:
    changed = SCENES.replace(old, "owner: others" if old.startswith("owner") else f"{old}\n    about: for people")
    assert versions(book_of()) == versions(book_of(changed))


@pytest.mark.parametrize(
    ("around", "changed"),
    [
        (replace(AROUND, phrases={**AROUND.phrases, "sales_script": "other words"}), {"offer"}),
        (replace(AROUND, phrases={**AROUND.phrases, "this_is_recorded": "other words"}), {"offer"}),
        (replace(AROUND, flows={**AROUND.flows, "remind": "other steps"}), {"remind"}),
        (replace(AROUND, hours={"outbound": Hours("Asia/Shanghai", ((),) * 7)}), {"offer", "remind"}),
        (replace(AROUND, pools={"main": {"+8640095183": CallerId(), "+862150490000": CallerId()}}), {"offer"}),
        (replace(AROUND, flows={**AROUND.flows, "offers/spring": "other steps"}), set()),
    ],
)
def test_what_stands_behind_a_name_is_part_of_the_version(around: Surroundings, changed: set[str]) -> None:
    before, after = versions(book_of()), versions(book_of(around=around))
    assert {name for name in before if before[name] != after[name]} == changed


def test_rules_are_part_of_the_versions_of_the_scenes_that_they_cover() -> None:
    stricter = POLICY.replace("at_most: 2", "at_most: 1")
    before, after = versions(book_of()), versions(book_of(), stricter)
    assert before["offer"] != after["offer"]
    assert before["remind"] == after["remind"]
    book = book_of()
    given = {"offer": [Approval(scene="offer", version=before["offer"], approver="wang", at=0.0)]}
    changed = under_policy(base_of(book, stricter), book, given, MONDAY)
    assert changed.standings["offer"].refused == "it has changed since it was approved"


def test_a_scene_that_is_as_it_was_keeps_its_first_publisher() -> None:
    first = book_of()
    second = make_book(read(SCENES.replace("script: remind", "script: offers/spring")), AROUND, ApprovalRules())
    signed = second.signed(first, "somebody else")
    assert signed.scenes["offer"].published_by == "publisher"
    assert signed.scenes["remind"].published_by == "somebody else"


def test_dates_of_scene_and_approval_bound_the_calls() -> None:
    book = book_of(SCENES.replace("owner: sales", "starts: 2026-11-24\n    ends: 2026-11-27"))
    day = 86400.0
    found = approved(book, effective_until=MONDAY + 2 * day)
    assert ask(found.policy).verdict == "deny"
    assert ask(found.policy, at=MONDAY + day).verdict == "allow"
    assert ask(found.policy, at=MONDAY + 2 * day).verdict == "deny"
    assert ask(approved(book).policy, at=MONDAY + 3 * day).verdict == "allow"
    assert ask(approved(book).policy, at=MONDAY + 4 * day).verdict == "deny"


def test_scenes_with_the_same_words_share_their_rules() -> None:
    text = "scenes:\n" + "".join(
        f"  s{number}: {{category: service, channel: human, hours: outbound, record: always}}\n" for number in range(50)
    )
    book = book_of(text)
    policy = on_trial(base_of(book), book)
    assert len([rule for rule in policy.rules if rule.name.startswith("scenes.")]) == 2
    assert ask(policy, "s49").obligations.record == "always"


def test_a_book_is_read_back_as_it_was() -> None:
    book = book_of()
    assert msgspec.json.decode(msgspec.json.encode(book), type=Book) == book
    assert Standing().refused == ""


def test_numbers_and_exceptions_of_others_are_no_part_of_a_version() -> None:
    text = POLICY.replace(
        "rules:\n",
        "rules:\n  shown: {for: {category: marketing}, caller_id: {pool: main}}\n",
    )
    before = versions(book_of(), text)
    other_pool = text.replace("pools: {main:", 'pools: {other: {"+862160000000": {}}, main:')
    assert versions(book_of(), other_pool) == before
    certified = text.replace('"+862150490000": {}', '"+862150490000": {certified: true}')
    assert {name for name, one in versions(book_of(), certified).items() if one != before[name]} == {"offer"}
    exception = (
        "exceptions: {e: {rules: house.not_often, for: {scene: offer}, author: a, reason: b, until: 2027-03-31}}\n"
    )
    assert {name for name, one in versions(book_of(), text + exception).items() if one != before[name]} == {"offer"}
