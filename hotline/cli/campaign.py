"""hotline campaign: the campaigns of a site, whom each has called, what came of it."""

import asyncio
import time
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from calls.errors import BadInput
from dialer.campaigns.settings import CampaignSettings
from hotline.campaigns import showing
from hotline.campaigns.reading import STATES, contacts
from hotline.cli.campaign_orders import drain, pause, start, stop
from hotline.cli.common import JsonOption, SiteOption, open_site, out, print_json, print_table, told, when
from hotline.governing.approving import in_force
from hotline.governing.caller_ids import resting_of
from hotline.governing.campaign_report import with_ledger
from hotline.ledger.opening import Place
from hotline.ledger.port import LedgerAway
from hotline.ledger.searching import Reader
from hotline.site import audit
from hotline.site.instants import between
from hotline.site.site import Site
from hotline.versions.store import Versions

app = typer.Typer(add_completion=False, no_args_is_help=True)
campaign = typer.Typer(add_completion=False, no_args_is_help=True)

NameArgument = Annotated[str, typer.Argument(help="The campaign, as dialplans/campaigns/ has it.")]
SinceOption = Annotated[str | None, typer.Option(help="Asked then or later: 2026-12-01, '2026-12-01 07:30'.")]
UntilOption = Annotated[str | None, typer.Option(help="Before; a day is in it.")]


@campaign.callback()
def _group() -> None:
    """Campaigns: start, pause, drain, stop; whom each has called, and what came of it.

    Examples:

      hotline campaign list --site /srv/hotline

      hotline campaign start instalment_calls --reason "day 1"

      hotline campaign report instalment_calls --json
    """


@campaign.command("list")
def list_(site: SiteOption = Path(), json: JsonOption = False) -> None:
    """The campaigns of the published version, how each is, and its people.

    Examples:

      hotline campaign list --site /srv/hotline

      hotline campaign list --json | jq -r '.[] | select(.state == "running").campaign'
    """
    opened = open_site(site)
    with told():
        rows = [showing.shown(opened.database, one) for one in _published(opened).values()]
    if json:
        print_json(rows)
        return
    print_table(
        ("campaign", "state", "mode", "scene", "queue", "people", "not called yet", "others", "why"),
        [
            (
                *(row["campaign"], row["state"], row["mode"], row["scene"], row["queue"]),
                *(f"{row['people']:,}", f"{row['untouched']:,}", _by_state(row["by_state"]), _why(row, opened.zone)),
            )
            for row in rows
        ],
        "no campaign is published; they are in dialplans/campaigns/",
    )


@campaign.command()
def show(name: NameArgument, site: SiteOption = Path(), json: JsonOption = False) -> None:
    """One campaign: how it is, its people by state, and its settings.

    Examples:

      hotline campaign show instalment_calls

      hotline campaign show instalment_calls --json | jq .settings.retry
    """
    opened = open_site(site)
    with told():
        settings = _of_name(opened, name)
        found = showing.with_settings(opened.database, settings)
        found["caller_ids_resting"] = _resting(opened, settings)
    if json:
        print_json(found)
        return
    shown = {**found, "by_state": _by_state(found["by_state"]), "until": when(found["until"], opened.zone)}
    resting = found["caller_ids_resting"] or {}
    shown["caller_ids_resting"] = ", ".join(f"{one} until {when(end, opened.zone)}" for one, end in resting.items())
    for word, value in shown.items():
        if word != "settings" and value not in ("", (), None):
            out.print(f"{word:>14}  {value}", markup=False)
    for word, value in found["settings"].items():
        if word not in found and value not in ("", (), [], None):
            out.print(f"{word:>20}  {value}", style="dim", markup=False)


@campaign.command("contacts")
def contacts_(
    name: NameArgument,
    state: Annotated[str, typer.Option(help=f"Only those: {', '.join(STATES)}.")] = "",
    most: Annotated[int, typer.Option("--most", "-n", min=1, max=10_000, help="The number of rows.")] = 20,
    after: Annotated[str, typer.Option(help="Those behind this one: LIST.ROW, as in `attempt`.")] = "",
    reveal: Annotated[
        bool, typer.Option("--reveal", help="Whole numbers and names. Each use is in the audit log.")
    ] = False,
    site: SiteOption = Path(),
    json: JsonOption = False,
) -> None:
    """Whom a campaign was handed, and what became of them.

    Examples:

      hotline campaign contacts instalment_calls --state due

      hotline campaign contacts instalment_calls --state denied --json | jq -r '.[].detail' | sort | uniq -c
    """
    opened = open_site(site)
    with told():
        _of_name(opened, name)
        found = contacts(opened.database, name, state, most, _after(after))
        if reveal:
            audit.note(opened.state, "numbers shown", f"contacts of campaign {name}")
    rows = [showing.shown_contact(one, reveal) for one in found]
    if json:
        print_json(rows)
        return
    print_table(
        ("list", "row", "person", "name", "numbers", "state", "due", "tries", "last result", "agent", "detail"),
        [
            (
                *(row["list"], row["row"], row["person"], row["name"], " ".join(row["numbers"]), row["state"]),
                *(when(row["due_at"], opened.zone), row["tries"], row["last_result"], row["agent"], row["detail"]),
            )
            for row in rows
        ],
        "nobody is so",
    )


@campaign.command()
def report(
    name: NameArgument,
    since: SinceOption = None,
    until: UntilOption = None,
    site: SiteOption = Path(),
    json: JsonOption = False,
) -> None:
    """What came of a campaign: dialled, denied by which rule, answered, abandoned; beside the ledger's count.

    Exit code 1: the ledger counts otherwise, or somebody was dialled twice at a time.

    Examples:

      hotline campaign report instalment_calls --site /srv/hotline

      hotline campaign report instalment_calls --since 2026-12-01 --until 2026-12-01 --json
    """
    opened = open_site(site)
    with told():
        settings = _of_name(opened, name)
        first, last = between(since, until, opened.zone)
        reader = Reader(Place.of(opened))
        found = asyncio.run(with_ledger(opened.database, reader, settings, first, last, opened.house))
    if json:
        print_json(found)
    else:
        _print_report(found)
    if found["agrees"] is False or found["double_dialled"]:
        raise typer.Exit(1)


for order in (start, pause, drain, stop):
    campaign.command()(order)
app.add_typer(campaign, name="campaign")


def _published(site: Site) -> dict[str, CampaignSettings]:
    versions = Versions(site.versions)
    current = versions.current()
    return {} if current is None else dict(versions.campaigns(current))


def _resting(site: Site, settings: CampaignSettings) -> dict[str, float] | None:
    """The caller ids of the campaign's scene that rest; None: the ledger cannot be read."""
    try:
        resting = asyncio.run(Reader(Place.of(site)).resting(time.time()))
    except LedgerAway:
        return None
    return resting_of(in_force(site), resting, settings.scene)


def _of_name(site: Site, name: str) -> CampaignSettings:
    return showing.of_name(_published(site), name)


def _after(given: str) -> tuple[int, int]:
    """The list and the row of `LIST.ROW`. Raises BadInput."""
    first, _, row = given.partition(".")
    if given and not (first.isdecimal() and row.isdecimal()):
        raise BadInput(f"{given!r} is no place: LIST.ROW, such as 3.4711, as `attempt` of --json has it")
    return (int(first), int(row)) if given else (0, 0)


def _by_state(counts: dict[str, int]) -> str:
    return ", ".join(f"{count:,} {state}" for state, count in counts.items())


def _why(row: dict[str, Any], zone: ZoneInfo) -> str:
    missing = f"no list {', '.join(row['missing_lists'])}" if row["missing_lists"] else ""
    why = row["why"] if row["until"] is None else f"{row['why']} until {when(row['until'], zone)}"
    return "; ".join(filter(None, (why, row["reason"], missing)))


def _print_report(found: dict[str, Any]) -> None:
    share = "–" if found["abandoned_percent"] is None else f"{found['abandoned_percent']} %"
    ledger = found["ledger"] or {}
    rows = [
        (name, found[name], ledger.get(name, "")) for name in ("asked", "denied", "deferred", "dialled", "answered")
    ]
    rows += [(name, found[name], ledger.get(name, "")) for name in ("connected", "effective", "abandoned")]
    if found["false_positives"]:
        rows += [("people taken for machines, as measured", found["false_positives"], "")]
    rows += [(f"abandoned, of {found['of']} {found['denominator']}", share, "")]
    rows += [("dialled twice at a time", found["double_dialled"], "")]
    for what in ("by_rule", "results", "dispositions"):
        rows += [(f"{what.replace('_', ' ')}: {name}", count, "") for name, count in found[what].items()]
    print_table(("", "report", "ledger"), rows, "nobody was asked for yet")
    if found["agrees"] is False:
        out.print("the ledger counts otherwise: calls that go on are in neither", style="bold red")
