"""One-time links: who takes one, when it is over, and what lies on disk of it."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from hotline.site.sign_in import LINK_S, SignInLink, address, new_link, take_link
from hotline.site.site import Site

pytestmark = pytest.mark.unit


def test_a_link_is_taken_once(tmp_path: Path) -> None:
    token = new_link(tmp_path, "wallboard", "door", 100.0)
    assert take_link(tmp_path, token + "x", 101.0) is None
    assert take_link(tmp_path, token, 101.0) == SignInLink("door", "wallboard", 100.0 + LINK_S)
    assert take_link(tmp_path, token, 101.0) is None


@pytest.mark.parametrize(("late", "taken"), [(LINK_S - 0.1, True), (LINK_S, False), (LINK_S + 1e6, False)])
def test_a_link_ends(tmp_path: Path, late: float, taken: bool) -> None:
    token = new_link(tmp_path, "admin", "operator", 100.0)
    assert (take_link(tmp_path, token, 100.0 + late) is not None) is taken


def test_of_many_who_take_it_at_once_one_has_it(tmp_path: Path) -> None:
    token = new_link(tmp_path, "admin", "operator", 0.0)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: take_link(tmp_path, token, 1.0), range(32)))
    assert sum(link is not None for link in found) == 1


@pytest.mark.parametrize("token", ["", "../../secrets/web", "a/b", "\x00", "é" * 50])
def test_a_token_names_no_other_file(tmp_path: Path, token: str) -> None:
    assert take_link(tmp_path, token, 0.0) is None


def test_the_disk_has_no_token_and_forgets_old_links(tmp_path: Path) -> None:
    token = new_link(tmp_path, "admin", "operator", 0.0)
    (file,) = (tmp_path / "sign_in").iterdir()
    assert token not in file.name
    assert token not in file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    (tmp_path / "sign_in" / "broken.json").write_text("{")
    new_link(tmp_path, "admin", "operator", LINK_S + 1.0)
    (left,) = (tmp_path / "sign_in").iterdir()
    assert left.name != file.name


@pytest.mark.parametrize(
    ("settings", "shown"),
    [
        ("{}", "http://127.0.0.1:8780/console/"),
        ("web: {host: 0.0.0.0, port: 9000}", "http://127.0.0.1:9000/console/"),
        ("web: {host: 192.0.2.7}", "http://192.0.2.7:8780/console/"),
        ("console: {url: https://calls.example}", "https://calls.example/console/"),
        ("console: {url: https://calls.example/hotline/}", "https://calls.example/hotline/console/"),
    ],
)
def test_the_address_is_the_one_that_browsers_have(tmp_path: Path, settings: str, shown: str) -> None:
    (tmp_path / "hotline.yaml").write_text(settings)
    site = Site.open(tmp_path)
    assert address(site) == shown
    assert address(site, "a-token") == f"{shown}#sign-in=a-token"
