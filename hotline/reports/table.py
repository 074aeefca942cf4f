"""A table of a report: the same for the page, CSV and spreadsheets. Cells are plain values, not yet in words."""

from typing import Literal

import msgspec

Form = Literal["text", "count", "rate", "index", "duration"]

Cell = str | int | float | None


class Table(msgspec.Struct, frozen=True):
    """Rows under columns; each column has its form. `total`: the first row is of all."""

    name: str
    title: str
    columns: list[tuple[str, Form]]
    rows: list[list[Cell]]
    total: bool = False


class Names(msgspec.Struct, frozen=True):
    """Names for people, by what figures call them."""

    queues: dict[str, str] = {}
    agents: dict[str, str] = {}
    departments: dict[str, str] = {}
    grades: dict[str, str] = {}
