"""hotline govern compare: other systems' calls in shadow and enforced, and by the rules of today."""

import time
from pathlib import Path
from typing import Annotated, Any

import typer

from calls.errors import BadInput
from dialer.scenes.governing import on_trial
from hotline.cli.common import JsonOption, SiteOption, open_site, print_json, print_table, told
from hotline.governing.local import site_subjects
from hotline.governing.past_calls import LedgerCalls
from hotline.governing.policies import compiled_ruling
from hotline.governing.replay import replay
from hotline.ledger.opening import Place
from hotline.ledger.searching import Reader
from hotline.other_systems.comparing import Compared, Comparing
from hotline.site.instants import between
from hotline.site.site import Site
from hotline.versions.store import Versions

_HOUSE = "this house"


def compare(
    begin: Annotated[str, typer.Option("--from", help="The first day or instant, in the house's zone.")] = "",
    end: Annotated[str, typer.Option("--to", help="The last day, or the instant at which it ends; default: now.")] = "",
    source: Annotated[list[str] | None, typer.Option("--source", help="Only this one; more than once.")] = None,
    site: SiteOption = Path(),
    json: JsonOption = False,
) -> None:
    """Compare sources over the calls of the ledger: dialled against what the gate said (in shadow), refused (enforced),
    dialled without asking; and what the rules of today say of all of them.

    Examples:

      hotline govern compare --from 2026-11-01 --to 2026-11-30

      hotline govern compare --from 2026-11-01 --source old_dialer --json | jq '.[0].rules_today'
    """
    opened = open_site(site)
    with told():
        if not begin:
            raise BadInput("say from when: --from 2026-11-01")
        given = between(begin, end or None, opened.zone)
        first, last = given[0] or 0.0, given[1] or time.time()
        modes = _modes(opened)
        found = _compared(opened, first, last).result(source)
    if json:
        print_json([_as_data(one, modes) for one in found])
        return
    print_table(
        (
            "source",
            "mode",
            "calls",
            "allowed",
            "against, dialled",
            "refused",
            "nobody asked",
            "against today",
            "most by",
        ),
        [
            (
                *(one.source or _HOUSE, modes.get(one.source, ""), one.calls, one.allowed, one.against, one.refused),
                *(one.unasked, one.against_today),
                ", ".join(f"{rule} {count}" for rule, count in one.rules_today.most_common(2)),
            )
            for one in found
        ],
        "no outgoing call in this time",
    )


def _compared(site: Site, first: float, last: float) -> Comparing:
    versions = Versions(site.versions)
    version = versions.current()
    if version is None:
        raise BadInput(f"nothing is published yet: hotline publish --site {site.folder}")
    book, program = versions.book(version), versions.program(version)
    policy = on_trial(compiled_ruling(site, book), book)
    reader, comparing = Reader(Place.of(site)), Comparing()
    for row in reader.in_order(first, last):
        comparing.called(row)
    for row in reader.refusals_in_order(first, last):
        comparing.refused(row)
    calls = LedgerCalls(reader)
    subjects = site_subjects(site, program.region, [number for number in program.entries if number != "default"])
    earlier = calls.between(first - policy.history_s, first)
    replay(policy, policy, earlier, calls.between(first, last), subjects, as_made=True, each=comparing.judged)
    return comparing


def _modes(site: Site) -> dict[str, str]:
    gate = site.settings.gate
    return {
        **{name: one.mode for name, one in site.settings.sources.items()},
        **{name: one.mode for name, one in (gate.sources if gate is not None else {}).items()},
    }


def _as_data(one: Compared, modes: dict[str, str]) -> dict[str, Any]:
    return {
        "source": one.source,
        "mode": modes.get(one.source),
        "calls": one.calls,
        "allowed": one.allowed,
        "against_dialled": one.against,
        "refused": one.refused,
        "unasked": one.unasked,
        "against_today": one.against_today,
        "rules_in_shadow": dict(one.rules_in_shadow.most_common()),
        "rules_enforced": dict(one.rules_enforced.most_common()),
        "rules_today": dict(one.rules_today.most_common()),
    }
