"""Settings of a scene, as dialplans/scenes/*.yaml has them once its templates are filled in."""

from typing import Annotated, Literal

import msgspec

from dialer.governor.questions import Category, Channel

Allowable = Literal["premium", "shared_cost", "personal", "pager", "satellite", "short", "own"]
"""Kinds of numbers that are refused unless a scene allows them."""
MACHINES: tuple[Channel, ...] = ("ai", "ivr")
"""Channels in which a flow or another system speaks, and no person."""


class Ring(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How long the callee's phone rings: durations such as `30 s`."""

    longest: str = ""
    least: str = ""


class Retry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Further tries of one contact. Each is asked of the governor again, whatever stands here."""

    tries: Annotated[int, msgspec.Meta(ge=1, le=100)] = 1
    """The most, the first one included, over all numbers of the person."""
    after: str = ""
    """The shortest time from one to the next, such as `4 h`."""
    by_result: dict[str, str] = {}
    """By the result of the last one: another time, or `never`."""


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One scene."""

    category: Category
    channel: Channel
    product: str = ""
    department: str = ""
    group: str = ""
    """What rules cover by `group`, and count calls within; empty: the department."""
    script: str = ""
    """A flow where a machine speaks, else a phrase of prompts/ that the agent reads from."""
    script_elsewhere: str = ""
    """The name and version of a script that another system keeps."""
    list: str = ""
    """The list of contacts."""
    hours: str = ""
    """An entry of hours.yaml: calls are made inside it, by the callee's clock, and inside those of the policies."""
    caller_ids: tuple[str, ...] = ()
    """Pools of the policies, or numbers; none: what the rules allow."""
    notice: str = ""
    """The phrase of prompts/ that is said first."""
    record: Literal["", "always", "never"] = ""
    human_only: bool = False
    ring: Ring = Ring()
    retry: Retry = Retry()
    attributes: dict[str, str] = {}
    """What conditions of rules may name."""
    allows: tuple[Allowable, ...] = ()
    owner: str = ""
    """Who answers for it; they do not approve it themselves."""
    author: str = ""
    """Who has written it, where that is not the user who publishes it."""
    starts: str = ""
    """The first day, or instant, at which it may call, in the house's zone."""
    ends: str = ""
    """The end: the first day, or instant, at which it may call no more."""
    about: str = ""


WORDS: tuple[str, ...] = Settings.__struct_fields__
LISTS = frozenset({"caller_ids", "allows"})
"""Words with a list; one value alone is a list of it."""
MAPPINGS = frozenset({"ring", "retry", "attributes"})
"""Words with a mapping: of these a scene changes single entries of its template."""
NOT_IN_A_VERSION = frozenset({"about", "owner", "author"})
"""Words that change nothing of the calls: with other ones it is the same version still."""
