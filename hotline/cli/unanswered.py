"""hotline unanswered: questions of callers that no intent and no answer took, worked off by their editors."""

from pathlib import Path
from typing import Annotated, get_args

import typer

from calls.errors import BadInput
from dsl.spelling import nearest_hint
from hotline.cli.common import JsonOption, SiteOption, counted, open_site, out, print_json, print_table, told, when
from hotline.governing import unanswered as editing
from hotline.store import unanswered
from hotline.store.unanswered import Question, State

app = typer.Typer(no_args_is_help=True, add_completion=False)
IdArgument = Annotated[str, typer.Argument(help="As `hotline unanswered list` has it, or its beginning.")]
ByOption = Annotated[str, typer.Option("--by", help="Who does it; unless given, the user of this machine.")]
_NEAR = 2


@app.callback()
def group() -> None:
    """Questions of callers that nobody answered: each wording once, numbers masked, with the intents nearest to it.

    Examples:

      hotline unanswered list

      hotline unanswered add 3f9a21bc request_deferral
    """


@app.command("list")
def list_(
    state: Annotated[str, typer.Option(help="open, added, dismissed, or all.")] = "open",
    most: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many.")] = 50,
    site: SiteOption = Path(),
    json: JsonOption = False,
) -> None:
    """List what nobody answered, asked most often first.

    Examples:

      hotline unanswered list --site /srv/hotline

      hotline unanswered list --state all --json | jq -r '.[] | [.times, .wording] | @tsv'
    """
    opened = open_site(site)
    with told():
        found = unanswered.questions(opened.database, _states(state), most)
    if json:
        print_json([editing.as_data(one) for one in found])
        return
    print_table(
        ("id", "times", "last", "wording", "near", "state"),
        [
            (one.id, one.times, when(one.last_at, opened.zone), one.wording, _near(one, _NEAR), _state(one))
            for one in found
        ],
        "nothing: every question was answered",
    )
    if found:
        out.print(counted(len(found), "question"), style="dim")


@app.command()
def show(id_: IdArgument, site: SiteOption = Path(), json: JsonOption = False) -> None:
    """Show one question: how often it was asked and where, why nobody answered, and what is nearest to it.

    Example:

      hotline unanswered show 3f9a21bc --site /srv/hotline
    """
    opened = open_site(site)
    with told():
        one = unanswered.question(opened.database, id_)
    if json:
        print_json(editing.as_data(one))
        return
    why = f"the answer to {one.intent} could not be said" if one.why == "not_said" else "it was taken for no intent"
    out.print(f"[bold]{one.id}[/] {one.language}")
    facts = {
        "wording": one.wording,
        "asked": f"{counted(one.times, 'time')}, last {when(one.last_at, opened.zone)}, at {one.where}",
        "why": why,
        "near": _near(one, len(one.near)),
        "state": _state(one),
        "by": one.settled_by,
        "note": one.note,
    }
    for word, value in facts.items():
        if value:
            out.print(f"{word:>9}  {value}", markup=False, soft_wrap=True)


@app.command()
def add(
    id_: IdArgument,
    intent: Annotated[str, typer.Argument(help="An intent of dialplans/intents, or none: it means none of them.")],
    sentence: Annotated[str, typer.Option("--as", help="Put this sentence there, not the caller's own words.")] = "",
    by: ByOption = "",
    site: SiteOption = Path(),
    json: JsonOption = False,
) -> None:
    """Add a question to the ways of asking for an intent, in dialplans/intents: one line more, comments kept.

    It counts once it is published; `hotline publish` tries dialplans/intents/tests before.

    Examples:

      hotline unanswered add 3f9a21bc request_deferral

      hotline unanswered add 3f9a21bc none

      hotline unanswered add 3f9a21bc request_deferral --as "能不能缓两个礼拜"
    """
    opened = open_site(site)
    with told():
        added = editing.add(opened, id_, intent, sentence, by)
    if json:
        told_question = editing.as_data(added.question)
        print_json({**told_question, "intent_added": intent, "sentence": added.sentence, "file": added.file})
        return
    out.print(f"{added.file}: {intent} has {added.sentence}", markup=False, soft_wrap=True)
    out.print("hotline publish puts it in force", style="dim")


@app.command()
def dismiss(
    id_: IdArgument,
    reason: Annotated[str, typer.Option("--reason", "-r", help="Why; it stands in the audit log.")],
    by: ByOption = "",
    site: SiteOption = Path(),
    json: JsonOption = False,
) -> None:
    """Take a question off the list: nobody needs an answer to it. Asked again, it stays off.

    Example:

      hotline unanswered dismiss 3f9a21bc --reason "other people talking"
    """
    opened = open_site(site)
    with told():
        one = editing.dismiss(opened, id_, reason, by)
    _settled(one, json)


@app.command()
def reopen(id_: IdArgument, by: ByOption = "", site: SiteOption = Path(), json: JsonOption = False) -> None:
    """Put a question back on the list.

    Example:

      hotline unanswered reopen 3f9a21bc
    """
    opened = open_site(site)
    with told():
        one = editing.reopen(opened, id_, by)
    _settled(one, json)


def _settled(one: Question, json: bool) -> None:
    if json:
        print_json(editing.as_data(one))
    else:
        out.print(f"{one.id} is {one.state}: {one.wording}", markup=False, soft_wrap=True)


def _states(word: str) -> tuple[State, ...]:
    known: tuple[State, ...] = get_args(State)
    if word == "all":
        return known
    found = tuple(state for state in known if state == word)
    if not found:
        raise BadInput(f"no state {word}{nearest_hint(word, (*known, 'all'))}; there are {', '.join(known)} and all")
    return found


def _state(one: Question) -> str:
    if one.state == "open" or not one.times_since:
        return one.state
    return f"{one.state}, asked {counted(one.times_since, 'time')} since"


def _near(one: Question, most: int) -> str:
    return ", ".join(f"{intent} {likeness:.2f}" for intent, likeness in one.near[:most])
