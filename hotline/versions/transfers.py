"""Transfers by agents: dialplans/transfers.yaml, read and checked."""

from collections.abc import Collection, Iterator

import msgspec

from calls.number_kinds import COUNTRIES
from calls.numbers import e164
from control.rules.transfer_rules import Code, TransferRules
from dsl.records import decoding_problem
from dsl.spelling import nearest_hint
from dsl.tree import Mark, Node, Problem

TRANSFERS = "dialplans/transfers.yaml"


def read_transfers(
    root: Node | None,
    region: str,
    queues: Collection[str],
    flows: Collection[str],
    accounts: Collection[str],
    problems: list[Problem],
) -> TransferRules:
    """The rules, the defaults without a file. What is wrong goes to `problems`.

    `region` is the site's; `accounts` are those of agents' phones, which nothing may hide.
    """
    if root is None or root.value is None:
        return TransferRules()
    plain = root.plain()
    if isinstance(plain, dict):
        plain.pop("about", None)
    try:
        rules = msgspec.convert(plain, TransferRules)
    except msgspec.ValidationError as error:
        found = decoding_problem(error, TransferRules, ())
        at = root.find(found.path)
        hint = f"; did you mean {found.suggestion}?" if found.suggestion else ""
        problems.append(Problem(at.key_mark or at.mark, "transfer", found.message + hint))
        return TransferRules()
    for name, code in rules.codes.items():
        node = root.find(("codes", name))
        mark = node.key_mark or node.mark
        problems += [Problem(mark, "transfer", wrong) for wrong in _wrong(name, code, region, queues, flows, accounts)]
    for country in rules.countries:
        if country not in COUNTRIES:
            node = root.find(("countries",))
            wrong = f"{country!r} is no country: two letters of ISO 3166, as CN{nearest_hint(country, COUNTRIES)}"
            problems.append(Problem(node.key_mark or node.mark, "transfer", wrong))
    return rules


def skills_of(root: Node | None, rules: TransferRules) -> Iterator[tuple[str, Mark]]:
    """The skills that codes ask of queues, each with the place of its code."""
    for name, code in rules.codes.items():
        if root is not None:
            node = root.find(("codes", name))
            yield from ((skill, node.key_mark or node.mark) for skill in code.skills)


def _wrong(
    name: str, code: Code, region: str, queues: Collection[str], flows: Collection[str], accounts: Collection[str]
) -> Iterator[str]:
    if not name.isascii() or not name.isdigit():
        yield f"{name!r} is no code: digits, as they are keyed between *2 and #"
    elif name in accounts:
        yield f"{name} is the account of an agent's phone, who could not be reached by it any more"
    if sum(map(bool, (code.queue, code.flow, code.number))) != 1:
        yield f"code {name}: one of `queue`, `flow`, `number` is wanted"
        return
    if code.queue and code.queue not in queues:
        yield f"no queue {code.queue}{nearest_hint(code.queue, queues)}"
    if code.flow and code.flow not in flows:
        yield f"no flow {code.flow}{nearest_hint(code.flow, flows)}"
    if code.skills and not code.queue:
        yield f"code {name}: skills are asked of a queue"
    if code.number and not e164(code.number, region).lstrip("+").isdigit():
        yield f"{code.number!r} is no number"
