"""hotline followups: visits that are due, what came of them, results of people, answers to questionnaires."""

import csv
import getpass
import io
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from calls.errors import BadInput
from complaints.dispatch.settings import Dispatch
from hotline.cli.common import JsonOption, SiteOption, open_site, out, print_json, print_table, told, when
from hotline.cli.stored import RevealOption, audit_shown
from hotline.followups import acts, reading
from hotline.site.instants import between
from hotline.site.site import Site
from hotline.versions.case_rules import rules_of
from hotline.versions.follow_up_rules import FollowUpRules
from hotline.versions.store import Versions

app = typer.Typer(add_completion=False, no_args_is_help=True)

NumberArgument = Annotated[int, typer.Argument(help="The follow-up's number.")]
AuthorOption = Annotated[str, typer.Option("--author", help="Who does it; unless given, the user of this machine.")]
ReasonOption = Annotated[str, typer.Option("--reason", "-r", help="Why; the log and the case keep it.")]


@app.callback()
def followups() -> None:
    """Follow-up visits: who is due a call or a visit, and what came of it; docs/followups.md has the rules.

    Examples:

      hotline followups list --open

      hotline followups done 17 --answer solved=yes --answer satisfied=5
    """


@app.command("list")
def list_followups(
    site: SiteOption = Path(),
    most: Annotated[int, typer.Option(min=1, max=10_000, help="So many at most.")] = 20,
    state: Annotated[str, typer.Option(help="Only in this state: planned, due, held, done …")] = "",
    rule: Annotated[str, typer.Option(help="Only by this rule of followups.yaml.")] = "",
    case: Annotated[str, typer.Option(help="Only of this case.")] = "",
    open_only: Annotated[bool, typer.Option("--open", help="Only those that are not over.")] = False,
    overdue: Annotated[bool, typer.Option("--overdue", help="Only those whose last day is over.")] = False,
    reveal: RevealOption = False,
    json: JsonOption = False,
) -> None:
    """Follow-ups, the soonest due first.

    Examples:

      hotline followups list --site /srv/hotline --open

      hotline followups list --overdue --json
    """
    opened = open_site(site)
    audit_shown(opened, reveal, f"follow-ups, {most} at most")
    late = time.time() if overdue else None
    with told():
        rows = reading.listing(
            opened.database, most, state=state, rule=rule, case=case, is_open=open_only, overdue_at=late
        )
    rows = rows if reveal else [reading.masked_head(row, opened.settings.region) for row in rows]
    if json:
        print_json(rows)
        return
    print_table(
        ("number", "rule", "state", "by", "from", "until", "case", "caller", "detail"),
        [
            (
                *(row["number"], row["rule"], row["state"], row["by"], when(row["since"], opened.zone)),
                *(when(row["until"], opened.zone), row["case"], row["caller"], row["detail"]),
            )
            for row in rows
        ],
        "no follow-up is so",
    )


@app.command()
def show(
    number: NumberArgument, site: SiteOption = Path(), reveal: RevealOption = False, json: JsonOption = False
) -> None:
    """One follow-up: what happened to it, and the answers.

    Example:

      hotline followups show 17
    """
    opened = open_site(site)
    audit_shown(opened, reveal, f"follow-up {number}")
    with told():
        row = reading.story(opened.database, number)
    row = row if reveal else reading.masked_story(row, opened.settings.region)
    if json:
        print_json(row)
        return
    out.print(f"follow-up {number}: {row['state']} ({row['rule']}, by {row['by']})", style="bold", markup=False)
    for name in ("case", "caller", "name", "department", "campaign", "questionnaire", "detail"):
        if row[name]:
            out.print(f"  {name}: {row[name]}", markup=False)
    days = f"{when(row['since'], opened.zone)} to {when(row['until'], opened.zone)}"
    out.print(f"  from {days}", markup=False)
    for one in row["log"]:
        by = f" by {one['author']}" if one["author"] else ""
        what = f": {one['detail']}" if one["detail"] else ""
        out.print(f"  {when(one['at'], opened.zone)}  {one['event']} → {one['state']}{by}{what}", markup=False)
    for one in row["answers"]:
        out.print(f"  {one['questionnaire']}/{one['question']}: {one['word']}", markup=False)


@app.command()
def done(
    number: NumberArgument,
    site: SiteOption = Path(),
    answer: Annotated[list[str] | None, typer.Option("--answer", "-a", help="QUESTION=ANSWER, as word or key.")] = None,
    text: Annotated[str, typer.Option("--text", help="What came of it.")] = "",
    how: Annotated[str, typer.Option("--how", help="phone, visit, message or otherwise.")] = "visit",
    author: AuthorOption = "",
    json: JsonOption = False,
) -> None:
    """End a follow-up with what was found out; it stands in the case, too.

    Examples:

      hotline followups done 17 --answer solved=no --answer why=slow --answer satisfied=2 --author li

      hotline followups done 18 --text "visited at home, all is well"
    """
    opened = open_site(site)
    with told():
        means = next((one for one in acts.MEANS if one == how), None)
        if means is None:
            raise BadInput(f"how: {how} is none of {', '.join(acts.MEANS)}")
        rules, dispatch = _rules(opened)
        what = acts.Done(author or getpass.getuser(), text, means, _answers(answer or []))
        one = acts.done(opened.database, rules, number, what, dispatch)
    _say(number, one.state, json)


@app.command()
def skip(
    number: NumberArgument,
    reason: ReasonOption,
    site: SiteOption = Path(),
    not_wanted: Annotated[bool, typer.Option("--not-wanted", help="They wish none.")] = False,
    author: AuthorOption = "",
    json: JsonOption = False,
) -> None:
    """End a follow-up without a result: it is needless, or they wish none.

    Examples:

      hotline followups skip 17 --reason "asked at the counter already"

      hotline followups skip 18 --not-wanted --reason "said so to the handler"
    """
    _end(site, number, "refused" if not_wanted else "cancelled", author, reason, json)


@app.command()
def again(
    number: NumberArgument,
    reason: ReasonOption,
    site: SiteOption = Path(),
    author: AuthorOption = "",
    json: JsonOption = False,
) -> None:
    """Let one that is held or given up be tried again: the governor is asked anew.

    Example:

      hotline followups again 17 --reason "the hold was lifted"
    """
    _end(site, number, "released", author, reason, json)


@app.command("answers")
def export(
    questionnaire: Annotated[str, typer.Argument(help="Of questionnaires.yaml.")],
    site: SiteOption = Path(),
    since: Annotated[str, typer.Option(help="From then on, in the house's zone: 2026-11-01.")] = "",
    until: Annotated[str, typer.Option(help="Before then; a day is in it. Default: now.")] = "",
    reveal: RevealOption = False,
    json: JsonOption = False,
) -> None:
    """Every answer to a questionnaire, one a row, with the version of its questions: CSV, or JSON.

    Examples:

      hotline followups answers after_complaint --since 2026-11-01 > answers.csv

      hotline followups answers after_complaint --json
    """
    opened = open_site(site)
    audit_shown(opened, reveal, f"answers to {questionnaire}")
    with told():
        first, last = between(since or None, until or None, opened.zone)
        rows = reading.answers(opened.database, questionnaire, first or 0.0, time.time() if last is None else last)
    rows = rows if reveal else [reading.masked_answer(row) for row in rows]
    if json:
        print_json(rows)
        return
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(reading.EXPORTED)
    for row in rows:
        at = datetime.fromtimestamp(row["at"], opened.zone).isoformat(timespec="seconds")
        writer.writerow([_plain(at if name == "at" else row[name]) for name in reading.EXPORTED])
    sys.stdout.write(text.getvalue())


def _plain(value: Any) -> Any:
    """A cell that no spreadsheet takes for a formula; a number keeps its plus behind an apostrophe."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@") else value


def _rules(opened: Site) -> tuple[FollowUpRules, Dispatch | None]:
    versions = Versions(opened.versions)
    version = versions.current()
    if version is None:
        return FollowUpRules(), None
    return versions.follow_ups(version), rules_of(versions, version).dispatch


def _answers(given: list[str]) -> dict[str, str]:
    found = {}
    for one in given:
        question, equals, word = one.partition("=")
        if not equals or not word:
            raise BadInput(f"an answer is QUESTION=ANSWER, not {one!r}")
        found[question.strip()] = word.strip()
    return found


def _end(
    site: Path, number: int, event: Literal["refused", "cancelled", "released"], author: str, reason: str, json: bool
) -> None:
    opened = open_site(site)
    with told():
        one = acts.end(opened.database, number, event, author or getpass.getuser(), reason, _rules(opened)[1])
    _say(number, one.state, json)


def _say(number: int, state: str, json: bool) -> None:
    if json:
        print_json({"followup": number, "state": state})
    else:
        out.print(f"follow-up {number}: {state}", markup=False)
