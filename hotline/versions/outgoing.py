"""Agents' calls to numbers outside: dialplans/outgoing.yaml, read and checked."""

from collections.abc import Collection

import msgspec

from calls.number_kinds import COUNTRIES
from calls.numbers import e164
from control.rules.outgoing_rules import OutgoingRules
from dsl.records import decoding_problem
from dsl.tree import Node, Problem

OUTGOING = "dialplans/outgoing.yaml"


def read_outgoing(root: Node | None, region: str, trunks: Collection[str], problems: list[Problem]) -> OutgoingRules:
    """The rules; without the file, agents call colleagues and nobody outside. What is wrong goes to `problems`.

    `region` is the site's, `trunks` are the names of those that trunks.yaml has.
    """
    if root is None or root.value is None:
        return OutgoingRules()
    try:
        rules = msgspec.convert(root.plain(), OutgoingRules)
    except msgspec.ValidationError as error:
        found = decoding_problem(error, OutgoingRules, ())
        hint = f"; did you mean {found.suggestion}?" if found.suggestion else ""
        problems.append(_problem(root.find(found.path), found.message + hint))
        return OutgoingRules()
    for number, country in enumerate(rules.countries):
        if country not in COUNTRIES:
            code = country[:2].upper()
            hint = f"; did you mean {code}?" if code in COUNTRIES else "; ISO 3166 has two letters for each"
            problems.append(_problem(root.find(("countries", number)), f"there is no country {country}{hint}"))
    if rules.caller_id and not e164(rules.caller_id, region).lstrip("+").isdigit():
        problems.append(_problem(root.find(("caller_id",)), f"{rules.caller_id!r} is no number"))
    if rules.kinds and not trunks:
        message = "agents may call outside, and no trunk of dialplans/trunks.yaml can carry it"
        problems.append(_problem(root.find(("kinds",)), message, warning=True))
    return rules


def _problem(node: Node, message: str, *, warning: bool = False) -> Problem:
    return Problem(node.key_mark or node.mark, "outgoing", message, warning)
