"""hotline govern caller-ids: which numbers calls may show, and which rest after a network's block."""

import asyncio
import time
from pathlib import Path

import msgspec

from calls.errors import BadInput
from hotline.cli.common import JsonOption, SiteOption, open_site, print_json, print_table, told, when
from hotline.governing.approving import in_force
from hotline.governing.caller_ids import caller_ids
from hotline.ledger.opening import Place
from hotline.ledger.port import LedgerAway
from hotline.ledger.searching import Reader


def shown_caller_ids(site: SiteOption = Path(), json: JsonOption = False) -> None:
    """The caller ids of the published scenes: in rotation, or at rest until when, after a network's block.

    A rule's `caller_id: {rest: 1 h}` says how long; other numbers of the pool are shown meanwhile.

    Examples:

      hotline govern caller-ids --site /srv/hotline

      hotline govern caller-ids --json | jq -r '.[] | select(.rests_until).caller_id'
    """
    opened = open_site(site)
    with told():
        try:
            resting = asyncio.run(Reader(Place.of(opened)).resting(time.time()))
        except LedgerAway as error:
            raise BadInput(f"{error}: which caller ids rest is written there") from error
        found = caller_ids(in_force(opened), resting)
    if json:
        print_json(msgspec.to_builtins(found))
        return
    print_table(
        ("caller id", "rests until", "scenes"),
        [(one.caller_id, when(one.rests_until, opened.zone) or "–", ", ".join(one.scenes)) for one in found],
        "no scene names a caller id",
    )
