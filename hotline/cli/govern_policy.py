"""hotline govern policy: the policy that rules, the one that waits; approving it, and rolling back."""

import getpass
from datetime import tzinfo
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from hotline.cli.approval_options import AsOption, BeginsOption, ReasonOption
from hotline.cli.common import JsonOption, SiteOption, open_site, out, print_json, told, when
from hotline.governing import policies
from hotline.governing.policies import Ruling
from hotline.governing.policy_diff import diff as diff_of
from hotline.site.instants import instant
from hotline.versions.policies import is_ruled_file
from hotline.versions.sources import read_files

app = typer.Typer(no_args_is_help=True, add_completion=False)


@app.callback()
def policy() -> None:
    """The policy that rules. A changed one waits until somebody who has not published it approves it.

    Examples:

      hotline govern policy diff

      hotline govern policy approve --as wang.fang --reason "minutes of 30 November" --from 2026-12-01

      hotline govern policy rollback --as zhao.min --reason "it denies everybody"
    """


@app.command()
def show(site: SiteOption = Path(), json: JsonOption = False) -> None:
    """The policy that rules, since when and by whose word, and the one that waits.

    Example:

      hotline govern policy show --site /srv/hotline
    """
    opened = open_site(site)
    with told():
        now = policies.ruling_of(opened)
    _print(now, opened.zone, json)


@app.command()
def diff(
    draft: Annotated[bool, typer.Option("--draft", help="Of the folder as it is; not as it was published.")] = False,
    site: SiteOption = Path(),
    json: JsonOption = False,
) -> None:
    """What the published policy changes in the one that rules: entries by name, then the lines of the files.

    Exits with 1 where a rule, exception, pool or approver differs, with 0 where nothing does.

    Examples:

      hotline govern policy diff

      hotline govern policy diff --draft --json | jq -r '.changed[]'
    """
    opened = open_site(site)
    with told():
        now = policies.ruling_of(opened)
        after = now.published_sources
        if draft:
            after = {path: text for path, text in read_files(opened)[0].items() if is_ruled_file(path)}
        found = diff_of(now.sources, after)
    if json:
        print_json(msgspec.to_builtins(found))
    else:
        for word, names in (("new", found.added), ("gone", found.removed), ("changed", found.changed)):
            for name in names:
                out.print(f"{word:>8}  {name}", markup=False, soft_wrap=True)
        for line in found.lines:
            out.print(line, style={"+": "green", "-": "red"}.get(line[:1]), markup=False, soft_wrap=True)
        if found.is_empty:
            out.print("nothing that decides is other", style="dim")
    raise typer.Exit(0 if found.is_empty else 1)


@app.command()
def approve(
    reason: ReasonOption,
    policy: Annotated[
        str, typer.Argument(help="The version that you have seen; unless given, the published one.")
    ] = "",
    approver: AsOption = "",
    begins: BeginsOption = "",
    site: SiteOption = Path(),
    json: JsonOption = False,
) -> None:
    """Approve the published policy. Whoever has published it cannot. It has no end: the next one takes its place.

    Scenes whose rules it changes need an approval, too; one that is given before holds under both.

    Examples:

      hotline govern policy approve --as wang.fang --reason "minutes of 30 November"

      hotline govern policy approve 5f7ccc76ae9f7f94 --as li.wei --reason "new law" --from 2027-01-01
    """
    opened = open_site(site)
    with told():
        effective_from = instant(begins, opened.zone) if begins else None
        now = policies.approve(opened, approver or getpass.getuser(), reason, effective_from, policy)
    _print(now, opened.zone, json)


@app.command()
def rollback(
    reason: ReasonOption,
    policy: Annotated[str, typer.Argument(help="Its version; unless given, the one that rules.")] = "",
    by: AsOption = "",
    site: SiteOption = Path(),
    json: JsonOption = False,
) -> None:
    """Withdraw the approval of a policy: within a second the one that was approved before it rules again.

    Where there was none, no outgoing call is allowed until one is approved.

    Example:

      hotline govern policy rollback --as zhao.min --reason "it denies everybody"
    """
    opened = open_site(site)
    with told():
        now = policies.rollback(opened, by or getpass.getuser(), reason, policy)
    _print(now, opened.zone, json)


def _print(now: Ruling, zone: tzinfo, json: bool) -> None:
    if json:
        print_json(policies.as_data(now))
        return
    if now.version:
        by = f", by {', '.join(now.approvers)}" if now.approvers else ""
        since = f" since {when(now.since, zone)}" if now.since is not None else ""
        out.print(f"{now.version} rules{since}{by}", style="bold green", markup=False, soft_wrap=True)
    if waiting := now.waiting(zone):
        out.print(waiting, style="yellow", markup=False, soft_wrap=True)
