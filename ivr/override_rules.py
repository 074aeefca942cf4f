"""Rules of overrides that a version brings: where callers of closed lines go, and how the spoken menu is reached."""

import msgspec


class OverrideRules(msgspec.Struct, frozen=True, array_like=True):
    """What overrides.yaml says: the flow for callers of a closed line (empty: `closed_today` and the end), for some
    lines another one, and the star code and the number that lead to the menu of overrides (each empty for none)."""

    closed: str = ""
    lines: dict[str, str] = {}
    code: str = ""
    number: str = ""
