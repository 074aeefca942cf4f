"""hotline case origin, origins, link, unlink: the call that a case is about."""

import getpass
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from hotline.cases import origin_acts, origins
from hotline.cli.common import JsonOption, SiteOption, open_site, out, print_json, print_table, told, when
from hotline.ledger.opening import Place
from hotline.versions.case_rules import rules_of
from hotline.versions.store import Versions

NumberArgument = Annotated[str, typer.Argument(help="The case's number.")]
AttemptArgument = Annotated[int, typer.Argument(help="The call, by its number in the ledger.")]
AuthorOption = Annotated[str, typer.Option("--author", help="Who says so; unless given, the user of this machine.")]


def origin(number: NumberArgument, site: SiteOption = Path(), json: JsonOption = False) -> None:
    """The calls that a case is about, or may be: scene, campaign, script, recording, decision, and why.

    Example:

      hotline case origin 2611309000018
    """
    opened = open_site(site)
    with told():
        rows = origins.told_of(opened.database, number)
    if json:
        print_json(rows)
        return
    if not rows:
        out.print("no call was found that it may be about", style="dim")
    for row in rows:
        head = f"{row['state']}: call {row['attempt']} of {when(row['call_at'], opened.zone)}, {row['score']:.0%}"
        out.print(head, style="bold", markup=False)
        decision = row["facts"].get("decision") or {}
        facts = {name: value for name, value in row["facts"].items() if name != "decision"}
        known: dict[str, Any] = {
            **{name: row[name] for name in ("scene", "campaign", "source", "agent", "call")},
            **facts,
            "decision": ", ".join(
                (decision.get("verdict", ""), *(one.get("rule", "") for one in decision.get("reasons", [])))
            ),
            "why": "; ".join(row["reasons"]),
            "said by": row["by"],
        }
        for name, value in known.items():
            if value:
                out.print(f"{name:>12}  {value}", markup=False)


def list_asked(
    site: SiteOption = Path(),
    most: Annotated[int, typer.Option(min=1, max=10_000, help="So many at most.")] = 20,
    json: JsonOption = False,
) -> None:
    """Cases that may be about a call: answer each with `case link` or `case unlink`.

    Example:

      hotline case origins
    """
    opened = open_site(site)
    with told():
        rows = origins.asked(opened.database, most)
    if json:
        print_json(rows)
        return
    print_table(
        ("case", "call", "of", "scene", "by", "likely", "why"),
        [
            (
                *(row["case"], row["attempt"], when(row["call_at"], opened.zone), row["scene"]),
                *(row["source"] or "this house", f"{row['score']:.0%}", "; ".join(row["reasons"])),
            )
            for row in rows
        ],
        "no call waits for an answer",
    )


def link(
    number: NumberArgument, attempt: AttemptArgument, site: SiteOption = Path(), author: AuthorOption = ""
) -> None:
    """Say that a case is about a call, proposed or found by `hotline ledger`: the customer is held, the owner told.

    Example:

      hotline case link 2611309000018 4711 --author li
    """
    opened = open_site(site)
    with told():
        versions = Versions(opened.versions)
        version = versions.current() or ""
        said = origin_acts.Answer(number, attempt, author or getpass.getuser(), time.time())
        owners = origins.owners_of(versions, version)
        origin_acts.link(
            opened.database, Place.of(opened), rules_of(versions, version), said, owners, origins.webhooks_of(opened)
        )
    out.print(f"{number} is about call {attempt}", markup=False)


def unlink(
    number: NumberArgument, attempt: AttemptArgument, site: SiteOption = Path(), author: AuthorOption = ""
) -> None:
    """Say that a case is not about a call. The customer's hold ends once no other call may be meant.

    Example:

      hotline case unlink 2611309000018 4711 --author li
    """
    opened = open_site(site)
    with told():
        said = origin_acts.Answer(number, attempt, author or getpass.getuser(), time.time())
        versions = Versions(opened.versions)
        ended = origin_acts.unlink(opened.database, rules_of(versions, versions.current() or ""), said)
    out.print(f"{number} is not about call {attempt}{'; the hold has ended' if ended else ''}", markup=False)
