"""hotline ledger: search, one attempt, refusals, CSV; masked, and noted."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dialer.governor.decisions import Decision, Reason
from dialer.governor.questions import Question, Subject
from hotline.cli.main import app
from hotline.ledger.opening import Place, open_ledger
from hotline.ledger.port import Settlement, Terms
from hotline.site.site import Site

pytestmark = pytest.mark.unit

NUMBER, OTHER = "+8613800138000", "+8613800138001"
AT = 1_796_000_000.0


@pytest.fixture
async def site(tmp_path: Path) -> Site:
    """With one talk, one call that nobody settled, one denial."""
    (tmp_path / "hotline.yaml").write_text("zone: Asia/Shanghai\n")
    site = Site.open(tmp_path)
    site.prepare()
    now = [AT]
    ledger = open_ledger(Place.of(site), lambda: now[0], answer_within_s=20.0)
    allow = Decision("allow", "f00d", "renewal", "v1")
    deny = Decision("deny", "f00d", "renewal", reasons=(Reason("cn.freq", "frequency", "law", "deny", "too many"),))
    asked = Question(scene="renewal", number=NUMBER, origin="agent", person="330102199001011234", agent="8001")
    given = await ledger.reserve(asked, Subject(number=NUMBER), lambda *_: allow, Terms(case="C-1", script="s1"))
    await ledger.settle(Settlement(attempt=given.attempt or 0, state="effective", result="promise", call="c-1"))
    now[0] += 60
    asked = Question(scene="survey", number=OTHER, origin="gate", source="vicidial")
    await ledger.reserve(asked, Subject(number=OTHER), lambda *_: allow)
    await ledger.reserve(asked, Subject(number=OTHER), lambda *_: deny)
    now[0] += 3_600
    await ledger.expire()
    await ledger.close()
    return site


def run(site: Site, *words: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["ledger", "--site", str(site.folder), *words])
    return result.exit_code, result.stdout, result.stderr


def noted(site: Site) -> list[str]:
    path = site.state / "audit.log"
    return [json.loads(line)["what"] for line in path.read_text().splitlines()] if path.exists() else []


def test_the_newest_first_and_masked(site: Site) -> None:
    code, out, _ = run(site)
    assert code == 0
    first, second = out.splitlines()[1:]
    assert "+86*******8001" in first
    assert "released (expired)" in first
    assert "vicidial, gate" in first
    assert "+86*******8000" in second
    assert "promise" in second
    assert "330102199001011234" not in out
    assert noted(site) == []


def test_a_number_is_looked_up_in_any_form_and_noted(site: Site) -> None:
    code, out, _ = run(site, "--number", "138 0013 8000", "--json")
    assert code == 0
    (row,) = json.loads(out)
    assert (row["number"], row["agent"], row["state"]) == ("+86*******8000", "8001", "effective")
    assert noted(site) == ["number looked up"]
    _, out, _ = run(site, "--case", "C-1", "--reveal", "--json")
    assert json.loads(out)[0]["number"] == NUMBER
    assert noted(site)[1:] == ["numbers shown"]


def test_one_attempt_with_its_decision(site: Site) -> None:
    _, out, _ = run(site, "--json", "--scene", "renewal")
    (row,) = json.loads(out)
    _, out, _ = run(site, str(row["id"]), "--json")
    found = json.loads(out)
    assert (found["script"], found["call"], found["decision"]["policy"]) == ("s1", "c-1", "f00d")
    assert found["number"] == "+86*******8000"
    _, out, _ = run(site, str(row["id"]))
    assert "renewal" in out
    code, _, errors = run(site, "99999")
    assert code == 1
    assert "no attempt 99999" in errors


def test_what_was_refused_and_by_which_rule(site: Site) -> None:
    for words in (("--refused",), ("--rule", "cn.freq")):
        _, out, _ = run(site, *words)
        assert "cn.freq" in out
        assert "deny" in out
    _, out, _ = run(site, "--rule", "cn.hours")
    assert "nothing was refused that is so" in out


def test_pages_and_csv(site: Site) -> None:
    _, _, errors = run(site, "-n", "1")
    cursor = errors.split()[-1]
    _, out, _ = run(site, "-n", "1", "--after", cursor)
    assert "+86*******8000" in out
    _, out, _ = run(site, "--csv", "--since", "2026-01-01")
    assert len(out.splitlines()) == 3
    assert "+86*******8001" in out
    assert noted(site) == ["attempts exported, masked"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("mysql://host/x", "write sqlite:///PATH, or postgresql://USER@HOST/DATABASE"),
        ("postgresql://hotline:secret@db/hotline", "no password here"),
        ("postgresql://db", "write sqlite:///PATH"),
    ],
)
def test_a_place_that_is_none_is_told(tmp_path: Path, line: str, said: str) -> None:
    (tmp_path / "hotline.yaml").write_text(f"ledger: {line}\n")
    result = CliRunner().invoke(app, ["ledger", "--site", str(tmp_path)])
    assert result.exit_code == 2
    assert said in result.stderr
    assert "secret" not in result.stderr.replace("no password here", "")


def test_the_place_of_a_site(tmp_path: Path) -> None:
    assert Place.of(Site.open(tmp_path)).file == tmp_path.resolve() / "var" / "ledger.db"
    (tmp_path / "hotline.yaml").write_text("ledger: postgresql://hotline@db.example/calls?passfile=/etc/pass\n")
    place = Place.of(Site.open(tmp_path))
    assert (place.file, place.name) == (None, "postgresql://db.example/calls")
    (tmp_path / "hotline.yaml").write_text("ledger: sqlite:///elsewhere/calls.db\n")
    assert Place.of(Site.open(tmp_path)).file == tmp_path.resolve() / "elsewhere" / "calls.db"


def test_a_ledger_that_is_not_there_is_told(tmp_path: Path) -> None:
    code, _, errors = run(Site.open(tmp_path))
    assert code == 2
    assert "ledger.db" in errors
