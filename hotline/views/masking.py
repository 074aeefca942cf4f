"""Rows of the store as people see them who need not know numbers: one function for each kind of row."""

from collections.abc import Mapping
from typing import Any

from calls.numbers import masked, masked_within

Row = Mapping[str, Any]

_OUTSIDE = ("caller", "transfer", "outside", "consulted", "contact")
"""Roles of legs whose party is somebody's number. Accounts of the house's own phones are no secret."""


def parties(direction: str, caller: str, called: str) -> tuple[str, str]:
    """Caller and called of a call as they are shown: of one that an agent makes, the number outside is the called."""
    match direction:
        case "out":
            return masked(caller) if is_contact(direction, caller) else caller, masked(called)
        case "internal":
            return caller, called
        case _:
            return masked(caller), called


def is_contact(direction: str, caller: str) -> bool:
    """Whether a call is a campaign's: its caller is the person who was called. An agent who calls is an account."""
    return direction == "out" and caller.startswith("+")


def from_to(direction: str, caller: str, called: str) -> str:
    """Who called whom, of a call that did not come in: the caller id and the person, of a campaign's."""
    if is_contact(direction, caller):
        return f"{called} → {caller}" if called else f"→ {caller}"
    return f"{caller} → {called}"


def call_row(row: Row) -> dict[str, Any]:
    """A row of `calls`."""
    caller, called = parties(row.get("direction", "in"), row["caller"], row["called"])
    return {**row, "caller": caller, "called": called}


def leg_row(row: Row) -> dict[str, Any]:
    """A row of `legs` or `talks`."""
    outside = row["role"] in _OUTSIDE or (row["role"] == "dialled" and row["party"].startswith("tel:"))
    return {**row, "party": masked(row["party"])} if outside else dict(row)


def transfer_row(row: Row, region: str) -> dict[str, Any]:
    """A row of `transfers`."""
    match row["kind"]:
        case "number":
            target = masked(row["target"])
        case "none":
            target = masked_within(row["target"], region)
        case _:
            target = row["target"]
    said = {"detail": masked_within(row["detail"], region), "consulted": bool(row["consulted"])}
    return {**row, "target": target, **said}


def disposition_row(row: Row, region: str) -> dict[str, Any]:
    """A row of `talk_dispositions`."""
    return {**row, "note": masked_within(row["note"], region)}


def decline_row(row: Row, region: str) -> dict[str, Any]:
    """A row of `declines`."""
    return {**row, "reason": masked_within(row["reason"], region)}


def step_row(row: Row, region: str) -> dict[str, Any]:
    """A row of `steps`: keys that were a number, and an outcome that names one, as dialled in `region` (ISO 3166)."""
    return {**row, "keys": masked_within(row["keys"]), "outcome": masked_within(row["outcome"], region)}


def case_row(row: Row, region: str) -> dict[str, Any]:
    """A row of `cases`, its fields included."""
    fields = {name: masked_value(value, region) for name, value in row["fields"].items()}
    return {**row, "caller": masked(row["caller"]), "fields": fields}


def callback_row(row: Row, region: str) -> dict[str, Any]:
    """A row of `callbacks`."""
    return {**row, "number": masked(row["number"]), "detail": masked_within(row["detail"], region)}


def masked_value(value: Any, region: str) -> Any:
    """A value of any kind, with the telephone numbers in its texts masked; a number that was kept as a figure too."""
    match value:
        case str():
            return masked_within(value, region)
        case int() if not isinstance(value, bool):
            shown = masked_within(str(value), region)
            return value if shown == str(value) else shown
        case list() | tuple():
            return [masked_value(one, region) for one in value]
        case dict():
            return {name: masked_value(one, region) for name, one in value.items()}
        case _:
            return value
