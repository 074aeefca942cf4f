"""Overrides as screens, the HTTP interface and the bus show them."""

from typing import Any

from calls.overrides import Override


def shown(override: Override) -> dict[str, Any]:
    """One override in plain data; instants are UTC epoch seconds. `detail` says what the target does not."""
    return {
        "number": override.number,
        "kind": override.kind,
        "target": override.target,
        "author": override.author,
        "reason": override.reason,
        "set_at": override.set_at,
        "ends_at": override.ends_at,
        "detail": detail(override),
    }


def detail(override: Override) -> dict[str, Any]:
    """The words of an announcement by language, and whether one was spoken by phone; spans of hours as people write
    them."""
    match override.kind:
        case "announcement":
            return {"texts": override.texts, "recorded": override.recording != ""}
        case "hours":
            return {"hours": written(override.spans)}
        case _:
            return {}


def written(spans: tuple[tuple[int, int], ...]) -> str:
    """`09:00-12:00, 13:00-18:00`, or `closed`."""
    return ", ".join(f"{_clock(first)}-{_clock(last)}" for first, last in spans) or "closed"


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
