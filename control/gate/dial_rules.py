"""The rules of what the house may dial: asked before every number that somebody else than an admin has chosen."""

from collections.abc import Collection

from calls.number_kinds import country_and_kinds, is_emergency
from control.hub.ports import Directory


def number_refusal(
    directory: Directory, version: str, number: str, kinds: Collection[str], countries: Collection[str]
) -> str:
    """The reason why this number (E.164) is never called, whoever asks for it; empty when it may be.

    `countries`: ISO 3166; empty for the site's own.
    """
    if directory.is_own(version, number):
        return "a number of the house itself"
    country, found = country_and_kinds(number)
    if not set(found) & set(kinds):
        return f"numbers of the kind {' or '.join(found)} are not called"
    if country not in (countries or (directory.region(version),)) and found != ("short",):
        return f"numbers of {country or 'no known country'} are not called"
    return ""


def outgoing_refusal(directory: Directory, version: str, number: str) -> str:
    """The reason why an agent may not call this number (E.164) by themselves; empty when they may.

    Emergency numbers always may be called: a rule for money is none for lives.
    """
    rules = directory.outgoing(version)
    if is_emergency(number, directory.region(version)):
        return ""
    return number_refusal(directory, version, number, rules.kinds, rules.countries)
