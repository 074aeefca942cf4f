"""hotline govern: the gate of outgoing calls, asked and shown; scenes, and their approvals."""

import asyncio
import getpass
from collections.abc import Sequence
from datetime import tzinfo
from pathlib import Path
from typing import Annotated, get_args

import msgspec
import typer

from calls.errors import BadInput
from dialer.governor.questions import Origin, Question
from dsl.spelling import nearest_hint
from hotline.cli import govern_caller_ids, govern_compare, govern_policy, govern_replay, govern_rules, govern_tail
from hotline.cli.approval_options import AsOption, BeginsOption, EndsOption, ReasonOption
from hotline.cli.common import JsonOption, SiteOption, counted, open_site, out, print_json, print_table, told, when
from hotline.governing import approving, words
from hotline.governing.approving import ShownScene
from hotline.governing.local import local_gate
from hotline.governing.subjects import read_number
from hotline.site import audit
from hotline.site.instants import instant

app = typer.Typer(no_args_is_help=True, add_completion=False)
app.command("tail")(govern_tail.tail)
app.command("replay")(govern_replay.replay)
app.command("compare")(govern_compare.compare)
app.command("caller-ids")(govern_caller_ids.shown_caller_ids)
app.command("rules")(govern_rules.rules)
app.add_typer(govern_policy.app, name="policy")

_EXIT = {"allow": 0, "deny": 1, "defer": 3}
ScenesArgument = Annotated[list[str], typer.Argument(help="Scenes; `*` stands for anything: 'remind_*'.")]


@app.callback()
def govern() -> None:
    """The gate of outgoing calls: may this call be placed, now, for this purpose, to this person?

    Examples:

      hotline govern check --number 13800138000 --scene spring_offer

      hotline govern approve spring_offer --as wang.fang --reason "reviewed"

      hotline govern replay --policy stricter.yaml --from 2026-11-01
    """


@app.command()
def check(
    number: Annotated[str, typer.Option(help="Who would be called, in any form. Written to the audit log.")],
    scene: Annotated[str, typer.Option(help="What for: a scene of dialplans/scenes/.")],
    person: Annotated[str, typer.Option(help="Their key at the site, where it is known.")] = "",
    account: Annotated[str, typer.Option(help="The contract or debt that it is about.")] = "",
    at: Annotated[str, typer.Option(help="When, in the house's zone: '2026-11-23 10:00'; unless given, now.")] = "",
    caller_id: Annotated[str, typer.Option(help="The number that would be shown.")] = "",
    campaign: Annotated[str, typer.Option(help="The campaign that asks.")] = "",
    origin: Annotated[str, typer.Option(help="Who asks: campaign, agent, callback …")] = "check",
    attribute: Annotated[
        list[str] | None, typer.Option("--attribute", help="tier=gold: what the asker says besides; more than once.")
    ] = None,
    draft: Annotated[
        bool, typer.Option("--draft", help="By the folder as it is, every scene approved; not as it was published.")
    ] = False,
    site: SiteOption = Path(),
    json: JsonOption = False,
) -> None:
    """Ask the gate, and see why: rules, clauses, counters, until when. Nothing is reserved, nobody is called.

    Exits with 0 for allow, 1 for deny, 3 for defer.

    Examples:

      hotline govern check --number 13800138000 --scene spring_offer

      hotline govern check --number 13800138000 --scene spring_offer --at '2026-11-23 21:30' --json | jq .reasons

      hotline govern check --number +12125550123 --scene recall --draft
    """
    opened = open_site(site)
    with told():
        asked_at = instant(at, opened.zone) if at else None
        gate = local_gate(opened, draft=draft, at=asked_at)
        now = gate.in_force
        if scene not in now.book.scenes:
            raise BadInput(f"there is no scene {scene}{nearest_hint(scene, now.book.scenes)}")
        if origin not in get_args(Origin):
            known = ", ".join(get_args(Origin))
            raise BadInput(f"no origin {origin}{nearest_hint(origin, get_args(Origin))}; there are {known}")
        question = msgspec.convert(
            {
                "scene": scene,
                "number": _number(number, now.region),
                "origin": origin,
                "person": person,
                "account": account,
                "campaign": campaign,
                "caller_id": _number(caller_id, now.region) if caller_id else "",
                "attributes": _attributes(attribute or ()),
            },
            Question,
        )
        audit.note(opened.state, "gate asked", f"{question.number} for {scene}")
        answer = asyncio.run(gate.check(question, asked_at))
    if json:
        print_json(words.answer_as_data(answer, now.zone, gate.counts))
    else:
        for word, line in words.told(answer, now.zone, gate.counts):
            out.print(f"{word:>12}  {line}", markup=False, soft_wrap=True)
    raise typer.Exit(_EXIT[answer.decision.verdict])


@app.command()
def scenes(
    names: Annotated[list[str] | None, typer.Argument(help="Scenes; `*` stands for anything. Default: all.")] = None,
    refused: Annotated[bool, typer.Option("--refused", help="Only those that may not call.")] = False,
    site: SiteOption = Path(),
    json: JsonOption = False,
) -> None:
    """The scenes that are published: what for, by which way, and whether they are approved as they are.

    Examples:

      hotline govern scenes --site /srv/hotline

      hotline govern scenes --refused --json | jq -r '.[].scene'
    """
    opened = open_site(site)
    with told():
        now = approving.in_force(opened)
        if now.governed is None:
            raise BadInput(now.trouble)
        wanted = approving.chosen(now, names) if names else list(now.book.scenes)
    shown = [one for one in approving.shown(now) if one.scene in wanted and not (refused and one.may_call)]
    empty = "every scene may call" if refused else "no scenes: dialplans/scenes/ has none, or they are not published"
    _print_scenes(shown, opened.zone, json, empty)


@app.command()
def approve(
    scenes: ScenesArgument,
    reason: ReasonOption,
    approver: AsOption = "",
    begins: BeginsOption = "",
    ends: EndsOption = "",
    site: SiteOption = Path(),
    json: JsonOption = False,
) -> None:
    """Approve scenes as they are published: script, list, hours, caller ids, rules. Whoever wrote them cannot.

    A scene that changes afterwards, or whose rules do, is not approved any more.

    Examples:

      hotline govern approve spring_offer --as wang.fang --reason "reviewed, minutes of 23 November"

      hotline govern approve 'remind_*' --as wang.fang --reason "policy 2026-11" --until 2027-06-30
    """
    opened = open_site(site)
    with told():
        shown = approving.approve(
            opened,
            scenes,
            approver or getpass.getuser(),
            reason,
            instant(begins, opened.zone) if begins else None,
            instant(ends, opened.zone, end=True) if ends else None,
        )
    _print_scenes(shown, opened.zone, json, "")


@app.command()
def withdraw(
    scenes: ScenesArgument,
    reason: ReasonOption,
    by: AsOption = "",
    site: SiteOption = Path(),
    json: JsonOption = False,
) -> None:
    """Withdraw the approvals of scenes: within a second they call nobody any more. Anybody may.

    Example:

      hotline govern withdraw spring_offer --as zhao.min --reason "complaint 4711"
    """
    opened = open_site(site)
    with told():
        shown = approving.withdraw(opened, scenes, by or getpass.getuser(), reason)
    _print_scenes(shown, opened.zone, json, "")


def _number(text: str, region: str) -> str:
    try:
        return read_number(text, region)
    except ValueError as error:
        raise BadInput(str(error)) from error


def _attributes(given: Sequence[str]) -> dict[str, str]:
    found = {}
    for one in given:
        name, sign, value = one.partition("=")
        if not sign or not name:
            raise BadInput(f"--attribute {one}: NAME=VALUE is wanted, such as tier=gold")
        found[name] = value
    return found


def _print_scenes(shown: list[ShownScene], zone: tzinfo, json: bool, empty: str) -> None:
    if json:
        print_json([approving.as_data(one) for one in shown])
        return
    print_table(
        ("scene", "category", "channel", "version", "approved by", "until", "may call", "owner"),
        [
            (
                one.scene,
                one.settings.category,
                one.settings.channel,
                one.version,
                ", ".join(one.standing.approvers),
                when(one.standing.until, zone),
                one.standing.refused or "yes",
                one.settings.owner,
            )
            for one in shown
        ],
        empty,
    )
    if shown:
        may = sum(one.may_call for one in shown)
        out.print(f"{counted(len(shown), 'scene')}, {may} of them may call", style="dim")
