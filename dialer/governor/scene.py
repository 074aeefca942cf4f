"""Scenes as the governor sees them: what a call is for, and what was approved. `dialer.scenes` makes them of the
files."""

import msgspec

from dialer.governor.questions import Category, Channel


class Scene(msgspec.Struct, frozen=True, kw_only=True):
    """One scene that a question may name."""

    name: str
    category: Category
    channel: Channel
    product: str = ""
    group: str = ""
    """A department, a brand, a debt portfolio: rules may cover a group, and count calls within it."""
    attributes: dict[str, str] = {}
    allows: tuple[str, ...] = ()
    """Kinds of numbers that are refused otherwise: `premium`, `shared_cost`, `satellite`, `short`, `own`, `pager`,
    `personal`."""
    caller_ids: tuple[str, ...] = ()
    """The numbers that it was approved to show, E.164; empty: those that the rules allow."""
    version: str = ""
    """The approved version, which decisions carry."""
    refused: str = ""
    """Why it may not call at all: not approved, changed since, withdrawn; in words. Empty: it may."""
    approved_from: float | None = None
    approved_until: float | None = None
    """The end of the approval, not included. UTC epoch seconds."""
