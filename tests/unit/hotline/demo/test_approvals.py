"""The demonstration approves its own scenes, by the rules that hold for everybody."""

import getpass
from pathlib import Path

import pytest

from hotline.demo.approvals import approve_all
from hotline.governing import approving
from hotline.site.site import Site
from tests.unit.hotline.governing.gated_site import change, publish_again, published

pytestmark = pytest.mark.unit


def standings(site: Site) -> dict[str, tuple[str, ...]]:
    return {one.scene: one.standing.approvers for one in approving.shown(approving.in_force(site)) if one.may_call}


def rules(site: Site, text: str) -> Site:
    (site.folder / "dialplans/approvals.yaml").write_text(text, encoding="utf-8")
    publish_again(site)
    return site


def test_every_scene_may_call_and_a_changed_one_again(tmp_path: Path) -> None:
    site = published(tmp_path)
    assert approve_all(site) == ["how", "offer", "remind"]
    assert set(standings(site).values()) == {("demo.compliance",)}
    change(site, "dialplans/scenes/all.yaml", "category: service", "category: survey")
    publish_again(site)
    assert "remind" not in standings(site)
    assert approve_all(site) == ["how", "offer", "remind"]


def test_as_many_as_it_takes_and_of_those_who_are_named(tmp_path: Path) -> None:
    site = rules(
        published(tmp_path),
        "approvers: [li.wei, wang.fang, zhao.min]\nrules: [{for: {category: marketing}, need: 2}]\n",
    )
    approve_all(site)
    assert standings(site) == {"how": ("li.wei",), "offer": ("li.wei", "wang.fang"), "remind": ("li.wei",)}


def test_nobody_approves_what_is_their_own(tmp_path: Path) -> None:
    me = getpass.getuser()
    site = rules(published(tmp_path), f"approvers: [{me}, sales]\n")
    assert approve_all(site) == [], "one has published them, the other owns them"
    assert approve_all(rules(site, f"approvers: [{me}, sales, li.wei]\n")) == ["how", "offer", "remind"]
    assert set(standings(site).values()) == {("li.wei",)}


def test_three_are_more_than_the_demonstration_has(tmp_path: Path) -> None:
    assert approve_all(rules(published(tmp_path), "need: 3\n")) == []
