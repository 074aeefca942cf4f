"""hotline answers: what callers are told to their questions, and whether it is approved as it is."""

import getpass
from datetime import tzinfo
from pathlib import Path
from typing import Annotated

import typer

from calls.errors import BadInput
from dsl.spelling import nearest_hint
from hotline.cli.approval_options import AsOption, BeginsOption, EndsOption, ReasonOption
from hotline.cli.common import JsonOption, SiteOption, counted, open_site, out, print_json, print_table, told, when
from hotline.governing import answers
from hotline.governing.answers import ShownAnswer
from hotline.site.instants import instant

app = typer.Typer(no_args_is_help=True, add_completion=False)
NamesArgument = Annotated[list[str], typer.Argument(help="Answers; `*` stands for anything.", show_default=False)]


@app.callback()
def group() -> None:
    """Answers to callers' questions (dialplans/answers): what is said, by whom it is approved, until when.

    Examples:

      hotline answers list

      hotline answers approve early_repayment --as wang.fang --reason "read, minutes of 3 December"
    """


@app.command("list")
def list_(
    unsaid: Annotated[bool, typer.Option("--unsaid", help="Only those that callers do not hear.")] = False,
    site: SiteOption = Path(),
    json: JsonOption = False,
) -> None:
    """List the answers of the published version, and whether callers hear them.

    Examples:

      hotline answers list --site /srv/hotline

      hotline answers list --unsaid --json | jq -r '.[].answer'
    """
    opened = open_site(site)
    with told():
        shown = [one for one in answers.shown(opened) if not (unsaid and not one.not_said)]
    empty = "every answer is said" if unsaid else "no answers: dialplans/answers/ has none, or they are not published"
    _print(shown, opened.zone, json, empty)


@app.command()
def show(
    name: Annotated[str, typer.Argument(help="An answer, as `hotline answers list` has it.", show_default=False)],
    site: SiteOption = Path(),
    json: JsonOption = False,
) -> None:
    """Show one answer: its words in each language, who wrote and approved it, and why it is not said.

    Example:

      hotline answers show early_repayment --json | jq .says
    """
    opened = open_site(site)
    with told():
        shown = {one.answer.name: one for one in answers.shown(opened)}
        if name not in shown:
            raise BadInput(f"there is no answer {name}{nearest_hint(name, shown)}; hotline answers list has them")
    one = shown[name]
    if json:
        print_json(answers.as_data(one))
        return
    out.print(f"[bold]{name}[/] {one.answer.version}")
    for language, text in one.says.items():
        out.print(f"{language:>12}  {text}", markup=False, soft_wrap=True)
    facts = {
        "written by": one.answer.author,
        "published by": one.answer.published_by,
        "approved by": ", ".join(one.standing.approvers),
        "from": one.answer.starts,
        "until": one.answer.ends,
        "values from": one.answer.values_from,
        "said": one.not_said or "yes",
    }
    for word, value in facts.items():
        if value:
            out.print(f"{word:>12}  {value}", markup=False, soft_wrap=True)


@app.command()
def approve(
    names: NamesArgument,
    reason: ReasonOption,
    approver: AsOption = "",
    begins: BeginsOption = "",
    ends: EndsOption = "",
    site: SiteOption = Path(),
    json: JsonOption = False,
) -> None:
    """Approve answers as they are published; callers hear them at once. Whoever wrote or published one cannot.

    An answer that changes afterwards is not approved any more.

    Example:

      hotline answers approve 'change_*' --as wang.fang --reason "read, minutes of 3 December" --until 2027-06-30
    """
    opened = open_site(site)
    with told():
        shown = answers.approve(
            opened,
            names,
            approver or getpass.getuser(),
            reason,
            instant(begins, opened.zone) if begins else None,
            instant(ends, opened.zone, end=True) if ends else None,
        )
    _print(shown, opened.zone, json, "")


@app.command()
def withdraw(
    names: NamesArgument,
    reason: ReasonOption,
    by: AsOption = "",
    site: SiteOption = Path(),
    json: JsonOption = False,
) -> None:
    """Withdraw the approvals of answers: the next caller does not hear them any more. Anybody may.

    Example:

      hotline answers withdraw early_repayment --as zhao.min --reason "the fee has changed"
    """
    opened = open_site(site)
    with told():
        shown = answers.withdraw(opened, names, by or getpass.getuser(), reason)
    _print(shown, opened.zone, json, "")


def _print(shown: list[ShownAnswer], zone: tzinfo, json: bool, empty: str) -> None:
    if json:
        print_json([answers.as_data(one) for one in shown])
        return
    print_table(
        ("answer", "version", "author", "approved by", "approval until", "ends", "said"),
        [
            (
                one.answer.name,
                one.answer.version,
                one.answer.author,
                ", ".join(one.standing.approvers),
                when(one.standing.until, zone),
                one.answer.ends,
                one.not_said or "yes",
            )
            for one in shown
        ],
        empty,
    )
    if shown:
        said = sum(not one.not_said for one in shown)
        out.print(f"{counted(len(shown), 'answer')}, {said} of them said", style="dim")
