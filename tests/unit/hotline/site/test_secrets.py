"""Secrets whose files vanish or change under a running server: told, and nobody writes other ones by the way."""

import json
import shutil
import signal
from pathlib import Path

import pytest
from typer.testing import CliRunner

from calls.errors import BadInput
from hotline.cli.main import app
from hotline.site.pin import PinFile
from hotline.site.secrets import SecretsWatch, missing_after_first_start, rotate, secrets_of
from hotline.site.site import Site
from hotline.versions.store import Versions
from switch.accounts import SecretStore
from tests.unit.hotline.served import new_server, new_site, publish, serve, until

pytestmark = pytest.mark.unit


def made(tmp_path: Path, more: str = "") -> Site:
    """A site with all its secrets, and two phones."""
    (tmp_path / "hotline.yaml").write_text(f"switch: {{run_dir: var/asterisk}}\n{more}")
    site = Site.open(tmp_path)
    site.prepare()
    for name in ("web", "waiting", "switch"):
        site.secret(name)
    store = SecretStore(site.state / "secrets" / "accounts.json")
    store.get("agent-8001")
    store.get("agent-8002")
    return site


def test_what_is_gone_or_changed_is_said_by_name(tmp_path: Path) -> None:
    site = made(tmp_path)
    folder = site.state / "secrets"
    watch = SecretsWatch(site)
    assert watch.look() == []
    kept = {file.name: file.read_bytes() for file in folder.iterdir()}
    (folder / "web").write_text("another")
    (folder / "switch").unlink()
    assert sorted(watch.look()) == ["var/secrets/switch is gone", "var/secrets/web was changed"]
    shutil.rmtree(folder)
    assert len(watch.look()) == 4
    folder.mkdir()
    for name, data in kept.items():
        (folder / name).write_bytes(data)
    assert watch.look() == [], "put back"


def test_phones_that_the_server_adds_are_no_change_and_others_are(tmp_path: Path) -> None:
    site = made(tmp_path)
    path = site.state / "secrets" / "accounts.json"
    server = SecretStore(path)
    watch = SecretsWatch(site)
    server.get("agent-8003")
    assert watch.look() == []
    accounts = json.loads(path.read_text())
    path.write_text(json.dumps({**accounts, "agent-8001": "another", "agent-8003": "another"}))
    assert watch.look() == ["var/secrets/accounts.json was changed: agent-8001, agent-8003"]
    server.get("agent-8004")
    assert watch.look() == [], "the server has written its own again"


async def test_a_running_server_tells_of_it_and_keeps_its_own(tmp_path: Path) -> None:
    site = new_site(tmp_path)
    version = publish(Versions(site.versions), 1)
    server = new_server(site)
    task = await serve(server, version)
    await until(lambda: server.controller.health()["ok"] and server.controller.health()["warnings"] == [])
    token = site.secret("web")
    shutil.rmtree(site.state / "secrets")
    await until(lambda: server.controller.health()["warnings"])
    warnings = server.controller.health()["warnings"]
    assert "secrets: var/secrets/web is gone; the server's own stays in force" in warnings
    assert server.controller.health()["ok"], "callers are served"
    assert not (site.state / "secrets").exists(), "nobody has made others"
    (site.state / "secrets").mkdir()
    (site.state / "secrets" / "web").write_text(token)
    await until(lambda: not any("web" in warning for warning in server.controller.health()["warnings"]))
    signal.raise_signal(signal.SIGTERM)
    await task


@pytest.mark.parametrize("command", [["trunks"], ["status"], ["secrets"], ["calls"]])
def test_no_command_writes_a_secret_that_the_server_does_not_know(tmp_path: Path, command: list[str]) -> None:
    site = new_site(tmp_path)
    publish(Versions(site.versions), 1)
    CliRunner().invoke(app, [*command, "--site", str(site.folder)])
    assert list((site.state / "secrets").iterdir()) == []


def test_publish_and_rollback_write_none_either(tmp_path: Path) -> None:
    site = new_site(tmp_path)
    first = publish(Versions(site.versions), 1)
    publish(Versions(site.versions), 2)
    done = CliRunner().invoke(app, ["rollback", first, "--site", str(site.folder)])
    assert done.exit_code == 0, done.output
    assert list((site.state / "secrets").iterdir()) == []


def test_a_start_after_the_first_one_knows_what_is_missing(tmp_path: Path) -> None:
    site = made(tmp_path)
    (site.state / "secrets" / "web").unlink()
    assert missing_after_first_start(site) == [], "it has never served"
    site.database.touch()
    assert missing_after_first_start(site) == ["web"]
    (site.state / "secrets" / "accounts.json").unlink()
    assert missing_after_first_start(site) == ["web"], "no phone has had an account"
    (tmp_path / "var/asterisk/etc").mkdir(parents=True)
    (tmp_path / "var/asterisk/etc/agents.conf").write_text("[agent-8001]\n")
    assert missing_after_first_start(site) == ["web", "accounts.json"]


def test_one_is_rotated_on_purpose_and_never_shown(tmp_path: Path) -> None:
    site = made(tmp_path, "bus: {password_file: var/broker}\n")
    before = {name: site.secret(name) for name in ("web", "switch")}
    phones = json.loads((site.state / "secrets" / "accounts.json").read_text())
    runner = CliRunner()
    listed = runner.invoke(app, ["secrets", "--site", str(tmp_path), "--json"])
    names = [row["name"] for row in json.loads(listed.output)]
    assert names == [*(secret.name for secret in secrets_of(site)), "override_pin"]
    done = runner.invoke(app, ["secrets", "--rotate", "web", "--site", str(tmp_path)])
    assert (done.exit_code, "restart the controller" in done.output) == (0, True)
    assert site.secret("web") != before["web"]
    assert site.secret("switch") == before["switch"]
    assert (site.state / "secrets" / "web").stat().st_mode & 0o777 == 0o600
    assert rotate(site, "agent-8001").restart.startswith("the controller")
    after = json.loads((site.state / "secrets" / "accounts.json").read_text())
    assert after["agent-8001"] != phones["agent-8001"]
    assert after["agent-8002"] == phones["agent-8002"]
    shown = listed.output + done.output
    assert not any(value in shown for value in [*before.values(), site.secret("web"), *phones.values()])
    assert [json.loads(line)["what"] for line in (site.state / "audit.log").read_text().splitlines()] == [
        "secret rotated",
        "secret rotated",
    ]
    with pytest.raises(BadInput, match="did you mean web"):
        rotate(site, "wep")
    with pytest.raises(BadInput, match=r"named in hotline\.yaml"):
        rotate(site, "broker")


def test_the_pin_of_overrides_is_listed_with_its_age_and_made_by_its_own_command(tmp_path: Path) -> None:
    site = made(tmp_path, "")
    watch = SecretsWatch(site)

    def listed() -> dict[str, object]:
        done = CliRunner().invoke(app, ["secrets", "--site", str(tmp_path), "--json"])
        row: dict[str, object] = next(row for row in json.loads(done.output) if row["name"] == "override_pin")
        return row

    assert listed()["age_days"] is None
    pin = PinFile(site.override_pin).make()
    assert listed()["age_days"] == 0.0
    shown = CliRunner().invoke(app, ["secrets", "--site", str(tmp_path)])
    assert pin not in shown.output
    assert watch.look() == [], "it may change under a server"
    refused = CliRunner().invoke(app, ["secrets", "--rotate", "override_pin", "--site", str(tmp_path)])
    assert refused.exit_code == 2
    assert "hotline overrides pin" in refused.output
