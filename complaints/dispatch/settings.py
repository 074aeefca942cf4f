"""The records of dispatch.yaml."""

from typing import Annotated, Literal

import msgspec

from dsl.tree import NAME

Name = Annotated[str, msgspec.Meta(pattern=NAME)]
LEAD = "lead"
"""The word of a ladder for the lead of the department that has the case."""


class Department(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Who works on cases together. `hours`: an entry of hours.yaml; none: round the clock."""

    title: str
    people: tuple[str, ...] = ()
    lead: str = ""
    hours: str = ""
    most: Annotated[int, msgspec.Meta(ge=0)] = 0
    """Open cases that each of its people may have; 0: no limit. Beyond it the department is full."""
    assign: bool = False
    """Each case goes to the one of its people who has the fewest; else whoever is free takes it."""


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A row of the table. A column that is left out fits everything, one with words what is among them."""

    department: Name
    subject: tuple[str, ...] = ()
    product: tuple[str, ...] = ()
    region: tuple[str, ...] = ()
    level: tuple[str, ...] = ()
    channel: tuple[str, ...] = ()
    otherwise: tuple[Name, ...] = ()
    """Departments in the place of one that is closed or full, in this order."""


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A step of a ladder: so long after the dispatch it goes to a department, or is told to a person or `lead`."""

    after_min: Annotated[float, msgspec.Meta(gt=0)]
    to: str = ""
    tell: tuple[str, ...] = ()
    until: Literal["taken", "first_feedback"] = "taken"
    """What makes the step needless."""


class Dispatch(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """All of dispatch.yaml. `ladders` are by grade."""

    departments: dict[Name, Department]
    table: tuple[Row, ...] = ()
    ladders: dict[Name, tuple[Step, ...]] = {}
