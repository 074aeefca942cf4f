"""What the server looks after every second: an error costs one look, and nothing else."""

import errno
import signal
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
import structlog

from calls.errors import BadInput
from calls.ids import CallId
from hotline.learning.wait_models import WaitModels
from hotline.provisioning.port import MissedCall, NoProvisioning
from hotline.server.periodic import PeriodicSteps
from hotline.versions.store import Versions
from tests.unit.hotline.served import new_server, new_site, publish, serve, until

pytestmark = pytest.mark.unit


def _no_more_files() -> OSError:
    return OSError(errno.EMFILE, "Too many open files")


def test_trouble_is_told_once_while_it_lasts_and_once_when_it_is_over() -> None:
    steps = PeriodicSteps()
    with structlog.testing.capture_logs() as told:
        for error in (_no_more_files(), _no_more_files(), ValueError("other"), None, None):
            with steps.step("versions"):
                if error is not None:
                    raise error
    assert [(line["event"], line.get("error", "")[:10]) for line in told] == [
        ("not looked after", "OSError(24"),
        ("not looked after", "ValueError"),
        ("looked after again", ""),
    ]


async def test_an_error_of_one_look_keeps_no_version_from_being_taken_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = new_site(tmp_path)
    versions = Versions(site.versions)
    server = new_server(site)
    serving = await serve(server, publish(versions, 1))
    failed: list[int] = []

    def fail() -> str:
        failed.append(1)
        monkeypatch.undo()
        raise _no_more_files()

    monkeypatch.setattr(server._upkeep, "take_up_version", fail)
    await until(lambda: failed)
    second = publish(versions, 2)
    await until(lambda: server.register.version == second)
    signal.raise_signal(signal.SIGTERM)
    await serving


async def test_a_version_is_read_beside_the_event_loop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = new_site(tmp_path)
    versions = Versions(site.versions)
    read_in: list[int] = []

    def noted(plain: Callable[[Versions, str], object]) -> Callable[[Versions, str], object]:
        def read(self: Versions, version: str) -> object:
            read_in.append(threading.get_ident())
            return plain(self, version)

        return read

    monkeypatch.setattr(Versions, "_read_program", noted(Versions._read_program))
    monkeypatch.setattr(Versions, "_read_routing", noted(Versions._read_routing))
    server = new_server(site)
    serving = await serve(server, publish(versions, 1))
    read_in.clear()
    second = publish(versions, 2)
    assert await server.controller.reload() == second
    assert len(read_in) == 2, "once each"
    assert threading.get_ident() not in read_in
    signal.raise_signal(signal.SIGTERM)
    await serving


async def test_an_earlier_version_holds_again_at_once(tmp_path: Path) -> None:
    site = new_site(tmp_path)
    versions = Versions(site.versions)
    first = publish(versions, 1)
    server = new_server(site)
    serving = await serve(server, first)
    second = publish(versions, 2)
    assert await server.controller.reload() == second
    assert await server.controller.roll_back(None) == first
    shown = await server.controller.published_versions()
    assert [(row["version"], row["current"]) for row in shown] == [(second, False), (first, True)]
    assert await server.controller.roll_back(second) == second
    with pytest.raises(BadInput, match="0009"):
        await server.controller.roll_back("0009-none")
    signal.raise_signal(signal.SIGTERM)
    await serving


async def test_a_version_that_cannot_be_read_is_told_once(tmp_path: Path) -> None:
    site = new_site(tmp_path)
    versions = Versions(site.versions)
    server = new_server(site)
    serving = await serve(server, publish(versions, 1))
    broken = publish(versions, 2)
    (site.versions / broken / "people.json").write_bytes(b"")
    with structlog.testing.capture_logs() as told:
        for _ in range(3):
            await server.controller.reload()
    assert [line["event"] for line in told if line["log_level"] == "error"] == ["version not taken up"]
    signal.raise_signal(signal.SIGTERM)
    await serving


class _Fallback(NoProvisioning):
    """Had one call; its log can be deleted at the third try."""

    def __init__(self) -> None:
        self.tries = 0

    def missed(self) -> list[MissedCall]:
        call = MissedCall(CallId("missed"), "13800138000", "95183", 1.0, 2.0, "abandoned", None, "")
        return [call] if self.tries < 3 else []

    def forget(self) -> None:
        self.tries += 1
        if self.tries < 3:
            raise _no_more_files()


async def test_calls_of_the_fallback_count_once_however_often_their_log_cannot_be_deleted(tmp_path: Path) -> None:
    site = new_site(tmp_path)
    fallback = _Fallback()
    server = new_server(site, provisioning=fallback)
    with structlog.testing.capture_logs() as told:
        serving = await serve(server, publish(Versions(site.versions), 1))
        await until(lambda: fallback.tries == 3)
    assert sum(line["event"] == "call ended" for line in told) == 1
    signal.raise_signal(signal.SIGTERM)
    await serving
    with closing(sqlite3.connect(site.database)) as connection:
        assert connection.execute("SELECT call, version FROM calls").fetchall() == [("missed", "fallback")]


def test_fits_that_somebody_else_prunes_meanwhile_are_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = tmp_path / "b.npz"
    here.touch()
    listed = [tmp_path / "a.npz", here]
    monkeypatch.setattr(Path, "glob", lambda folder, pattern: iter(listed))
    WaitModels(tmp_path).prune(here.stat().st_mtime + 1, frozenset())
    assert not here.exists()
