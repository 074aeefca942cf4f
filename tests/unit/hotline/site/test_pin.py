"""The PIN of overrides: made once, shown once, kept as a hash that only its user can read."""

from pathlib import Path

import pytest

from hotline.site.pin import PinFile

pytestmark = pytest.mark.unit


def test_only_the_newest_pin_is_right_and_the_file_tells_none(tmp_path: Path) -> None:
    path = tmp_path / "secrets" / "override_pin"
    pins = PinFile(path)
    assert not pins.is_right("000000"), "there is none yet"
    first, second = pins.make(), pins.make()
    assert (len(second), second.isdecimal(), path.stat().st_mode & 0o077) == (6, True, 0)
    assert pins.is_right(second)
    assert not pins.is_right("")
    assert not pins.is_right(second + "0")
    assert first == second or not pins.is_right(first)
    assert second not in path.read_text()


@pytest.mark.parametrize("kept", ["", "{", "{}", '{"salt": "x", "hash": "x"}', "[]"])
def test_a_file_that_cannot_be_read_lets_nobody_in(tmp_path: Path, kept: str) -> None:
    (tmp_path / "override_pin").write_text(kept)
    assert not PinFile(tmp_path / "override_pin").is_right("")


def test_one_pin_has_another_hash_each_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hotline.site.pin.secrets.randbelow", lambda most: 7)
    paths = [tmp_path / "a", tmp_path / "b"]
    assert [PinFile(path).make() for path in paths] == ["000007", "000007"]
    assert paths[0].read_text() != paths[1].read_text()
