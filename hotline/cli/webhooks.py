"""hotline webhooks: the receivers of a site's events, what waits for them, and a test."""

import asyncio
import secrets
import time
from datetime import tzinfo
from pathlib import Path
from typing import Annotated, Any

import typer

from calls.errors import BadInput
from dsl.spelling import nearest_hint
from hotline.cli.common import JsonOption, SiteOption, err, open_site, out, print_json, print_table, told, when
from hotline.site.site import Site
from hotline.site.webhooks import WebhookSettings

app = typer.Typer(add_completion=False)


@app.command()
def webhooks(
    name: Annotated[str | None, typer.Argument(help="One webhook of hotline.yaml; without it, all.")] = None,
    site: SiteOption = Path(),
    test: Annotated[bool, typer.Option("--test", help="Send an event of type `test`, and tell the answer.")] = False,
    json: JsonOption = False,
) -> None:
    """The webhooks of a site: state, events that wait, last failures. Read from the store, with or without a server.

    Exit code 1: a receiver fails, or did not take the test.

    Examples:

      hotline webhooks --site /srv/hotline

      hotline webhooks crm --test
    """
    opened = open_site(site)
    with told():
        chosen = _chosen(opened, name)
        rows = asyncio.run(_tested(opened, chosen)) if test else _seen(opened, chosen)
    if json:
        print_json(rows)
    elif test:
        print_table(("webhook", "url", "answer"), [(row["webhook"], row["url"], row["answer"]) for row in rows], _NONE)
    else:
        _print(rows, opened.zone)
    if any(row["state"] == "failing" for row in rows):
        raise typer.Exit(1)


_NONE = "no webhooks: name them in hotline.yaml, webhooks; docs/webhooks.md says how"


def _chosen(site: Site, name: str | None) -> list[WebhookSettings]:
    known = {webhook.name: webhook for webhook in site.settings.webhooks}
    if name is None:
        return list(known.values())
    if name not in known:
        raise BadInput(f"no webhook {name}{nearest_hint(name, known)}; there are {', '.join(known) or 'none'}")
    return [known[name]]


def _seen(site: Site, chosen: list[WebhookSettings]) -> list[dict[str, Any]]:
    from hotline.store import outbox
    from hotline.webhooks import status

    if not site.database.exists():
        raise BadInput(f"{site.database} is not there: has the server run? `hotline serve --site {site.folder}`")
    names = {webhook.name for webhook in chosen}
    with outbox.read_once(site.database) as reader:
        return [row for row in status.view(site, reader) if row["webhook"] in names]


async def _tested(site: Site, chosen: list[WebhookSettings]) -> list[dict[str, Any]]:
    """One message to each, from here: the server need not run, and nothing waits in its outbox."""
    from hotline.webhooks import delivery, message, signing
    from hotline.webhooks.words import Test

    rows = []
    async with delivery.new_session() as session:
        for webhook in chosen:
            body = message.envelope("test", time.time(), Test(webhook.name))
            id_ = f"msg_{secrets.token_hex(16)}"
            try:
                status = await delivery.post(session, webhook, signing.secrets_of(site, webhook), id_, body)
                row = {"state": "ok", "answer": f"{status}: taken"}
            except delivery.TryFailed as error:
                row = {"state": "failing", "answer": str(error)}
            rows.append({"webhook": webhook.name, "url": webhook.shown_url, "id": id_, **row})
    return rows


def _print(rows: list[dict[str, Any]], zone: tzinfo) -> None:
    print_table(
        ("webhook", "url", "events", "numbers", "state", "since", "waiting", "oldest", "delivered", "dropped", "last"),
        [
            (
                row["webhook"],
                row["url"],
                ", ".join(row["events"]),
                row["numbers"],
                row["state"],
                when(row["failing_since"], zone),
                row["waiting"],
                when(row["oldest_at"], zone),
                row["delivered"],
                row["dropped"],
                when(row["delivered_at"], zone),
            )
            for row in rows
        ],
        _NONE,
    )
    failures = [
        (when(one["at"], zone), row["webhook"], one["kind"], one["call"], one["error"])
        for row in rows
        for one in row["failures"]
    ]
    if failures:
        out.print()
        print_table(("failed", "webhook", "event", "call", "why"), sorted(failures, reverse=True), "")
    for row in rows:
        err.print(f"{row['webhook']}: its secret is in {row['secret']}", style="dim", markup=False)
