"""Policies are approved before they rule: what waits, what rules meanwhile, dates, rollback, and who may."""

import asyncio
import time
from pathlib import Path

import pytest

from calls.errors import BadInput
from hotline.governing import approving, policies
from hotline.governing.local import local_gate
from hotline.governing.policy_diff import diff
from hotline.governing.published import Published
from hotline.site.site import Site
from hotline.store import opening
from hotline.versions.policies import policy_version
from hotline.versions.publishing import rollback
from hotline.versions.store import Versions
from tests.unit.hotline.governing.asking import ask
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

POLICY = "dialplans/policies/house.yaml"
STRICTER = ("at_most: 2", "at_most: 1")


def ruled(site: Site, at: float | None = None) -> str:
    return policies.ruling_of(site, at).version


def test_without_an_approved_policy_nothing_is_called(tmp_path: Path) -> None:
    site = write(tmp_path)
    publish_again(site)
    opening.migrate(site.database)
    now = policies.ruling_of(site)
    assert (now.version, now.waits) == ("", True)
    told = f"no outgoing call is allowed: policy {now.published} is published, and it is not approved"
    assert now.waiting(site.zone).startswith(told)
    answer = ask(local_gate(site, at=time.time()))
    assert (answer.verdict, answer.reasons[0].rule) == ("deny", "gate.policy")
    with pytest.raises(BadInput, match="it is not approved: hotline govern policy approve"):
        approve(site)
    approve_policy(site)
    approve(site)
    assert ask(local_gate(site, at=time.time())).verdict == "allow"


def test_a_changed_policy_waits_and_the_scenes_may_be_approved_before_it_rules(tmp_path: Path) -> None:
    site = published(tmp_path)
    approve(site)
    first = ruled(site)
    change(site, POLICY, *STRICTER)
    assert "of the folder needs an approval" in policies.unapproved(site, policies_of(site))
    publish_again(site)
    now = policies.ruling_of(site)
    assert (now.version, now.waits, now.standing.refused) == (first, True, "it is not approved")
    assert ask(local_gate(site, at=time.time())).verdict == "allow", "under the one that was approved"
    approve(site)
    approve_policy(site)
    assert ruled(site) == now.published != first
    assert ask(local_gate(site, at=time.time())).verdict == "allow", "the scene was approved under both"
    log = (site.state / "audit.log").read_text()
    assert f"{now.published} by wang.fang: reviewed" in log


def test_it_takes_effect_on_its_day_and_a_server_takes_it_up(tmp_path: Path) -> None:
    site = published(tmp_path)
    approve(site)
    first, clock = ruled(site), [time.time()]
    change(site, POLICY, *STRICTER)
    publish_again(site)
    begin = time.time() + 1000
    approve_policy(site, effective_from=begin)
    assert (ruled(site, begin - 1), ruled(site, begin)) == (first, policies.ruling_of(site).published)
    assert "it takes effect at" in policies.ruling_of(site).waiting(site.zone)
    watched = Published(Versions(site.versions), site.database, lambda: clock[0])
    asyncio.run(watched.look())
    assert watched.now.ruling is not None
    assert watched.now.ruling.version == first
    clock[0] = begin
    asyncio.run(watched.look())
    assert watched.now.ruling.version != first
    assert watched.waiting() == ""


def test_a_rollback_brings_back_the_one_before_and_a_publish_does_not(tmp_path: Path) -> None:
    site = published(tmp_path)
    approve(site)
    first = ruled(site)
    change(site, POLICY, *STRICTER)
    publish_again(site)
    approve_policy(site)
    second = ruled(site)
    rollback(site)
    assert (ruled(site), policies.ruling_of(site).published) == (second, first)
    with pytest.raises(BadInput, match="rollback` returns to it"):
        approve_policy(site, by="li.wei")
    now = policies.rollback(site, "zhao.min", "it denies everybody")
    assert (now.version, now.waits) == (first, False)
    assert ask(local_gate(site, at=time.time())).verdict == "allow"
    assert f"{second} to {first} by zhao.min: it denies everybody" in (site.state / "audit.log").read_text()
    now = policies.rollback(site, "zhao.min", "all of it")
    assert (now.version, now.standing.refused) == ("", "its approval was withdrawn")
    with pytest.raises(BadInput, match="no policy rules that could be rolled back"):
        policies.rollback(site, "zhao.min", "again")


def test_who_published_it_neither_approves_nor_returns_to_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("getpass.getuser", lambda: "zhang.san")
    site = published(tmp_path)
    monkeypatch.setattr("getpass.getuser", lambda: "li.si")
    change(site, POLICY, *STRICTER)
    publish_again(site)
    with pytest.raises(BadInput, match=r"li\.si has published the policy"):
        approve_policy(site, by="li.si")
    with pytest.raises(BadInput, match="and not 0123"):
        policies.approve(site, "wang.fang", "seen", policy="0123")
    approve_policy(site, by="zhang.san")
    with pytest.raises(BadInput, match=r"would rule again, and zhang\.san has published the policy"):
        policies.rollback(site, "zhang.san", "mine is better")
    change(site, "prompts/en.yaml", "Welcome.", "Welcome to us.")
    monkeypatch.setattr("getpass.getuser", lambda: "wang.wu")
    publish_again(site)
    assert Versions(site.versions).manifest(Versions(site.versions).current() or "").policy_by == "li.si"


def test_who_approves_is_part_of_it_and_changed_by_the_former_approvers_only(tmp_path: Path) -> None:
    site = write(tmp_path)
    rules = tmp_path / "dialplans/approvals.yaml"
    rules.write_text("approvers: [wang.fang, zhao.min]\npolicies: {need: 2}\n")
    publish_again(site)
    opening.migrate(site.database)
    approve_policy(site)
    assert policies.ruling_of(site).standing.refused == "it has 1 of 2 approvals"
    with pytest.raises(BadInput, match="has approved it already"):
        approve_policy(site)
    approve_policy(site, by="zhao.min")
    assert policies.ruling_of(site).approvers == ("wang.fang", "zhao.min")
    rules.write_text("approvers: [chen]\n")
    publish_again(site)
    with pytest.raises(BadInput, match="chen is no approver of policies"):
        approve_policy(site, by="chen")
    with pytest.raises(BadInput, match="chen is no approver"):
        approve(site, by="chen")


def test_a_scene_that_the_approved_policy_names_may_go(tmp_path: Path) -> None:
    site = published(tmp_path, house=FILES[POLICY].replace("for: {category: marketing}", "for: {scene: offer}"))
    approve(site)
    change(site, "dialplans/scenes/all.yaml", "  offer: ", "  spring: ")
    change(site, POLICY, "scene: offer", "scene: spring")
    publish_again(site)
    now = approving.in_force(site)
    assert now.ruling is not None
    assert now.ruling.waits
    assert {one.scene: one.may_call for one in approving.shown(now)} == {"how": True, "remind": True, "spring": False}


def test_a_preset_that_a_release_changes_has_its_policy_approved_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    applied = FILES[POLICY] + "apply: cn.huawei.day\n"
    site = published(tmp_path, house=applied)
    assert ruled(site)
    from hotline.versions import policies as reading

    monkeypatch.setattr(reading, "_FORMAT", 0)  # as another release would count it
    now = policies.ruling_of(site)
    assert now.version == ""
    assert "was approved with other presets than this release has" in now.trouble
    approve_policy(site, by="li.wei")
    assert ruled(site) == now.published


@pytest.mark.parametrize(
    ("old", "new", "other"),
    [
        ("at_most: 2", "at_most: 3", True),
        ("certified: true", "certified: false", True),
        ("policy: house\n", "# a remark\npolicy: house\nabout: What we keep to.\n", False),
        ("cite: article 12", "about: for people, cite: article 12", False),
        ("cite: article 12", "cite: article 13", True),
        ("policy: house\n", "policy: house\napply: cn.huawei.day\n", True),
    ],
)
def test_the_version_is_of_what_decides(old: str, new: str, other: bool) -> None:
    changed = FILES[POLICY].replace(old, new)
    assert changed != FILES[POLICY]
    assert (policy_version({POLICY: changed}) != policy_version({POLICY: FILES[POLICY]})) is other


def test_a_diff_names_what_is_new_gone_and_changed() -> None:
    before = FILES[POLICY]
    after = before.replace("at_most: 2", "at_most: 1").replace("pools: {main", "pools: {second")
    after += "  rest: {spacing: {at_least: 30 min}}\n"
    found = diff({POLICY: before}, {POLICY: after})
    assert found.added == ("house.pools.second", "house.rules.rest")
    assert (found.removed, found.changed) == (("house.pools.main",), ("house.rules.not_often",))
    assert any(line.startswith("+  rest") for line in found.lines)
    assert diff({POLICY: before}, {POLICY: before + "# a remark\n"}).is_empty


def policies_of(site: Site) -> dict[str, str]:
    return {POLICY: (site.folder / POLICY).read_text(encoding="utf-8")}
