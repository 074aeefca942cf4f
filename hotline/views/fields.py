"""The fields of a queue step, as the agent's screen shows them: what the flow knows of a caller who waits or talks.

A `secret` collect never gets here: the flow does not know it, and the lint refuses a field that names one.
"""

import functools
import re

from calls.numbers import masked, masked_within
from control.register.call import Call

SHOWN = frozenset({"waiting", "offered", "talking"})
"""Places of a call in which an agent's screen has, or may soon have, what is known of it."""
_NO_DIGIT = re.compile(r"[^0-9]")
_SHORTEST = 7  # digits: anything shorter is no subscriber's number
_REMEMBERED = 4_096  # values: all calls are shown anew some times a second


def shown_fields(call: Call, region: str) -> dict[str, str]:
    """The fields by name while the call waits, is offered or talks; else none.

    Telephone numbers as dialled in `region` (ISO 3166) are masked wherever they stand in a value, and the caller's own
    number in any form.
    """
    if call.place not in SHOWN:
        return {}
    return {name: shown_value(value, call.caller, region) for name, value in call.fields.items()}


@functools.lru_cache(_REMEMBERED)
def shown_value(value: str, caller: str, region: str) -> str:
    """One field of a call by `caller`, with the numbers in it masked."""
    digits = _NO_DIGIT.sub("", value).lstrip("0")
    if caller and (value == caller or (len(digits) >= _SHORTEST and caller.endswith(digits))):
        return masked(value)
    return masked_within(value, region)
