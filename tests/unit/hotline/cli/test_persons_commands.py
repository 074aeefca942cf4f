"""hotline persons, consents and exceptions: what they write, what they show, masked; and what the gate makes of it."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from hotline.cli.main import app
from hotline.site.site import Site
from tests.unit.hotline.governing.gated_site import approve, published

pytestmark = pytest.mark.unit

HOUSE = (
    "policy: house\nlayer: group\npools: {main: {'+864000095183': {certified: true}}}\n"
    "rules:\n"
    "  wished: {for: {category: marketing}, consent: {need: given}}\n"
    "  hands_off: {sensitivity: {lists: vulnerable}}\n"
    "  gold: {for: {category: marketing}, sensitivity: {tiers: gold}}\n"
    "  early: {for: {category: marketing}, hours: {week: {mon-sun: 09:00-18:00}}}\n"
    "exceptions:\n"
    "  evenings: {rules: house.early, author: wang, reason: some asked for it, until: 2027-11-30}\n"
    "  everybody: {rules: house.early, holds_for: all, for: {scene: how}, author: wang, reason: r, until: 2027-01-31}\n"
)
NUMBER = "13800138000"
CHECK = ("--number", NUMBER, "--scene", "offer")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Site:
    site = published(tmp_path_factory.mktemp("site"), house=HOUSE)
    approve(site, "*")
    return site


@pytest.fixture
def site(made: Site) -> Site:
    """Published and approved; each test has a person of its own."""
    return made


def run(site: Site, *words: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, [*words, "--site", str(site.folder)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, result.stderr


def as_json(site: Site, *words: str, code: int = 0) -> Any:
    ended, said, wrong = run(site, *words, "--json")
    assert ended == code, wrong
    return json.loads(said)


def rules(site: Site, number: str, *more: str, at: str = "2026-12-07 10:00") -> list[str]:
    _, said, _ = run(site, "govern", "check", "--number", number, "--scene", "offer", "--at", at, *more, "--json")
    return [reason["rule"] for reason in json.loads(said)["reasons"]]


def test_a_word_given_and_withdrawn_and_undone(site: Site) -> None:
    assert rules(site, NUMBER) == ["house.wished"]
    run(site, "persons", "tell", "c1", "--number", NUMBER, "--account", "L-1")
    given = as_json(site, "consents", "give", "marketing", "--person", "c1", "--source", "web", "--channel", "human")
    assert rules(site, NUMBER) == []  # the number is known to be c1's
    refused = as_json(site, "consents", "withdraw", "all", "--number", NUMBER, "--source", "phone")
    assert (given["given"], refused["given"]) == (True, False)
    assert rules(site, NUMBER) == ["house.wished"]
    as_json(site, "consents", "undo", str(refused["consent"]), "--reason", "the wrong number")
    assert rules(site, NUMBER) == []
    code, _, wrong = run(site, "consents", "undo", str(refused["consent"]), "--reason", "again")
    assert (code, "is over already" in wrong) == (2, True)
    assert as_json(site, "consents")[0] == {"purpose": "marketing", "channel": "human", "given": 1, "refused": 0}


def test_what_is_known_is_shown_masked_and_each_look_is_written_down(site: Site) -> None:
    run(site, "persons", "tell", "c2", "--number", "13700137000", "--tier", "basic", "--zone", "Asia/Urumqi")
    run(site, "consents", "give", "survey", "--number", "13700137000", "--source", "web")
    found = as_json(site, "persons", "show", "--number", "13700137000")
    assert (found["people"], found["consents"][0]["purpose"]) == (["c2"], "survey")
    shown = as_json(site, "persons", "show", "--person", "c2")["record"]
    assert (shown["tier"], shown["zone"], shown["links"][0]["value"]) == ("basic", "Asia/Urumqi", "+86*******7000")
    assert "13700137000" not in json.dumps([found, shown])
    whole = as_json(site, "persons", "show", "--number", "13700137000", "--reveal")
    assert whole["key"] == "+8613700137000"
    _, said, _ = run(site, "persons", "show", "--number", "13700137000", "--history")
    assert "given" in said
    assert "13700137000" not in said
    log = (site.state / "audit.log").read_text()
    assert '"what":"number looked up","about":"what is known of +8613700137000"' in log
    assert '"what":"numbers shown","about":"what is known of +8613700137000"' in log
    assert '"what":"person looked up","about":"what is known of c2"' in log


def test_a_list_and_a_tier_of_a_person_reach_the_gate(site: Site) -> None:
    run(site, "persons", "tell", "c3", "--number", "13600136000")
    run(site, "consents", "give", "marketing", "--person", "c3", "--source", "web")
    put = as_json(site, "persons", "put", "--list", "vulnerable", "--person", "c3", "--reason", "said so")
    assert rules(site, "13600136000") == ["house.hands_off"]
    as_json(site, "persons", "undo", str(put["entry"]), "--reason", "a mistake")
    run(site, "persons", "tell", "c3", "--tier", "gold")
    assert rules(site, "13600136000") == ["house.gold"]
    assert rules(site, "13600136000", "--attribute", "tier=basic") == ["house.gold"]
    run(site, "persons", "tell", "c3", "--tier", "")
    assert rules(site, "13600136000") == []
    run(site, "persons", "unlink", "c3", "--number", "13600136000", "--reason", "another owner")
    assert rules(site, "13600136000") == ["house.wished"]
    _, said, _ = run(site, "persons")
    assert "persons" in said


def test_an_exception_is_granted_shown_and_ended(site: Site) -> None:
    evening = "2026-12-07 18:30"
    run(site, "consents", "give", "marketing", "--number", "13500135000", "--source", "web")
    assert rules(site, "13500135000", at=evening) == ["house.early"]
    words = ("--number", "13500135000", "--reason", "asked", "--until", "2026-12-31")
    made = as_json(site, "exceptions", "grant", "-e", "house.evenings", *words)
    _, said, _ = run(site, "govern", "check", "--number", "13500135000", "--scene", "offer", "--at", evening)
    assert "passed by  house.evenings: house.early" in said
    assert "exception  house.evenings, until 2027-01-01T00:00:00+08:00" in said
    assert rules(site, "13500135000", at="2027-01-04 18:30") == ["house.early"]
    (row,) = as_json(site, "exceptions", "--number", "13500135000")
    assert (row["reason"], row["subject"]) == ("asked", "+86*******5000")
    as_json(site, "exceptions", "end", str(made["granted"]), "--reason", "misused")
    assert rules(site, "13500135000", at=evening) == ["house.early"]
    assert as_json(site, "exceptions", "--number", "13500135000") == []
    assert as_json(site, "exceptions", "--number", "13500135000", "--history")[0]["over_why"] == "misused"
    log = (site.state / "audit.log").read_text()
    assert "exception granted" in log
    assert "exception ended" in log


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ("exceptions", "grant", "-e", "house.evening", "--person", "c9", "-r", "x", "--until", "2026-12-31"),
            "did you",
        ),
        (
            ("exceptions", "grant", "-e", "house.everybody", "--person", "c9", "-r", "x", "--until", "2026-12-31"),
            "for all",
        ),
        (
            ("exceptions", "grant", "-e", "house.evenings", "--person", "c9", "-r", "x", "--until", "2030-12-31"),
            "a year",
        ),
        (("exceptions", "grant", "-e", "house.evenings", "-r", "x", "--until", "2026-12-31"), "say whom it is about"),
        (("exceptions", "end", "five", "--reason", "x"), "neither the number of an entry"),
        (("consents", "give", "marketing", "--number", "1.38E+10", "--source", "x"), "rounded"),
        (
            ("consents", "give", "marketing", "--person", "c", "--source", "x", "--channel", "humam"),
            "did you mean human",
        ),
        (("consents", "import", "none.csv", "--word", "营销"), "write THEIRS=OURS"),
        (("consents", "import", "none.csv", "--purpose", "all"), "none.csv: No such file"),
        (("persons", "tell", "c9", "--zone", "Asia/Shangai"), "is no time zone"),
        (("persons", "tell", "c9", "--region", "Jilin"), "is no region"),
        (("persons", "put", "--list", "vip", "-r", "x", "--person", "c9", "--until", "2020-01-01"), "is past"),
        (("persons", "import", "none.csv", "-c", "person"), "write ROLE=HEADING"),
    ],
)
def test_what_cannot_be_is_told_with_what_to_do(site: Site, words: tuple[str, ...], said: str) -> None:
    code, _, wrong = run(site, *words)
    assert (code, said in wrong) == (2, True), wrong


def test_files(site: Site, tmp_path: Path) -> None:
    people = tmp_path / "people.csv"
    people.write_text("客户号,手机,客户等级\nc8,13300133000,basic\nc9,133,gold\n", encoding="gb18030")
    code, _, wrong = run(site, "persons", "import", str(people))
    assert code == 1
    assert "people.csv:3: 133:" in wrong
    assert "nothing was imported" in wrong
    done = as_json(site, "persons", "import", str(people), "--load-the-rest", code=1)
    assert (done["rows"], done["unreadable"], done["first_unreadable"][0]["line"]) == (1, 1, 3)
    words = tmp_path / "words.csv"
    words.write_text("客户号,用途\nc8,营销\n", encoding="utf-8")
    given = as_json(site, "consents", "import", str(words), "--word", "营销=marketing", "--source", "branch")
    assert rules(site, "13300133000") == []
    put = as_json(site, "persons", "import", str(words), "--list", "vulnerable", "--reason", "their list")
    assert rules(site, "13300133000") == ["house.hands_off"]
    assert as_json(site, "persons", "undo", put["import"], "--reason", "the wrong file")["entries"] == 1
    assert rules(site, "13300133000") == []
    as_json(site, "exceptions", "import", str(words), "-e", "house.evenings", "-r", "asked", "--until", "2026-12-31")
    assert rules(site, "13300133000", at="2026-12-07 18:30") == []
    assert as_json(site, "consents", "undo", given["import"], "--reason", "the wrong file")["entries"] == 1
    assert rules(site, "13300133000") == ["house.wished"]


def test_a_purpose_in_a_row_that_is_nearly_one_is_refused_and_another_is_told_once(site: Site, tmp_path: Path) -> None:
    words = tmp_path / "words.csv"
    words.write_text("客户号,用途\nc8,markting\nc9,marketing\n", encoding="utf-8")
    code, _, wrong = run(site, "consents", "import", str(words))
    assert code == 1
    assert "words.csv:2: there is no markting (did you mean marketing?)" in wrong
    assert "nothing was imported" in wrong
    words.write_text("客户号,用途\nc8,xyz\nc9,xyz\nc7,marketing\n", encoding="utf-8")
    code, out, wrong = run(site, "consents", "import", str(words))
    assert (code, "3 rows" in out) == (0, True)
    assert wrong.count("no rule asks for xyz") == 1
