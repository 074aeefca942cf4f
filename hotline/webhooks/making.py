"""The deliveries that hotline.yaml asks for."""

from collections.abc import Callable
from functools import partial

import structlog

from hotline.site.site import Site
from hotline.store import outbox, statements
from hotline.store.writer import Writer
from hotline.webhooks.delivery import Deliveries, Delivery
from hotline.webhooks.signing import secrets_of

log = structlog.get_logger("hotline")


def make_deliveries(site: Site, writer: Writer, region: Callable[[], str]) -> Deliveries:
    """Deliveries to each webhook, not yet started.

    What waits for a webhook that the site has no longer is forgotten, and told.
    """
    webhooks = site.settings.webhooks
    _forget_others(site, writer)
    return Deliveries(
        (webhook.name, Delivery(webhook, partial(secrets_of, site, webhook), site.database, writer, region))
        for webhook in webhooks
    )


def _forget_others(site: Site, writer: Writer) -> None:
    known = {webhook.name for webhook in site.settings.webhooks}
    with outbox.read_once(site.database) as reader:
        gone = {name: reader.backlog(name).waiting for name in reader.names() if name not in known}
    for name, waiting in gone.items():
        writer.write(statements.FORGET_OUTBOX, (name,))
        log.warning(
            "webhook is gone",
            webhook=name,
            events=waiting,
            advice="hotline.yaml has it no longer, so what waited for it is forgotten; the call log has all of it",
        )
