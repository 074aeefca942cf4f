"""hotline unanswered and hotline answers: lists, one by name, what is added to the admin's file, what is dismissed."""

import json
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from calls.ids import AttemptId, CallId
from hotline.cli.main import app
from hotline.governing import unanswered as editing
from hotline.site.site import Site
from hotline.store.unanswered import UnansweredRows
from ivr.commands import QuestionUnanswered
from tests.unit.hotline.governing.answered_site import published

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Site:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("hotline.versions.understanding.is_installed", lambda: False)
        patched.setattr("hotline.versions.understanding.engine_name", lambda: "")
        patched.setattr("hotline.versions.publishing.getpass", SimpleNamespace(getuser=lambda: "chen"))
        return published(tmp_path_factory.mktemp("answered"))


@pytest.fixture
def site(made: Site) -> Site:
    """The site with three questions that nobody answered."""
    with sqlite3.connect(made.database) as connection:
        connection.execute("DELETE FROM unanswered")
        rows = UnansweredRows(connection.execute, lambda: 1_795_400_000.0, lambda: "CN")  # type: ignore[arg-type]
        near = (("early", 0.41), ("card", 0.2))
        for call, said in (("1", "wipe the debt"), ("2", "Wipe the debt!"), ("3", "call 13800138000"), ("4", "mumble")):
            asked = QuestionUnanswered(CallId(call), AttemptId(call), "en", "main/a", said, "not_understood", near=near)
            rows.take(asked)
    connection.close()
    return made


def run(site: Site, *words: str) -> Result:
    return CliRunner().invoke(app, [*words, "--site", str(site.folder)])


def listed(site: Site, *words: str) -> list[dict[str, Any]]:
    result = run(site, "unanswered", "list", "--json", *words)
    assert result.exit_code == 0, result.output
    found: list[dict[str, Any]] = json.loads(result.stdout)
    return found


def test_listed_with_what_is_near_and_one_by_its_name(site: Site) -> None:
    first, *_ = listed(site)
    assert (first["wording"], first["times"]) == ("wipe the debt", 2)
    assert first["near"] == [{"intent": "early", "likeness": 0.41}, {"intent": "card", "likeness": 0.2}]
    told = run(site, "unanswered", "list").stdout
    assert "early 0.41, card 0.20" in told
    assert "13800138000" not in told
    shown = run(site, "unanswered", "show", first["id"]).stdout
    assert "asked  2 times, last" in shown
    assert "it was taken for no intent" in shown
    assert run(site, "unanswered", "show", "beef").exit_code == 2
    assert "did you mean added" in run(site, "unanswered", "list", "--state", "aded").stderr


def test_added_to_the_file_of_its_intent_and_off_the_list(site: Site) -> None:
    file = site.folder / "dialplans/intents/all.yaml"
    before = file.read_text()
    (one,) = [one for one in listed(site) if one["wording"] == "wipe the debt"]
    result = run(site, "unanswered", "add", one["id"], "early", "--by", "li", "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert (told["state"], told["note"], told["settled_by"]) == ("added", "early", "li")
    assert (told["file"], told["sentence"]) == ("dialplans/intents/all.yaml", "wipe the debt")
    last = "      - close the loan before its end\n"
    assert file.read_text() == before.replace(last, f"{last}      - wipe the debt\n"), "a line more, comments kept"
    assert one["id"] not in [other["id"] for other in listed(site)]
    again = run(site, "unanswered", "add", one["id"], "card")
    assert again.exit_code == 2
    assert "was added to early by li; hotline unanswered reopen" in again.stderr
    assert run(site, "unanswered", "dismiss", one["id"], "--reason", "noise").exit_code == 2
    assert run(site, "unanswered", "reopen", one["id"]).exit_code == 0
    assert one["id"] in [other["id"] for other in listed(site)]
    twice = run(site, "unanswered", "add", one["id"], "card")
    assert twice.exit_code == 2
    assert "is a sentence of early already" in twice.stderr
    file.write_text(before)


def test_a_number_does_not_get_into_a_file_and_other_words_do(site: Site) -> None:
    file = site.folder / "dialplans/intents/all.yaml"
    before = file.read_text()
    (one,) = [one for one in listed(site) if one["wording"].startswith("call ")]
    refused = run(site, "unanswered", "add", one["id"], "card")
    assert refused.exit_code == 2
    assert "it has somebody's number in it" in refused.stderr
    assert file.read_text() == before
    added = run(site, "unanswered", "add", one["id"], "none", "--as", "call my friend")
    assert added.exit_code == 0, added.output
    assert file.read_text() == before + "  - call my friend\n"
    file.write_text(before)


def test_of_editors_at_once_each_sentence_is_kept_and_each_question_is_settled_once(site: Site) -> None:
    file = site.folder / "dialplans/intents/all.yaml"
    before = file.read_text()
    names = {one["wording"]: one["id"] for one in listed(site)}
    tries = [(id_, f"sentence {letter} of {id_}") for id_ in names.values() for letter in "abcd"]

    def add(of: tuple[str, str]) -> str:
        try:
            return editing.add(site, of[0], "early", of[1], "li").sentence
        except editing.SettledAlready as error:
            return str(error)

    with ThreadPoolExecutor(len(tries)) as editors:
        told = list(editors.map(add, tries))
    kept = [one for one in told if one.startswith("sentence ")]
    assert len(kept) == len(names)
    assert all("was added to early by li" in one for one in told if one not in kept)
    written = file.read_text()
    assert sorted(line.split("- ")[1] for line in written.splitlines() if "- sentence " in line) == sorted(kept)
    file.write_text(before)


def test_dismissed_with_a_reason(site: Site) -> None:
    (one,) = [one for one in listed(site) if one["wording"] == "mumble"]
    assert run(site, "unanswered", "dismiss", one["id"], "--reason", " ").exit_code == 2
    assert run(site, "unanswered", "dismiss", one["id"], "--reason", "noise", "--by", "li").exit_code == 0
    (settled,) = listed(site, "--state", "dismissed")
    assert (settled["settled_by"], settled["note"]) == ("li", "noise")
    assert '"what":"question dismissed"' in (site.state / "audit.log").read_text()


def test_answers_listed_shown_approved_and_withdrawn(made: Site) -> None:
    rows = json.loads(run(made, "answers", "list", "--json").stdout)
    assert [(row["answer"], row["said"], row["not_said"]) for row in rows] == [
        ("card", False, "it is not approved"),
        ("early", False, "it is not approved"),
    ]
    refused = run(made, "answers", "approve", "early", "--as", "li.wei", "--reason", "mine")
    assert refused.exit_code == 2
    assert "somebody else must approve it" in refused.stderr
    approved = run(made, "answers", "approve", "early", "--as", "wang", "--reason", "read", "--until", "2099-06-30")
    assert "1 answer, 1 of them said" in approved.stdout
    shown = run(made, "answers", "show", "early").stdout
    assert "Early is fine." in shown
    assert "approved by  wang" in shown
    assert [row["answer"] for row in json.loads(run(made, "answers", "list", "--unsaid", "--json").stdout)] == ["card"]
    assert run(made, "answers", "withdraw", "early", "--reason", "changed").exit_code == 0
    assert "did you mean early" in run(made, "answers", "show", "erly").stderr


def test_the_sentences_are_tried_beside_those_in_service(made: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hotline.versions.understanding.is_installed", lambda: False)
    monkeypatch.setattr("hotline.versions.understanding.engine_name", lambda: "")
    result = run(made, "understand", "--tests", "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert told["worse"] is False
    assert len(told["sentences"]) == sum(told["now"].values()) == 4
    assert told["before"] == told["now"]
    assert "sentences tried: " in run(made, "understand", "--tests").stdout
