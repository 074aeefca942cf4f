"""Answers of a published version: said once somebody else has approved them, as they are; withdrawn at once."""

import asyncio
import shutil
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from calls.errors import BadInput
from hotline.driver.house_lookups import HouseLookups
from hotline.governing import answers
from hotline.site.site import Site
from hotline.versions.store import Versions
from ivr.steps import ANSWER_STANDING
from tests.unit.hotline.governing.answered_site import publish_again, published
from tests.unit.hotline.governing.gated_site import change

pytestmark = pytest.mark.unit


@pytest.fixture(autouse=True)
def by_words_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hotline.versions.understanding.is_installed", lambda: False)
    monkeypatch.setattr("hotline.versions.understanding.engine_name", lambda: "")
    monkeypatch.setattr("hotline.versions.publishing.getpass", SimpleNamespace(getuser=lambda: "chen"))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("hotline.versions.understanding.is_installed", lambda: False)
        patched.setattr("hotline.versions.understanding.engine_name", lambda: "")
        patched.setattr("hotline.versions.publishing.getpass", SimpleNamespace(getuser=lambda: "chen"))
        return published(tmp_path_factory.mktemp("answered")).folder


@pytest.fixture
def site(made: Path, tmp_path: Path) -> Site:
    shutil.copytree(made, tmp_path / "site")
    return Site.open(tmp_path / "site")


def refused(site: Site, name: str = "early") -> str:
    """What the house says to a call of the current version."""
    versions = Versions(site.versions)
    current = versions.current() or ""
    body = {"answer": name, "version": versions.program(current).answers[name].version, "call_version": current}
    told = asyncio.run(HouseLookups(site.database, versions)(ANSWER_STANDING, body))
    return str(told["refused"])


def test_said_once_another_one_has_approved_it_and_not_once_it_is_withdrawn(site: Site) -> None:
    assert refused(site) == "it is not approved"
    (early,) = answers.approve(site, ["early"], "wang.fang", "read")
    assert (early.not_said, early.standing.approvers, early.answer.published_by) == ("", ("wang.fang",), "chen")
    assert refused(site) == ""
    assert refused(site, "card") == "it is not approved"
    answers.withdraw(site, ["e*"], "zhao.min", "the fee has changed")
    assert refused(site) == "its approval was withdrawn"
    log = (site.state / "audit.log").read_text()
    assert '"what":"answers approved"' in log
    assert '"what":"answers withdrawn"' in log


@pytest.mark.parametrize(
    ("who", "names", "told"),
    [
        ("li.wei", ["early"], "li.wei has written or published the answer"),
        ("chen", ["early"], "chen has written or published the answer"),
        ("wu.lei", ["*"], "card: wu.lei has written or published the answer"),
        ("wang.fang", ["erly"], r"no answer erly \(did you mean early\?\)"),
        (" ", ["early"], "say who approves"),
    ],
)
def test_nobody_approves_their_own_and_all_or_none(site: Site, who: str, names: list[str], told: str) -> None:
    with pytest.raises(BadInput, match=told):
        answers.approve(site, names, who, "read")
    assert all(one.not_said == "it is not approved" for one in answers.shown(site))


def test_an_answer_that_changes_is_not_approved_any_more_and_calls_of_before_keep_theirs(site: Site) -> None:
    answers.approve(site, ["*"], "wang.fang", "read")
    versions = Versions(site.versions)
    before = versions.current() or ""
    old = versions.program(before).answers["early"]
    change(site, "dialplans/answers/all.yaml", "Early is fine.", "Early is well.")
    publish_again(site)
    assert refused(site) == "it has changed since it was approved"
    assert refused(site, "card") == "", "it is as it was"
    assert answers.refused(versions, site.database, before, "early", old.version, time.time()) == ""
    assert "no such version" in answers.refused(versions, site.database, before, "early", "other", time.time())


def test_who_approves_and_how_many_it_takes(site: Site) -> None:
    rules = "approvers: [wang.fang]\nanswers: {need: 2, approvers: [zhao.min, sun.yu]}\n"
    (site.folder / "dialplans/approvals.yaml").write_text(rules)
    publish_again(site)
    with pytest.raises(BadInput, match=r"wang\.fang is no approver of answers"):
        answers.approve(site, ["early"], "wang.fang", "read")
    answers.approve(site, ["early"], "zhao.min", "read")
    assert refused(site) == "it has 1 of 2 approvals"
    answers.approve(site, ["early"], "sun.yu", "read", begin=time.time() + 3600)
    assert refused(site) == "its approval has not begun"


def test_without_a_version_or_a_store_nothing_is_approved(site: Site) -> None:
    answers.approve(site, ["early"], "wang.fang", "read")
    body = {"answer": "early", "version": "x", "call_version": "0009-00000009"}
    told = asyncio.run(HouseLookups(site.database, Versions(site.versions))(ANSWER_STANDING, body))
    assert "cannot be read" in told["refused"]
    assert asyncio.run(HouseLookups(site.database)(ANSWER_STANDING, body))["refused"] == "there are no versions here"
    site.database.unlink()
    assert refused(site) == "it is not approved"
