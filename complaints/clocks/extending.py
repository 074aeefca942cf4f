"""More time for a clock, before it is written down: whether it would count, and what is asked for is what is given.

An extension that does not count would stand in the log all the same, and whoever asked for it would believe in it.
"""

from collections.abc import Sequence

from complaints.audit import Entry
from complaints.clocks.amounts import amount, in_words
from complaints.clocks.book import ClockBook
from complaints.clocks.clock import Clock
from complaints.clocks.rounds import Round, next_extension, why_not_extended
from complaints.clocks.state import read_at
from dsl.spelling import nearest_hint


def why_not(book: ClockBook, log: Sequence[Entry], wanted: Entry) -> str:
    """Why `wanted`, an entry of kind `extended` that is to follow `log`, would give no more time, or other than it asks
    for; empty: it gives what it says. A book without clocks says nothing."""
    if not book.clocks:
        return ""
    name = str(wanted.fields.get("clock", ""))
    clock = book.clocks.get(name)
    if clock is None:
        can = [one.name for one in book.clocks.values() if one.extensions]
        return (
            f"there is no clock {name[:40]}{nearest_hint(name, book.clocks)}; more time have {', '.join(can) or 'none'}"
        )
    rounds = read_at(clock, log, book.laid_out(), wanted.at, max([wanted.at, *(entry.known_from for entry in log)]))
    if not rounds or rounds[-1].finished_at is not None or rounds[-1].limit is None:
        return f"{name} does not run in this case"
    return why_not_extended(clock, rounds[-1], wanted) or _other_time(clock, rounds[-1], wanted)


def _other_time(clock: Clock, current: Round, wanted: Entry) -> str:
    """What its words ask for, where the next step of the clock is another."""
    step, in_days = next_extension(clock, current), clock.in_days
    assert step is not None  # else it could not be extended at all
    before = max(current.target or 0.0, current.extended_to)
    for field, gives in (("to", step.to), ("by", step.to - before)):
        if not (text := str(wanted.fields.get(field, ""))):
            continue
        try:
            asked = amount(text, in_days=in_days)
        except ValueError as error:
            return f"{field}: {error}"
        if asked != gives:
            told = in_words(gives, in_days=in_days)
            return f"{field}: the next step of {clock.name} is {field} {told}, not {text}; clocks.yaml says so"
    return ""
