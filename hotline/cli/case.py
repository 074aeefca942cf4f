"""hotline case: cases one by one, what came in, and every act on them."""

import getpass
import inspect
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from calls.errors import BadInput
from complaints.clocks.book import ClockBook
from complaints.stages.rules import FIELDS
from hotline.cases import acts, reading
from hotline.cases.filters import refuse_unknown
from hotline.cli import case_clock, case_origin
from hotline.cli.common import JsonOption, SiteOption, open_site, out, print_json, print_table, told, when
from hotline.cli.stored import RevealOption, audit_shown
from hotline.site.site import Site
from hotline.versions.case_rules import CaseRules, rules_of
from hotline.versions.store import Versions

app = typer.Typer(add_completion=False, no_args_is_help=True)

ACTS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "accept": ("accepted", "Take a case on.", ()),
    "grade": ("graded", "Grade it, or change its grade, with the reason.", ("grade", "reason", "category")),
    "dispatch": ("dispatched", "Send it to a department.", ("department", "person", "reason")),
    "hand-over": ("handed_over", "Pass it on to another department.", ("department", "person", "reason")),
    "take": ("taken", "Take it as the one who handles it.", ()),
    "feedback": ("first_feedback", "The customer was told that somebody is at it.", ("channel", "text")),
    "investigate": ("investigated", "What happened was found out.", ("text",)),
    "decide": ("decided", "Decide, with the money that goes back.", ("decision", "amount", "text")),
    "approve": ("approved", "Agree to the decision, as a second person.", ("step",)),
    "return": ("returned", "Give the decision back.", ("reason",)),
    "notify": ("notified", "The customer was told of the decision.", ("channel", "text")),
    "ask-review": ("review_asked", "The customer wants another look.", ("text",)),
    "review": ("reviewed", "Decide again, as somebody else.", ("decision", "amount", "text")),
    "order-refund": ("refund_ordered", "Let money go back.", ("amount",)),
    "refund": ("refunded", "The money went back.", ("amount",)),
    "root-cause": ("root_cause", "Why it came to this.", ("cause",)),
    "close": ("closed", "It is done.", ("text",)),
    "withdraw": ("withdrawn", "The customer takes it back.", ("reason",)),
    "transfer": ("transferred", "Give it to somebody outside whose matter it is.", ("to", "reason")),
    "reopen": ("reopened", "Take it up again.", ("reason",)),
    "merge": ("merged", "It is the same matter as another case.", ("into", "reason")),
    "unmerge": ("unmerged", "It was another matter after all.", ("reason",)),
    "recuse": ("recused", "A person steps back who has an interest in the matter.", ("person", "reason")),
    "wait": ("waiting", "The work waits for somebody: customer, department, regulator.", ("for", "reason")),
    "resume": ("resumed", "The work goes on.", ("reason",)),
    "extend": ("extended", "A clock gets more time.", ("clock", "by", "to", "approver", "notice", "reason")),
    "contact": ("contact", "The customer gave a sign of life.", ("channel", "text")),
    "followed-up": ("followed_up", "The customer was asked how it went.", ("text",)),
    "note": ("noted", "Write something down.", ("text",)),
}
"""By command: the kind of entry, what it does, and its fields."""

NumberArgument = Annotated[str, typer.Argument(help="The case's number.")]
AuthorOption = Annotated[str, typer.Option("--author", help="Who does it; unless given, the user of this machine.")]
AtOption = Annotated[str, typer.Option("--at", help="When it happened, where that was not now: 2026-11-30T09:05.")]
ReplacesOption = Annotated[int, typer.Option("--replaces", help="The number of an entry that was wrong.")]


@app.callback()
def case() -> None:
    """Cases one by one: lists, stories, matches, and every act that the rules allow; docs/cases.md has them.

    Examples:

      hotline case list --open

      hotline case show 2611309000018

      hotline case take 2611309000018 --author li
    """


@app.command("list")
def list_cases(
    site: SiteOption = Path(),
    most: Annotated[int, typer.Option(min=1, max=10_000, help="So many at most.")] = 20,
    stage: Annotated[str, typer.Option(help="Only at this stage.")] = "",
    grade: Annotated[str, typer.Option(help="Only of this grade.")] = "",
    department: Annotated[str, typer.Option(help="Only of this department.")] = "",
    handler: Annotated[str, typer.Option(help="Only those that this person has.")] = "",
    open_only: Annotated[bool, typer.Option("--open", help="Only those that are not over.")] = False,
    reveal: RevealOption = False,
    json: JsonOption = False,
) -> None:
    """Cases with their stage, grade and department, the newest first.

    Examples:

      hotline case list --site /srv/hotline --open

      hotline case list --grade level_1 --json
    """
    opened = open_site(site)
    audit_shown(opened, reveal, f"cases, the newest {most}")
    filters: dict[str, str | bool | None] = {
        "stage": stage,
        "grade": grade,
        "department": department,
        "handler": handler,
        "open": open_only,
    }
    with told():
        refuse_unknown(opened.database, rules_now(opened), filters)
        rows = reading.listing(opened.database, most, **filters)
    rows = rows if reveal else [reading.masked_head(row) for row in rows]
    if json:
        print_json(rows)
        return
    print_table(
        ("opened", "case", "channel", "caller", "category", "grade", "stage", "department", "handler"),
        [
            (
                *(when(row["opened_at"], opened.zone), row["case"], row["channel"], row["caller"], row["category"]),
                f"{row['grade']}{' ?' if row['is_unsure'] else ''}",
                f"in {row['into']}" if row["link"] == "merged" else row["stage"],
                *(row["department"], row["handler"]),
            )
            for row in rows
        ],
        "no case is so",
    )


@app.command()
def show(
    number: NumberArgument, site: SiteOption = Path(), reveal: RevealOption = False, json: JsonOption = False
) -> None:
    """One case: what came in, every entry of its audit log with the reasons, its times, and what may be done now.

    Example:

      hotline case show 2611309000018
    """
    opened = open_site(site)
    audit_shown(opened, reveal, f"case {number}")
    with told():
        told_of = reading.story(opened.database, number, time.time())
    shown = told_of if reveal else reading.masked_story(told_of, opened.settings.region)
    if json:
        print_json(shown)
        return
    _print_story(shown, opened)


@app.command()
def matches(
    site: SiteOption = Path(),
    most: Annotated[int, typer.Option(min=1, max=10_000, help="So many at most.")] = 20,
    json: JsonOption = False,
) -> None:
    """Cases that may be one matter, with the reasons: answer each with `case merge` or `case apart`.

    Example:

      hotline case matches
    """
    opened = open_site(site)
    with told():
        rows = reading.matches(opened.database, most)
    if json:
        print_json(rows)
        return
    print_table(
        ("case", "may be", "likely", "why"),
        [(row["case"], row["other"], f"{row['score']:.0%}", "; ".join(row["reasons"])) for row in rows],
        "no match waits for an answer",
    )


@app.command()
def apart(
    number: NumberArgument,
    other: Annotated[str, typer.Argument(help="The case that it was proposed to be.")],
    site: SiteOption = Path(),
    author: AuthorOption = "",
) -> None:
    """Say that two cases are two matters.

    Example:

      hotline case apart 2611309000018 26113000017
    """
    opened = open_site(site)
    with told():
        acts.keep_apart(opened.database, number, other, author or getpass.getuser(), time.time())
    out.print(f"{number} and {other} stay apart", markup=False)


def _act(name: str, kind: str, summary: str, fields: Sequence[str]) -> Callable[..., None]:
    """The command of one act: its options are the fields of the entry."""

    def command(**given: Any) -> None:
        opened = open_site(given["site"])
        values = {field: given[_option(field)] for field in fields if given[_option(field)] not in ("", None)}
        with told():
            now = time.time()
            at = _instant(given["at"], opened) if given["at"] else now
            wanted = acts.Wanted(
                given["number"], kind, given["author"] or getpass.getuser(), at, values, given["replaces"]
            )
            state = acts.do(opened.database, rules_now(opened), wanted, now, lambda: _clocks_now(opened))
        if given["json"]:
            print_json({"case": given["number"], "done": kind, "stage": state.stage, "link": state.link})
            return
        out.print(f"{given['number']}: {kind}; it is {state.stage}", markup=False)

    needed = set(FIELDS.get(kind, ()))
    parameters = [_parameter("number", NumberArgument), _parameter("site", SiteOption, Path())]
    for field in fields:
        told_of = f"{field.replace('_', ' ').capitalize()}{', needed' if field in needed else ''}."
        of = float | None if field == "amount" else str
        option = typer.Option(f"--{field.replace('_', '-')}", help=told_of)
        parameters.append(_parameter(_option(field), Annotated[of, option], None if field == "amount" else ""))
    parameters += [
        _parameter("author", AuthorOption, ""),
        _parameter("at", AtOption, ""),
        _parameter("replaces", ReplacesOption, 0),
        _parameter("json", JsonOption, False),
    ]
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    command.__annotations__ = {one.name: one.annotation for one in parameters}
    command.__name__ = name
    command.__doc__ = f"{summary}\n\nExample:\n\n  {_example(name, fields, needed)}"
    return command


def _option(field: str) -> str:
    return f"field_{field}"


def _parameter(name: str, annotation: Any, default: Any = inspect.Parameter.empty) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _example(name: str, fields: Sequence[str], needed: set[str]) -> str:
    values = {"grade": "level_1", "department": "care", "amount": "300", "into": "26113000017", "for": "customer"}
    options = [f"--{field.replace('_', '-')} {values.get(field, '…')}" for field in fields if field in needed]
    return " ".join((f"hotline case {name} 2611309000018", *options))


def rules_now(site: Site) -> CaseRules:
    """The rules of the version that holds; none before anything is published."""
    versions = Versions(site.versions)
    return rules_of(versions, versions.current() or "")


def _clocks_now(site: Site) -> ClockBook:
    versions = Versions(site.versions)
    current = versions.current()
    return ClockBook() if current is None else versions.clocks(current)


def _instant(text: str, site: Site) -> float:
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadInput(f"{text!r} is no time: write 2026-11-30T09:05") from error
    return (at if at.tzinfo is not None else at.replace(tzinfo=site.zone)).timestamp()


def _print_story(shown: dict[str, Any], site: Site) -> None:
    state = shown["state"]
    where = f"merged into {state['into']}" if state["link"] == "merged" else state["stage"]
    out.print(
        f"{shown['case']}: {where}, {state['grade'] or 'not graded'}, {state['department'] or 'nowhere yet'}",
        style="bold",
    )
    for contact in shown["contacts"]:
        who = " ".join(word for word in (contact["caller"], contact["name"], contact["account"]) if word)
        out.print(f"\n{when(contact['at'], site.zone)}  {contact['channel']}  {who}", markup=False)
        out.print(f"{contact['subject']}\n{contact['text']}".strip(), markup=False, style="dim")
    out.print("")
    print_table(
        ("entry", "at", "by", "what", ""),
        [
            (
                *(entry["number"], when(entry["at"], site.zone), entry["author"]),
                entry["kind"] + (f" (in place of {entry['replaces']})" if entry["replaces"] else ""),
                _in_words(entry["fields"]),
            )
            for entry in shown["entries"]
        ],
        "its log has not begun",
    )
    for one in shown["origin"]:
        if one["state"] != "apart":
            scene = one["scene"] or "no scene"
            out.print(f"\nabout a call ({one['state']}): {one['attempt']}, {scene}", markup=False)
    if shown["hand_overs"]:
        ways = (
            f"{one['department']}: {one['took_s'] / 60:.0f} min{'' if one['taken_at'] else ' so far'}"
            for one in shown["hand_overs"]
        )
        out.print(f"\nbetween hands: {', '.join(ways)}", markup=False)
    out.print(f"possible now: {', '.join(shown['next'])}", markup=False, style="dim")


def _in_words(fields: dict[str, Any]) -> str:
    shown = (
        f"{name}: {', '.join(map(str, value)) if isinstance(value, list) else value}"
        for name, value in fields.items()
        if value not in ("", [], False)
    )
    return "; ".join(shown)


for _name, (_kind, _summary, _fields) in ACTS.items():
    app.command(_name)(_act(_name, _kind, _summary, _fields))
app.command("clock")(case_clock.clock)
app.command("origin")(case_origin.origin)
app.command("origins")(case_origin.list_asked)
app.command("link")(case_origin.link)
app.command("unlink")(case_origin.unlink)
