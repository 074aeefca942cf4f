"""Questions to the governor, and what is known of the person who would be called.

A question is what somebody wishes: this scene, this number. A subject is what the house knows of the callee before it
looks at past calls; those are `dialer.governor.history`. All instants are UTC epoch seconds.
"""

from typing import Literal

import msgspec

Category = Literal["marketing", "survey", "service", "risk", "collection"]
Channel = Literal["human", "ai", "ivr", "callback", "follow_up"]
Origin = Literal["campaign", "agent", "callback", "follow_up", "transfer", "check", "gate", "import"]
"""Who asks: a campaign of ours, an agent who clicks or dials, a callback, a follow-up, a transfer to outside, another
system by HTTP, another system's trunk behind the SIP gate, another system's call records."""


class Question(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """May this call be placed?"""

    scene: str
    """The name of the scene; a question without one is denied."""
    number: str
    """E.164, or a short code, as `calls.numbers.e164` left it; what is no number is denied by the family `validity`."""
    origin: Origin
    source: str = ""
    """The system that asks: empty for this house, else the name that `sources` of the policy gives it."""
    person: str = ""
    """The key of the person at the site; empty where it is not known: then the number stands for the person."""
    account: str = ""
    """The key of the contract or debt that the call is about."""
    campaign: str = ""
    agent: str = ""
    caller_id: str = ""
    """The number that would be shown, E.164; empty: the gate chooses one of the scene's pool."""
    attributes: dict[str, str] = {}
    """What the asker says besides: the customer's tier, a product, a branch; conditions of rules may name them."""


class Listed(msgspec.Struct, frozen=True):
    """One entry of a list that the callee is on."""

    list: str
    """Its name: `do_not_call`, `complained`, `vulnerable`, `vip`, `white`, `invalid`, `partner_x` …"""
    scope: str = ""
    """Empty for the whole group, else `campaign:NAME`, `scene:NAME`, `category:NAME` or `prefix:+86170`."""
    source: str = ""
    reason: str = ""
    since: float = 0.0
    until: float | None = None
    """The end, not included; None: until somebody takes it off."""
    sure: bool = True
    """False: it is of somebody who may not be the callee. It counts where it restricts, and spares from nothing."""
    of: Literal["number", "person", "account"] = "number"
    """What is on the list: a number, which says nothing of other numbers of its holder; or the person, or a contract of
    theirs."""


class Consent(msgspec.Struct, frozen=True):
    """The last word of a person on calls for one purpose."""

    purpose: str
    """A category, or the name of a scene."""
    given: bool
    """False: refused or withdrawn."""
    at: float
    evidence: str = ""
    """Where it can be heard or read: a call, a document."""
    until: float | None = None
    channel: Channel | Literal[""] = ""
    """The word is about calls by this way only; empty: by any."""

    def is_about(self, channel: Channel) -> bool:
        """Whether it says anything of calls by this way."""
        return not self.channel or self.channel == channel


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of the callee. Nothing is guessed: what is not known is empty, and a rule that needs it denies."""

    number: str
    country: str = ""
    """ISO 3166; empty for short codes and for what is no number."""
    kinds: tuple[str, ...] = ()
    """As `calls.number_kinds.country_and_kinds` gives them."""
    zones: tuple[str, ...] = ()
    """IANA zones that the number may be in, all of them; empty: not known."""
    region: str = ""
    """A part of the country (ISO 3166-2) where the site knows it."""
    lists: tuple[Listed, ...] = ()
    consents: tuple[Consent, ...] = ()
    exceptions: tuple[str, ...] = ()
    """The names of exceptions in force for this person, number or account."""
    exceptions_until: dict[str, float] = {}
    """Ends of those that end before the policy's exception does; not included."""
    person: str = ""
    """Whom the number belongs to, where the question names nobody and the site knows of one person only."""
    tiers: tuple[str, ...] = ()
    """Tiers of customer experience that the site has for the callee; several where it may be one of several persons."""
    lists_as_of: dict[str, float] = {}
    """When the house took its copy of a list that others keep, by the list's name; of several files of one list the
    oldest. A list of which there is no copy is not there."""
    emergency: bool = False
    """A number of police, ambulance or fire brigade."""
