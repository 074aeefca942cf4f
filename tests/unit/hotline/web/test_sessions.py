"""Sessions: when they end, what outlives a restart, and how many there are."""

import hashlib
import json
import stat
from pathlib import Path

import pytest

from hotline.site.sign_in import LinkRole
from hotline.web import sessions
from hotline.web.sessions import Sessions, csrf_token

pytestmark = pytest.mark.unit

HOUR = 3_600.0


@pytest.mark.parametrize(
    ("role", "used_at", "asked_at", "holds"),
    [
        ("admin", [], 0.0, True),
        ("admin", [], HOUR - 1, True),
        ("admin", [], HOUR, False),
        ("admin", [0.9 * HOUR], 1.8 * HOUR, True),
        ("admin", [0.9 * HOUR * turn for turn in range(1, 14)], 12 * HOUR, False),
        ("person", [], HOUR - 1, True),
        ("person", [], HOUR, False),
        ("person", [0.9 * HOUR * turn for turn in range(1, 14)], 12 * HOUR - 1, True),
        ("person", [0.9 * HOUR * turn for turn in range(1, 14)], 12 * HOUR, False),
        ("wallboard", [], 2 * 24 * HOUR, True),
        ("wallboard", [], 3 * 24 * HOUR, False),
        ("wallboard", [2 * 24 * HOUR * turn for turn in range(1, 46)], 90 * 24 * HOUR, False),
    ],
)
def test_a_session_ends(tmp_path: Path, role: LinkRole, used_at: list[float], asked_at: float, holds: bool) -> None:
    kept = Sessions(tmp_path / "sessions.json")
    token = kept.begin("operator", role, 0.0)
    for at in used_at:
        kept.of(token, at)
    assert (kept.of(token, asked_at) is not None) is holds


def test_a_restart_signs_nobody_out_and_who_signed_out_stays_out(tmp_path: Path) -> None:
    path = tmp_path / "sessions.json"
    kept = Sessions(path)
    stays, leaves = kept.begin("a", "admin", 0.0), kept.begin("b", "wallboard", 0.0)
    kept.end(leaves, 1.0)
    again = Sessions(path)
    found = again.of(stays, 2.0)
    assert found is not None
    assert (found.person, found.role) == ("a", "admin")
    assert again.of(leaves, 2.0) is None
    assert again.of("", 2.0) is None
    assert stays not in path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_use_is_kept_from_time_to_time(tmp_path: Path) -> None:
    path = tmp_path / "sessions.json"
    kept = Sessions(path)
    token = kept.begin("a", "admin", 0.0)
    kept.of(token, 0.9 * HOUR)
    assert Sessions(path).of(token, 1.5 * HOUR) is not None


_EMPEROR = '{"x": {"person": "a", "role": "emperor", "began_at": 0, "used_at": 0}}'


@pytest.mark.parametrize("text", ["", "{", "[]", _EMPEROR])
def test_a_file_that_cannot_be_read_signs_everybody_out(tmp_path: Path, text: str) -> None:
    path = tmp_path / "sessions.json"
    path.write_text(text)
    kept = Sessions(path)
    assert kept.of("x", 0.0) is None
    assert kept.of(kept.begin("a", "admin", 0.0), 1.0) is not None


def test_a_disk_that_is_full_ends_no_session(tmp_path: Path) -> None:
    path = tmp_path / "gone" / "sessions.json"
    path.parent.mkdir()
    kept = Sessions(path)
    token = kept.begin("a", "admin", 0.0)
    path.unlink()
    path.parent.rmdir()
    assert kept.of(token, 0.5 * HOUR) is not None
    with pytest.raises(OSError, match="sessions"):
        kept.begin("b", "admin", 0.5 * HOUR)


def test_there_are_so_many_and_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "MOST", 3)
    kept = Sessions(tmp_path / "sessions.json")
    tokens = [kept.begin(str(number), "admin", float(number)) for number in range(3)]
    kept.of(tokens[0], 10.0)
    kept.begin("new", "admin", 11.0)
    assert [kept.of(token, 12.0) is not None for token in tokens] == [True, False, True]
    assert len(json.loads((tmp_path / "sessions.json").read_text())) == 3


def test_the_words_of_sessions_differ() -> None:
    assert csrf_token("a") != csrf_token("b")


def test_sessions_of_an_earlier_release_go_on(tmp_path: Path) -> None:
    digest = hashlib.sha256(b"a token").hexdigest()
    kept = {digest: {"person": "operator", "role": "admin", "began_at": 1.0, "used_at": 2.0}}
    (tmp_path / "sessions.json").write_text(json.dumps(kept))
    found = Sessions(tmp_path / "sessions.json").of("a token", 3.0)
    assert found is not None
    assert (found.person, found.role, found.by_link) == ("operator", "admin", False)
