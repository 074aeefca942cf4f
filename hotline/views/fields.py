"""The fields of a queue step, as the agent's screen shows them: what the flow knows of a caller who waits or talks.

A `secret` collect never gets here: the flow does not know it, and the lint refuses a field that names one.
"""

import re

from calls.numbers import masked
from control.register import Call

_SHOWN = frozenset({"waiting", "offered", "talking"})
_E164 = re.compile(r"\+[0-9]{7,15}")
_NO_DIGIT = re.compile(r"[^0-9]")
_SHORTEST = 7  # digits: anything shorter is no subscriber's number


def shown_fields(call: Call) -> dict[str, str]:
    """The fields by name while the call waits, is offered or talks; else none.

    E.164 numbers are masked wherever they stand in a value, and the caller's own number in any form.
    """
    if call.place not in _SHOWN:
        return {}
    return {name: _shown(value, call.caller) for name, value in call.fields.items()}


def _shown(value: str, caller: str) -> str:
    digits = _NO_DIGIT.sub("", value).lstrip("0")
    if caller and (value == caller or (len(digits) >= _SHORTEST and caller.endswith(digits))):
        return masked(value)
    return _E164.sub(lambda number: masked(number[0]), value)
