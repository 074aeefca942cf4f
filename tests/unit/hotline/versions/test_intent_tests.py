"""Sentences that are tried before a publish: one that understands less than the version in service is refused."""

from pathlib import Path

import pytest

from hotline.site.site import Site
from hotline.versions.publishing import NotPublished
from hotline.versions.store import Versions
from tests.unit.hotline.governing.answered_site import publish_again, published
from tests.unit.hotline.governing.gated_site import change

pytestmark = pytest.mark.unit

_INTENTS = "dialplans/intents/all.yaml"


@pytest.fixture(autouse=True)
def by_words_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hotline.versions.understanding.is_installed", lambda: False)
    monkeypatch.setattr("hotline.versions.understanding.engine_name", lambda: "")


def _audit(site: Site) -> str:
    log = site.state / "audit.log"
    return log.read_text() if log.exists() else ""


def test_a_publish_that_makes_it_worse_is_refused_with_the_sentences_and_forced_with_a_reason(tmp_path: Path) -> None:
    site = published(tmp_path)
    versions = Versions(site.versions)
    first = versions.current()
    (site.folder / "dialplans/intents/tests/all.yaml").write_text("early: [a brand new wording, settle the loan now]\n")
    change(site, _INTENTS, "      - settle the loan now\n", "")  # it understands that one no more
    card = "      - use a new bank card\n"
    change(site, _INTENTS, card, f"{card}      - settle the loan for me now\n")
    with pytest.raises(NotPublished, match="understanding would get worse") as refused:
        publish_again(site)
    assert "settle the loan now (early): right before, " in str(refused.value)
    assert versions.current() == first
    assert "forced" not in _audit(site)
    forced = publish_again(site, "the wording is gone")
    assert forced.understanding is not None
    assert forced.understanding.worse
    assert versions.manifest(forced.version).forced == "the wording is gone"
    assert '"what":"publish forced"' in _audit(site)
    assert "the wording is gone" in _audit(site)


def test_one_with_the_same_intents_needs_no_force(tmp_path: Path) -> None:
    site = published(tmp_path)
    change(site, "dialplans/answers/all.yaml", "Early is fine.", "Early is well.")
    same = publish_again(site, "in case")
    assert same.understanding is not None
    assert same.understanding.before == same.understanding.now
    assert Versions(site.versions).manifest(same.version).forced == "", "there was nothing to be forced"
    assert "publish forced" not in _audit(site)
    (site.folder / "dialplans/intents/tests/all.yaml").unlink()
    assert publish_again(site).understanding is None
