"""The records of reports.yaml: how figures are counted, and rules that turn them into suggestions."""

from typing import Annotated, Literal

import msgspec

from dsl.tree import NAME
from reporting.satisfaction import SatisfactionSettings

Scope = Literal["house", "queue", "agent", "clock", "department", "scene"]
Name = Annotated[str, msgspec.Meta(pattern=NAME)]


class FigureSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How figures are counted. `in_time_s`: the threshold of the service level; left out, that of hotline.yaml."""

    in_time_s: Annotated[float, msgspec.Meta(gt=0)] | None = None
    repeat_days: Annotated[float, msgspec.Meta(gt=0, le=60)] = 7.0
    """The window of repeat calls and of first-contact resolution."""
    satisfaction: SatisfactionSettings = SatisfactionSettings()


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A suggestion for each part of a report in which `when` holds. `suggest` is by language."""

    name: Name
    of: Scope
    when: str
    suggest: dict[str, str]
    least: Annotated[int, msgspec.Meta(ge=0)] = 20
    """With fewer (callers, talks, cases, calls: by `of`) nothing is suggested."""


class ReportRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """All of reports.yaml."""

    figures: FigureSettings = FigureSettings()
    suggestions: tuple[Rule, ...] = ()
