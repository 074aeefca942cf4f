"""The monthly sample has what counts, and reviews of it come back as human accuracy."""

import shutil
import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from calls.errors import BadInput
from hotline.reports import reviewing
from hotline.reports.making import make
from hotline.reports.samples import draw
from hotline.site.site import Site
from reporting.spans import span_of
from tests.unit.hotline.contacts.workbooks import xlsx
from tests.unit.hotline.reports.month import ZONE, at, site_of_the_month

pytestmark = pytest.mark.unit

SPAN = span_of("monthly", date(2026, 11, 1), ZONE)
NOW = at("12-10 00:00:00")


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return site_of_the_month(tmp_path_factory.mktemp("month"))


@pytest.fixture
def site(published: Site, tmp_path: Path) -> Site:
    """A copy for each test: publishing takes longer."""
    return Site.open(shutil.copytree(published.folder, tmp_path / "site"))


def test_answers_that_count_are_drawn_and_others_are_not(site: Site) -> None:
    drawn = draw(site, SPAN, NOW, "seed")
    assert {one.call: one.score for one in drawn.sampled_answers} == {"c1": 5, "c2": 4, "c3": 1, "c6": 3, "c15": 5}
    of_c6 = next(one for one in drawn.sampled_answers if one.call == "c6")
    assert (of_c6.talk, of_c6.queue, of_c6.agent) == (2, "care", "8001")
    assert (drawn.answers.wanted, drawn.answers.short) == (800, 795)


def test_recorded_talks_of_the_month_are_drawn_by_queue(site: Site) -> None:
    drawn = draw(site, SPAN, NOW, "seed")
    talks = {(one.call, one.talk) for one in drawn.sampled_talks}
    assert {("c6", 1), ("c6", 2), ("c10", 1)} <= talks
    assert ("c14", 1) not in talks, "ten seconds are too short to be judged"
    assert not {("c0", 1), ("c22", 1)} & talks
    assert drawn.recordings.there == len(talks) == 14
    assert next(one for one in drawn.sampled_talks if one.call == "c3").correct is False


def test_the_same_seed_draws_the_same(site: Site) -> None:
    first = draw(site, SPAN, NOW, "seed", answers=3, recordings=6)
    assert first == draw(site, SPAN, NOW, "seed", answers=3, recordings=6)
    assert {queue: one.drawn for queue, one in first.recordings.strata.items()} == {"": 1, "care": 4, "loans": 1}
    assert len(first.sampled_talks) == 6
    seeds = {tuple(draw(site, SPAN, NOW, str(seed), recordings=6).recordings.drawn) for seed in range(5)}
    assert len(seeds) > 1


@pytest.mark.parametrize("written_as", ["utf-8-sig", "gb18030", "utf-16", "semicolons", "xlsx"])
def test_reviews_of_a_file_are_taken_in(site: Site, tmp_path: Path, written_as: str) -> None:
    """As a spreadsheet gives the sample back: in the encoding, with the delimiters, in the format of its country."""
    path = tmp_path / "sample.csv"
    rows = [["kind", "call", "talk", "correct", "reviewer"], ["answer", "c1", 1, "", ""]]
    rows += [["talk", "c2", 1, "是", "wang"], ["talk", "c3", 1, "yes", ""], ["talk", "c6", 1, "", ""]]
    sign = ";" if written_as == "semicolons" else ","
    text = "".join(f"{sign.join(map(str, row))}\n" for row in rows)
    path.write_bytes(
        xlsx({"sample": rows})
        if written_as == "xlsx"
        else text.encode("utf-8" if written_as == "semicolons" else written_as)
    )
    found = reviewing.read(path, "CN", "li")
    assert found == [reviewing.Review("c2", 1, True, "wang", 3), reviewing.Review("c3", 1, True, "li", 4)]
    assert reviewing.put(site, found, NOW) == 2
    accuracy = make(site, SPAN, NOW).house.accuracy
    assert accuracy is not None
    assert (accuracy.reviewed, accuracy.correct) == (4, 4), "c3 has a new word, and the last one counts"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("call,talk\nc1,1\n", "sample.csv:1: the column correct is missing"),
        ("call,talk,correct,reviewer\nc1,1,perhaps,li\n", "sample.csv:2: 'perhaps' is neither yes nor no"),
        ("call,talk,correct,reviewer\nc1,one,yes,li\n", "sample.csv:2: talk is the number"),
        ("call,talk,correct\nc1,1,yes\n", "sample.csv:2: who has reviewed it?"),
    ],
)
def test_what_is_wrong_in_a_file_is_told(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "sample.csv").write_text(text, encoding="utf-8")
    with pytest.raises(BadInput, match=told.replace("?", r"\?")):
        reviewing.read(tmp_path / "sample.csv", "CN", "")


def test_a_review_of_what_was_not_recorded_takes_the_whole_file_with_it(site: Site) -> None:
    reviews = [reviewing.Review("c2", 1, True, "li", 2), reviewing.Review("c2", 9, True, "li", 3)]
    with pytest.raises(BadInput, match="line 3: there is no recording of talk 9 of call c2"):
        reviewing.put(site, reviews, NOW)
    with closing(sqlite3.connect(site.database)) as store:
        assert store.execute("SELECT count(*) FROM talk_reviews WHERE call = 'c2'").fetchone() == (0,)
