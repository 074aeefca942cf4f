"""Values of flows as text: for an agent's screen, an address, a log."""

from typing import Any

import msgspec


def as_text(value: Any) -> str:
    """Text of a JSON value as people write it: 5 and not 5.0, true and not True; a list or map as JSON."""
    match value:
        case str():
            return value
        case float() if value.is_integer() and abs(value) < 2**53:
            return str(int(value))
    return msgspec.json.encode(value).decode()
