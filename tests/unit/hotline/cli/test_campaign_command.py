"""hotline campaign: how each is, whom it has called, and what came of it beside the ledger's count."""

import asyncio
import json
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dialer.campaigns.commands import CampaignChanged
from dialer.governor.decisions import Decision, Obligations
from dialer.governor.questions import Question, Subject
from hotline.campaigns.rows import CampaignRows
from hotline.cli.main import app
from hotline.ledger.opening import Place, open_ledger
from hotline.ledger.port import Settlement, Terms
from hotline.site.site import Site
from hotline.store.writer import Writer
from tests.unit.hotline.campaigns.stores import NOW, Campaign, a_try, import_people, log_tries
from tests.unit.hotline.governing.gated_site import publish_again, published

pytestmark = pytest.mark.unit

CAMPAIGN = (
    "campaigns:\n  calls: {title: Spring, scene: offer, mode: progressive, queue: care, lists: spring, "
    "safe_harbour: recorded, retry: {by_result: {busy: never}}, dispositions: {no_more: {meaning: refused}}}\n"
)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """Published, with one campaign, which was handed two of three people; one of them was called."""
    site = published(tmp_path)
    (tmp_path / "dialplans/campaigns").mkdir()
    (tmp_path / "dialplans/campaigns/all.yaml").write_text(CAMPAIGN, encoding="utf-8")
    publish_again(site)
    import_people(site.database, [(f"C{place}", place) for place in range(3)])
    one, _ = Campaign(site.database).fetch(2).contacts
    Campaign(site.database).keep(one, "due", 60)
    log_tries(site.database, a_try("calls/1.2/1"), a_try("calls/1.3/1", 3, verdict="deny", rule="house.x"))
    return site


def run(site: Site, *words: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["campaign", *words, "--site", str(site.folder)])
    return result.exit_code, result.stdout, result.stderr


def in_ledger(site: Site, state: str, rests_until: float = 0.0) -> None:
    async def settle() -> None:
        ledger = open_ledger(Place.of(site), lambda: NOW, answer_within_s=20.0)
        asked = Question(scene="offer", number="+8613800130002", origin="campaign", campaign="calls")
        allow = Decision("allow", "f00d", "offer", "v1", obligations=Obligations(caller_ids=("+864000095183",)))
        given = await ledger.reserve(asked, Subject(number=asked.number), lambda *_: allow, Terms(key="calls/1.2/1"))
        told = Settlement(attempt=given.attempt or 0, state=state, caller_id_rests_until=rests_until)  # type: ignore[arg-type]
        await ledger.settle(told)
        await ledger.close()

    asyncio.run(settle())


def test_the_campaigns_and_their_people(site: Site) -> None:
    (row,) = json.loads(run(site, "list", "--json")[1])
    assert (row["campaign"], row["state"], row["mode"], row["people"], row["untouched"]) == (
        *("calls", "ready", "progressive", 3, 1),
    )
    assert row["by_state"] == {"in_hand": 1, "due": 1}
    shown = json.loads(run(site, "show", "calls", "--json")[1])
    assert (shown["title"], shown["settings"]["retry"]["by_result"]) == ("Spring", {"busy": None})
    assert "1 in_hand, 1 due" in run(site, "show", "calls")[1]
    assert "progressive" in run(site, "list")[1]


def test_contacts_are_masked_and_filtered(site: Site) -> None:
    rows = json.loads(run(site, "contacts", "calls", "--json")[1])
    assert [(row["person"], row["state"], row["numbers"]) for row in rows] == [
        ("C0", "due", ["+86*******0000"]),
        ("C1", "in_hand", ["+86*******0001"]),
    ]
    (row,) = json.loads(run(site, "contacts", "calls", "--state", "due", "--reveal", "--json")[1])
    assert row["numbers"] == ["+8613800130000"]
    assert "contacts of campaign calls" in (site.state / "audit.log").read_text()
    assert json.loads(run(site, "contacts", "calls", "--after", "1.2", "--json")[1])[0]["person"] == "C1"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("show", "cals"), "no campaign cals is published (did you mean calls?); there are calls"),
        (("contacts", "calls", "--state", "du"), "no state 'du'; there are fresh"),
        (("contacts", "calls", "--after", "x"), "'x' is no place: LIST.ROW"),
        (("report", "calls", "--since", "soon"), "soon"),
    ],
)
def test_what_is_wrong_is_said(site: Site, words: tuple[str, ...], said: str) -> None:
    code, _, wrong = run(site, *words)
    assert code == 2
    assert said in " ".join(wrong.split())


def test_the_report_stands_beside_the_ledgers_count(site: Site) -> None:
    in_ledger(site, "attempted")
    code, said, _ = run(site, "report", "calls", "--json")
    found = json.loads(said)
    assert (found["dialled"], found["denied"], found["by_rule"]) == (1, 1, {"house.x": 1})
    assert found["ledger"] == {"dialled": 1, "answered": 0, "effective": 0, "abandoned": 0}
    assert (code, found["agrees"], found["double_dialled"]) == (0, True, 0)
    assert "by rule: house.x" in run(site, "report", "calls")[1]


def test_a_ledger_that_counts_otherwise_is_told_and_fails(site: Site) -> None:
    in_ledger(site, "effective")
    code, said, _ = run(site, "report", "calls")
    assert code == 1
    assert "the ledger counts otherwise" in said


def test_a_ledger_that_is_not_there_is_told(site: Site) -> None:
    code, said, _ = run(site, "report", "calls", "--json")
    found = json.loads(said)
    assert (code, found["agrees"], found["ledger"], found["dialled"]) == (0, None, None, 1)
    assert "ledger.db" in found["ledger_error"]


def test_a_caller_id_that_rests_is_shown_with_the_end_of_its_rest(site: Site) -> None:
    assert json.loads(run(site, "show", "calls", "--json")[1])["caller_ids_resting"] is None, "there is no ledger yet"
    until = time.time() + 3600
    in_ledger(site, "blocked", until)
    assert json.loads(run(site, "show", "calls", "--json")[1])["caller_ids_resting"] == {"+864000095183": until}
    assert "+864000095183 until " in run(site, "show", "calls")[1]
    found = CliRunner().invoke(app, ["govern", "caller-ids", "--site", str(site.folder), "--json"])
    assert json.loads(found.stdout) == [
        {"caller_id": "+864000095183", "scenes": ["how", "offer", "remind"], "rests_until": until}
    ]
    found = CliRunner().invoke(app, ["govern", "caller-ids", "--site", str(site.folder)])
    assert "+864000095183" in found.stdout


def test_a_campaign_outside_of_its_hours_says_until_when(site: Site) -> None:
    async def tell() -> None:
        writer = Writer(site.database, lambda trouble: None)
        rows = CampaignRows(writer.write, lambda: NOW)
        rows.take(CampaignChanged("calls", "running", "progressive", "outside_hours", "li", "day 1", NOW))
        await writer.close()

    asyncio.run(tell())
    (row,) = json.loads(run(site, "list", "--json")[1])
    assert (row["why"], row["until"]) == ("outside_hours", NOW)
    assert "2025-11-30 18:53:20 +08:00" in run(site, "show", "calls")[1]
