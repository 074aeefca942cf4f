"""hotline calls, cases, callbacks: the records in the store, whether the server runs or not."""

from collections.abc import Collection
from pathlib import Path
from typing import Annotated, get_args

import typer

from calls.errors import BadInput
from calls.numbers import e164, is_withheld
from control.messages.log_commands import CallbackOutcome, CallOutcome, Direction
from dsl.spelling import nearest_hint
from hotline.cli.common import (
    JsonOption,
    SiteOption,
    err,
    open_site,
    print_json,
    print_table,
    seconds,
    told,
    when,
)
from hotline.cli.stored import RevealOption, audit_shown, read_of
from hotline.site import audit
from hotline.site.instants import between
from hotline.site.site import Site
from hotline.store import reading, searching
from hotline.store.said import search_words
from hotline.store.searches import CallSearch, Cursor, Page
from hotline.versions.store import Versions
from hotline.views import masking

app = typer.Typer(no_args_is_help=True, add_completion=False)

_OUTCOMES: tuple[str, ...] = get_args(CallOutcome)
_DIRECTIONS: tuple[str, ...] = get_args(Direction)
_CALLBACK_OUTCOMES: tuple[str, ...] = get_args(CallbackOutcome)

MostOption = Annotated[int, typer.Option("--most", "-n", min=1, help="The number of rows, newest first.")]


@app.command()
def calls(
    site: SiteOption = Path(),
    most: MostOption = 20,
    number: Annotated[
        str | None, typer.Option(help="Who called, or was called; in any form. Written to the audit log.")
    ] = None,
    since: Annotated[
        str | None, typer.Option(help="Arrived then or later: 2026-12-01, '2026-12-01 07:30', in the house's zone.")
    ] = None,
    until: Annotated[str | None, typer.Option(help="Arrived before; a day is in it.")] = None,
    agent: Annotated[str | None, typer.Option(help="Had a talk in the call.")] = None,
    queue: Annotated[str | None, typer.Option(help="That the call was in last.")] = None,
    outcome: Annotated[str | None, typer.Option(help=f"Only calls with this outcome: {', '.join(_OUTCOMES)}.")] = None,
    direction: Annotated[str | None, typer.Option(help=f"{' or '.join(_DIRECTIONS)}.")] = None,
    said: Annotated[
        str | None, typer.Option(help="Words in a transcript of the call. Written to the audit log.")
    ] = None,
    after: Annotated[str | None, typer.Option(help="The cursor that the page before ended with.")] = None,
    reveal: RevealOption = False,
    json: JsonOption = False,
) -> None:
    """The call log, newest first. Where there are more, standard error has the cursor of the next page.

    Examples:

      hotline calls --site /srv/hotline

      hotline calls --outcome abandoned -n 100 --json

      hotline calls --number 13800138000 --since 2026-11-01 --queue care

      hotline calls --said 征信 --since 2026-11-01
    """
    _one_of("outcome", _OUTCOMES, outcome)
    _one_of("direction", _DIRECTIONS, direction)
    opened = open_site(site)
    _known(opened, agent, queue)
    with told():
        first, last = between(since, until, opened.zone)
        wanted = CallSearch(
            number=None if number is None else _number(number, opened.settings.region),
            since=first,
            until=last,
            agent=agent,
            queue=queue,
            outcome=outcome,
            direction=direction,
            said=None if said is None else search_words(said),
            after=None if after is None else Cursor.read(after),
        )
    if wanted.number is not None:
        audit.note(opened.state, "number looked up", f"calls of {wanted.number}")
    if said is not None:
        audit.note(opened.state, "transcripts searched", f"calls in which {said!r} was said")
    audit_shown(opened, reveal, f"calls, the newest {most}")
    page: Page = read_of(opened, searching.search, wanted, most)
    rows = page.rows if reveal else [masking.call_row(row) for row in page.rows]
    if page.next is not None:
        err.print(f"there are more: --after {page.next.text()}", style="dim")
    if json:
        print_json(rows)
        return
    any_hold = any(row["held_s"] for row in rows)
    print_table(
        ("arrived", "call", "caller", "outcome", "queue", "agent", "wait", "talk", *(("hold",) if any_hold else ())),
        [
            (
                when(row["arrived_at"], opened.zone),
                row["call"],
                row["caller"]
                if row["direction"] == "in"
                else masking.from_to(row["direction"], row["caller"], row["called"]),
                row["outcome"],
                row["queue"],
                row["agent"],
                seconds(row["queued_at"], row["answered_at"] or row["ended_at"]),
                "" if row["talk_s"] is None else seconds(0.0, row["talk_s"]),
                *((seconds(0.0, row["held_s"]) if row["held_s"] else "",) if any_hold else ()),
            )
            for row in rows
        ],
        "no call has ended yet" if wanted == CallSearch() else "no call has ended that is so",
    )


@app.command()
def cases(
    site: SiteOption = Path(),
    most: MostOption = 20,
    reveal: RevealOption = False,
    json: JsonOption = False,
) -> None:
    """Cases, newest first.

    Example:

      hotline cases --site /srv/hotline --json
    """
    opened = open_site(site)
    audit_shown(opened, reveal, f"cases, the newest {most}")
    rows = read_of(opened, reading.cases, most)
    rows = rows if reveal else [masking.case_row(row, opened.settings.region) for row in rows]
    if json:
        print_json(rows)
        return
    print_table(
        ("opened", "case", "caller", "category", "about", "by", "state", "call", "recording"),
        [
            (
                when(row["opened_at"], opened.zone),
                row["number"],
                row["caller"],
                row["category"],
                " ".join(str(value) for value in row["fields"].values()),
                row["asked_by"],
                row["state"],
                row["call"],
                row["recording"],
            )
            for row in rows
        ],
        "no case has been opened yet",
    )


@app.command()
def callbacks(
    site: SiteOption = Path(),
    most: MostOption = 20,
    outcome: Annotated[
        str | None, typer.Option(help=f"Only callbacks with this outcome: {', '.join(_CALLBACK_OUTCOMES)}.")
    ] = None,
    reveal: RevealOption = False,
    json: JsonOption = False,
) -> None:
    """Callbacks, the last booked first: those that wait for their turn, and what became of the others.

    Examples:

      hotline callbacks --site /srv/hotline

      hotline callbacks --outcome unreached --json
    """
    _one_of("outcome", _CALLBACK_OUTCOMES, outcome)
    opened = open_site(site)
    audit_shown(opened, reveal, f"callbacks, the newest {most}")
    rows = read_of(opened, reading.callbacks, most, outcome)
    shown = rows if reveal else [masking.callback_row(row, opened.settings.region) for row in rows]
    if json:
        print_json(shown)
        return
    print_table(
        ("booked", "call", "number", "queue", "outcome", "tries", "agent", "changed", "why"),
        [
            (
                when(row["booked_at"], opened.zone),
                row["call"],
                row["number"],
                row["queue"],
                row["outcome"],
                row["tries"],
                row["agent"],
                when(row["changed_at"], opened.zone),
                row["detail"],
            )
            for row in shown
        ],
        "no callback has been booked yet" if outcome is None else f"no callback is {outcome}",
    )


def _one_of(what: str, words: Collection[str], given: str | None) -> None:
    """Ends with what is meant where it is none of them: an empty table would say that there was no such call."""
    if given is not None and given not in words:
        hint = nearest_hint(given, words)
        raise typer.BadParameter(f"no {what} {given}{hint}; there are {', '.join(words)}")


def _known(site: Site, agent: str | None, queue: str | None) -> None:
    """Ends where nobody knows the agent or the queue: not the published version, and no call of the log."""
    if agent is None and queue is None:
        return
    versions = Versions(site.versions)
    current = versions.current()
    rules = None if current is None else versions.routing(current).configuration
    if agent is not None and not read_of(site, searching.is_known, agent):
        _one_of("agent", () if rules is None else rules.agents, agent)
    if queue is not None and not read_of(site, searching.is_known, None, queue):
        _one_of("queue", () if rules is None else rules.queues, queue)


def _number(given: str, region: str) -> str:
    if not any(sign.isdigit() for sign in given) and not is_withheld(given):
        raise BadInput(f"{given} is no telephone number")
    return e164(given.strip(), region)
