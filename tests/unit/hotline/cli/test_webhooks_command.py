"""hotline webhooks: state, backlog and last failures from the store; --test sends one to a real server."""

import contextlib
import json
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from hotline.cli import webhooks
from hotline.cli.main import app
from hotline.site.site import Site
from hotline.store import opening, statements
from hotline.webhooks import signing
from tests.unit.hotline.webhooks.receiver import Receiver

pytestmark = pytest.mark.unit


@pytest.fixture
async def receiver(tmp_path: Path) -> AsyncIterator[Receiver]:
    made = Receiver(tmp_path / "receiver")
    await made.start()
    yield made
    await made.kill()


@pytest.fixture
def site(tmp_path: Path, receiver: Receiver) -> Site:
    hooks = [
        {"name": "crm", "url": f"{receiver.url}?key=secret", "events": ["ring"]},
        {"name": "erp", "url": "https://erp.example/in", "events": ["end"], "numbers": "full"},
    ]
    (tmp_path / "hotline.yaml").write_text(yaml.safe_dump({"webhooks": hooks, "zone": "Asia/Shanghai"}))
    site = Site.open(tmp_path)
    site.prepare()
    opening.migrate(site.database)
    return site


def run(site: Site, *words: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["webhooks", "--site", str(site.folder), *words])
    return result.exit_code, result.stdout, result.stderr


async def test_a_test_is_sent_signed_and_its_answer_told(site: Site, receiver: Receiver) -> None:
    (row,) = await webhooks._tested(site, list(site.settings.webhooks[:1]))
    assert (row["state"], row["answer"]) == ("ok", "204: taken")
    (request,) = receiver.requests()
    message = json.loads(request["body"])
    assert (message["type"], message["data"]) == ("test", {"webhook": "crm"})
    sent = request["headers"]
    secrets = signing.secrets_of(site, site.settings.webhooks[0])
    again = signing.headers(secrets, sent["webhook-id"], int(sent["webhook-timestamp"]), request["body"].encode())
    assert (sent["webhook-signature"], sent["webhook-id"]) == (again["webhook-signature"], row["id"])
    receiver.answers("401")
    (row,) = await webhooks._tested(site, list(site.settings.webhooks[:1]))
    assert (row["state"], row["answer"]) == ("failing", "answers 401")


def test_a_receiver_that_is_away_is_told_and_nothing_secret(site: Site) -> None:
    settings = yaml.safe_load((site.folder / "hotline.yaml").read_text())
    settings["webhooks"][0]["url"] = "http://127.0.0.1:9/in?key=secret"
    (site.folder / "hotline.yaml").write_text(yaml.safe_dump(settings))
    code, out, err = run(site, "crm", "--test")
    assert code == 1
    assert "Cannot connect to host 127.0.0.1:9" in out
    assert "http://127.0.0.1:9/in?…" in out
    assert "key=secret" not in out + err


def test_state_backlog_and_failures_are_shown(site: Site) -> None:
    failure = {"at": 1_795_924_800.0, "kind": "ring", "call": "a", "error": "answers 503"}
    state = ("crm", 7, 1, 1_795_924_000.0, 1_795_924_800.0, None, json.dumps([failure]))
    with contextlib.closing(sqlite3.connect(site.database)) as store, store:
        for number in range(3):
            row = ("crm", f"msg_{number}", "ring", "a", 1_795_924_700.0 + number, b"{}")
            store.execute(statements.OUTBOX, row)
        store.execute(statements.WEBHOOK_STATE, state)
    code, out, _ = run(site, "--json")
    assert code == 1, "one fails"
    rows: list[dict[str, Any]] = json.loads(out)
    crm, erp = rows
    assert (crm["state"], crm["waiting"], crm["oldest_at"]) == ("failing", 3, 1_795_924_700.0)
    assert (crm["delivered"], crm["dropped"], crm["failures"]) == (7, 1, [failure])
    assert (erp["state"], erp["waiting"], erp["numbers"]) == ("new", 0, "full")
    code, out, err = run(site)
    assert "failing" in out
    assert "2026-11-29 12:00:00 +08:00" in out
    assert "answers 503" in out
    assert str(site.state / "secrets/webhook-crm") in err.replace("\n", "")
    assert run(site, "erp")[0] == 0


def test_a_webhook_that_is_none_is_refused_with_the_nearest(site: Site) -> None:
    code, _, err = run(site, "cmr")
    assert (code, err.strip()) == (2, "no webhook cmr (did you mean crm?); there are crm, erp")
