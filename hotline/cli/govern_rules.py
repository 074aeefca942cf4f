"""hotline govern rules: what decides on outgoing calls now, rule by rule."""

from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from hotline.cli.common import JsonOption, SiteOption, open_site, print_json, print_table, told, when
from hotline.governing.approving import in_force
from hotline.governing.shown_rules import shown_rules


def rules(
    scene: Annotated[str, typer.Option(help="Only those that can apply to the calls of this scene.")] = "",
    site: SiteOption = Path(),
    json: JsonOption = False,
) -> None:
    """The rules and exceptions that decide now, those of scenes among them, with the clause that each cites.

    Examples:

      hotline govern rules --site /srv/hotline

      hotline govern rules --scene spring_offer --json | jq -r '.rules[] | [.rule, .says, .clause] | @tsv'
    """
    opened = open_site(site)
    with told():
        found = shown_rules(in_force(opened), scene)
    if json:
        print_json(msgspec.to_builtins(found))
        return
    print_table(
        ("rule", "layer", "for", "says", "cites", "locked"),
        [
            (
                *(one.rule, one.layer, "; ".join(_flat(covers) for covers in one.covers)),
                f"{one.family}: {one.says}" if one.says else _flat(one.obliges) or one.family,
                *(one.clause, "yes" if one.locked else ""),
            )
            for one in found.rules
        ],
        "no rule is in force",
    )
    if found.exceptions:
        print_table(
            ("exception", "spares", "for", "until", "author", "reason"),
            [
                (
                    *(one.exception, ", ".join(one.rules), "; ".join(_flat(covers) for covers in one.covers)),
                    *(when(one.until, opened.zone), one.author, one.reason),
                )
                for one in found.exceptions
            ],
            "",
        )


def _flat(words: dict[str, Any]) -> str:
    return ", ".join(
        f"{word.replace('_', ' ')} {'|'.join(map(str, value)) if isinstance(value, list | tuple) else value}"
        for word, value in words.items()
    )
