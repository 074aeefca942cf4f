"""Scenes go with the site's versions: lint, test cases, publish, approval, rollback; and how long that takes."""

import time
from pathlib import Path

import pytest

from bench.consumer_finance import files
from calls.errors import BadInput
from hotline.governing import approving
from hotline.governing.approving import ShownScene
from hotline.governing.local import local_gate
from hotline.site.site import Site
from hotline.store import approvals
from hotline.versions.checking import check
from hotline.versions.publishing import NotPublished, rollback
from hotline.versions.store import Versions
from tests.unit.hotline.governing.asking import MONDAY, ask
from tests.unit.hotline.governing.gated_site import (
    FILES,
    approve,
    approve_policy,
    change,
    publish_again,
    published,
    write,
)

pytestmark = pytest.mark.unit

SCENES = "dialplans/scenes/all.yaml"
CASE = """
in the evening:
  at: 2026-11-23 20:00
  scene: offer
  number: "13800138000"
  expect: {verdict}
"""


def shown(site: Site, name: str = "offer") -> ShownScene:
    (found,) = [one for one in approving.shown(approving.in_force(site)) if one.scene == name]
    return found


def test_from_a_new_scene_to_its_first_governed_call_is_less_than_a_minute(tmp_path: Path) -> None:
    site = published(tmp_path)
    began = time.monotonic()
    text = "scenes: {spring: {category: marketing, channel: human, caller_ids: main, hours: outbound}}\n"
    (tmp_path / "dialplans/scenes/spring.yaml").write_text(text)
    publish_again(site)
    assert ask(local_gate(site, at=MONDAY), "spring").verdict == "deny"
    approving.approve(site, ["spring"], "wang.fang", "reviewed")
    decision = ask(local_gate(site, at=time.time()), "spring")
    assert decision.verdict == "allow"
    assert decision.version == shown(site, "spring").version
    assert time.monotonic() - began < 60


def test_a_changed_scene_calls_nobody_until_it_is_approved_again(tmp_path: Path) -> None:
    site = published(tmp_path)
    approve(site)
    assert ask(local_gate(site, at=time.time())).verdict == "allow"
    change(site, SCENES, "script: sales_script", "script: recorded")
    publish_again(site)
    decision = ask(local_gate(site, at=time.time()))
    assert decision.verdict == "deny"
    assert "it has changed since it was approved" in decision.reasons[0].detail
    assert shown(site, "remind").may_call
    approve(site, "offer")
    assert ask(local_gate(site, at=time.time())).verdict == "allow"


@pytest.mark.parametrize(
    ("path", "old", "new", "unapproved"),
    [
        ("prompts/en.yaml", "Good day.", "Good evening.", {"offer"}),
        ("prompts/en.yaml", "How was it?", "How was the talk?", {"how"}),
        ("dialplans/flows/how.yaml", "say: ask_how", "say: welcome", {"how"}),
        ("dialplans/hours.yaml", "09:00-19:00", "09:00-18:00", {"offer", "remind", "how"}),
        ("dialplans/policies/house.yaml", "at_most: 2", "at_most: 3", {"offer"}),
        ("prompts/en.yaml", "Welcome.", "Welcome to us.", set()),
        (SCENES, "owner: sales", "owner: others", set()),
    ],
)
def test_what_scenes_stand_on_is_approved_with_them(
    tmp_path: Path, path: str, old: str, new: str, unapproved: set[str]
) -> None:
    site = published(tmp_path)
    approve(site)
    change(site, path, old, new)
    publish_again(site)
    if path.startswith("dialplans/policies"):
        approve_policy(site)
    found = approving.shown(approving.in_force(site))
    assert {one.scene for one in found if not one.may_call} == unapproved


def test_a_rollback_brings_back_what_was_approved(tmp_path: Path) -> None:
    site = published(tmp_path)
    approve(site)
    version = shown(site).version
    change(site, SCENES, "script: sales_script", "script: recorded")
    publish_again(site)
    assert not shown(site).may_call
    rollback(site)
    assert shown(site).may_call
    assert shown(site).version == version


def test_the_publisher_of_a_scene_cannot_approve_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("getpass.getuser", lambda: "zhang.san")
    site = published(tmp_path)
    with pytest.raises(BadInput, match=r"zhang\.san has written the scene: somebody else must approve it"):
        approve(site, by="zhang.san")
    with pytest.raises(BadInput, match="sales owns the scene"):
        approve(site, by="sales")
    monkeypatch.setattr("getpass.getuser", lambda: "li.si")
    change(site, SCENES, "channel: human, notice", "channel: callback, notice")
    publish_again(site)
    assert (shown(site).published_by, shown(site, "remind").published_by) == ("zhang.san", "li.si")


def test_two_approvers_where_approvals_yaml_asks_for_them(tmp_path: Path) -> None:
    site = write(tmp_path)
    rules = "approvers: [wang.fang, zhao.min]\nrules: [{for: {category: marketing}, need: 2}]\n"
    (tmp_path / "dialplans/approvals.yaml").write_text(rules)
    publish_again(site)
    approve_policy(site)
    with pytest.raises(BadInput, match="li is no approver"):
        approve(site, by="li")
    approve(site)
    assert shown(site).standing.refused == "it has 1 of 2 approvals"
    assert shown(site, "how").may_call
    approve(site, "offer", by="zhao.min")
    assert shown(site).may_call
    assert shown(site).standing.approvers == ("wang.fang", "zhao.min")


def test_a_withdrawal_holds_at_once_and_stands_in_the_audit_log(tmp_path: Path) -> None:
    site = published(tmp_path)
    approve(site)
    approving.withdraw(site, ["offer"], "zhao.min", "complaint 4711")
    assert shown(site).standing.refused == "its approval was withdrawn"
    assert ask(local_gate(site, at=time.time())).verdict == "deny"
    assert shown(site, "remind").may_call
    log = (site.state / "audit.log").read_text()
    assert "how " in log
    assert "by wang.fang: reviewed" in log
    assert "offer by zhao.min: complaint 4711" in log
    assert [one.withdrawn_because for one in approvals.approvals(site.database, "offer")] == ["complaint 4711"]


def test_an_approval_begins_and_ends(tmp_path: Path) -> None:
    site = published(tmp_path)
    now = time.time()
    approve(site, "offer", effective_from=now + 1000, effective_until=now + 2000)
    found = shown(site)
    assert (found.standing.since, found.standing.until) == (now + 1000, now + 2000)
    gate = local_gate(site, at=now)
    assert ask(gate, at=now).verdict == "deny"
    with pytest.raises(BadInput, match="ends before it begins"):
        approve(site, "offer", effective_from=now + 5, effective_until=now + 5)


@pytest.mark.parametrize(("name", "said"), [("ofer", "did you mean offer?"), ("x*", r"there is no scene x\*")])
def test_a_scene_that_is_none_is_told_with_the_nearest(tmp_path: Path, name: str, said: str) -> None:
    site = published(tmp_path)
    with pytest.raises(BadInput, match=said):
        approve(site, name)


def test_test_cases_are_tried_before_a_version_is_made(tmp_path: Path) -> None:
    site = write(tmp_path)
    cases = tmp_path / "dialplans/scenes/tests/offer.yaml"
    cases.parent.mkdir()
    cases.write_text(CASE.format(verdict="allow"))
    with pytest.raises(NotPublished, match=r"offer\.yaml:6:11: expected allow, but it is: defer until 2026-11-24 09"):
        publish_again(site)
    cases.write_text(CASE.format(verdict="{defer: scenes.hours.outbound, until: 2026-11-24 09:00}"))
    assert publish_again(site).tried == 1


def test_lint_tells_of_scenes_policies_and_cases_at_once(tmp_path: Path) -> None:
    site = write(
        tmp_path,
        house=FILES["dialplans/policies/house.yaml"].replace("marketing", "marketng"),
        all=FILES[SCENES].replace("script: how", "script: hw"),
    )
    (tmp_path / "dialplans/scenes/tests").mkdir()
    (tmp_path / "dialplans/scenes/tests/a.yaml").write_text(CASE.format(verdict="alow"))
    (tmp_path / "dialplans/scenes/stray.yml").write_text("scenes: {}")
    told = "\n".join(str(problem) for problem in check(site).problems)
    assert "all.yaml:6:62: scene how: script: there is no flow hw (did you mean how?) [unknown-flow]" in told
    assert "a.yaml:6:11: allow, {deny: RULE} or {defer: RULE, until: …} is wanted (did you mean allow?)" in told
    assert "dialplans/scenes/stray.yml:1:1: nobody reads it: rename it to dialplans/scenes/stray.yaml" in told
    assert "house.yaml:5:31: house.not_often, for: `marketng` is not one of marketing" in told
    assert "(did you mean marketing?)" in told


def test_a_version_of_before_scenes_has_none(tmp_path: Path) -> None:
    site = published(tmp_path)
    versions = Versions(site.versions)
    (site.versions / (versions.current() or "") / "scenes.json").unlink()
    assert approving.shown(approving.in_force(site)) == []


def test_340_scenes_of_a_house_are_checked_published_and_approved(tmp_path: Path) -> None:
    site = write(tmp_path)
    (tmp_path / SCENES).unlink()
    (tmp_path / "dialplans/flows/survey.yaml").write_text(
        "flow: survey\nstart: ask\nask: {say: ask_how, then: hangup}\n"
    )
    (tmp_path / "prompts/en.yaml").write_text(FILES["prompts/en.yaml"] + "recording_notice: It is recorded.\n")
    for path, text in files(340).items():
        (tmp_path / path).write_text(text)
    checked = check(site)
    assert checked.errors == []
    assert len(checked.gate.book.scenes) == 340
    assert len({one.settings.category for one in checked.gate.book.scenes.values()}) == 5
    publish_again(site)
    approve_policy(site)
    approve(site)
    found = approving.shown(approving.in_force(site))
    assert [one for one in found if not one.may_call] == []
    assert len({one.version for one in found}) == 340
    decision = ask(local_gate(site, at=time.time()), "car_remind_m2")
    assert (decision.verdict, decision.obligations.longest_ring_s) == ("allow", 40.0)
