"""The state of webhooks for people: what waits, since when a receiver fails, and how."""

from typing import Any

import msgspec

from calls.numbers import masked_within
from hotline.site.site import Site
from hotline.store.outbox import OutboxReader
from hotline.webhooks.signing import secret_path


def view(site: Site, reader: OutboxReader) -> list[dict[str, Any]]:
    """Each webhook of the site, in order, as the store has it: whether the server runs or not.

    `state`: `failing`, `ok`, or `new` where nothing was ever sent. Instants are UTC epoch seconds.
    """
    rows = []
    for webhook in site.settings.webhooks:
        state, backlog = reader.state(webhook.name), reader.backlog(webhook.name)
        rows.append(
            {
                "webhook": webhook.name,
                "url": webhook.shown_url,
                "events": list(webhook.events),
                "numbers": webhook.numbers,
                "state": "failing" if state.failing_since else "ok" if state.delivered else "new",
                "waiting": backlog.waiting,
                "oldest_at": backlog.oldest_at,
                **msgspec.structs.asdict(state),
                "failures": [{**one, "error": masked_within(one["error"])} for one in state.failures],
                "secret": str(secret_path(site, webhook)),
            }
        )
    return rows
