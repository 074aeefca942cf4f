"""Trunks: the ways to and from the network, the choice of those that carry a number, and how each writes numbers.

The choice is pure: `choose` gets what is known of each trunk now (`TrunkState`), and gives the routes in the order in
which they are tried, or the reason why there is none. An adapter tries them one after the other within one Originate.
"""

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

import msgspec
import phonenumbers

from calls.ids import Seconds
from calls.numbers import REGION, e164

Form = Literal["e164", "plain", "international", "national"]
"""How a number is written: `+8613800138000`, `8613800138000`, `008613800138000` (the exit code of the trunk's region),
`13800138000` (of another country than the trunk's: international)."""
_LONGEST_SHORT_CODE = 8


class Outgoing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How numbers are written on the way out; `prefix` stands before the number that is called."""

    form: Form = "e164"
    prefix: str = ""


class Incoming(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How numbers of arrivals are read: `prefix` is taken off, then the rest is read in the trunk's region.

    With `plain` every number longer than a short code begins with a country code; `national` has none; with the
    default each is read as somebody in that region would dial it.
    """

    form: Literal["any", "plain", "national"] = "any"
    prefix: str = ""


class Trunk(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One trunk of trunks.yaml. Secrets are named here, and stand in files of their own."""

    address: str
    """HOST or HOST:PORT of the gateway."""
    sources: tuple[str, ...] = ()
    """Addresses or networks that its calls come from; unless given, the host of `address`."""
    transport: Literal["udp", "tcp", "tls"] = "udp"
    srtp: bool = False
    """Audio is encrypted, with keys in SDP (RFC 4568); a call that will not have it fails."""
    register: bool = False
    user: str = ""
    secret: str = ""
    """The name of a file in var/secrets with the password of `user`."""
    from_user: str = ""
    """The user part of From, for gateways that know their customers by it; else the caller id."""
    codecs: tuple[str, ...] = ()
    """Unless given, those of the switch."""
    caller_ids: tuple[str, ...] = ()
    """Numbers that it lets us show; another one is replaced by the first. Unless given, any."""
    max_calls: int = 0
    """Calls at a time, in both directions; 0: no limit."""
    calls_per_s: int = 0
    """Calls that we begin in any one second; 0: no limit."""
    order: int = 1
    """A smaller one is tried before; with the same order the file's holds."""
    carries: tuple[str, ...] = ()
    """Beginnings of the numbers (E.164) that go by it; unless given, all."""
    region: str = ""
    """ISO 3166: where its numbers are dialled; unless given, the site's."""
    outgoing: Outgoing = Outgoing()
    incoming: Incoming = Incoming()
    probe_s: int = 10
    """The gateway is asked by OPTIONS so often whether it is there; 0: never, for one that does not answer them."""
    progress_s: Seconds = 12.0
    """A gateway from which nothing is heard for so long is given up for the next trunk, if there is one."""

    @property
    def host(self) -> str:
        """Of `address`, without the port."""
        return self.address.rpartition(":")[0] if ":" in self.address else self.address

    @property
    def callers(self) -> tuple[str, ...]:
        """Addresses, networks or names that its calls come from."""
        return self.sources or (self.host,)

    def bears(self, number: str) -> bool:
        """Whether the number (E.164, or a short code) goes by it."""
        return not self.carries or number.startswith(self.carries)


class Tls(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """SIP over TLS: where the switch listens for it, and its files by path.

    Without a certificate nobody can call in by TLS, and no phone register; calling out needs none. `authorities` are
    those whose signature under a gateway's certificate counts.
    """

    port: int = 5061
    certificate: str = ""
    key: str = ""
    authorities: str = "/etc/ssl/certs/ca-certificates.crt"
    verify: bool = True
    phone_srtp: Literal["no", "offered", "required"] = "no"
    """Encrypted audio with agents' phones."""


class TrunkState(msgspec.Struct, frozen=True):
    """What is known of a trunk now. `reachable` and `registered` are None where nobody asks."""

    calls: int = 0
    begun: int = 0
    """Calls that we began on it in the last second."""
    reachable: bool | None = None
    registered: bool | None = None
    detail: str = ""
    """Why it is not registered, in words."""

    @property
    def down(self) -> bool:
        """Whether a call on it will most likely fail."""
        return self.reachable is False or self.registered is False


class Route(NamedTuple):
    """One try: the trunk, and both numbers as it wants them."""

    trunk: str
    number: str
    caller: str


class Choice(NamedTuple):
    """The routes in the order in which they are tried; without any, `reason` says why."""

    routes: tuple[Route, ...]
    reason: str = ""


_NEW = TrunkState()


def choose(
    trunks: Mapping[str, Trunk], states: Mapping[str, TrunkState], number: str, caller: str, region: str
) -> Choice:
    """Choose the trunks for a call to `number`, which shows `caller`; `region` is the site's.

    A trunk that is full is left out. One that seems to be down comes last: what is known of it may be old.
    """
    read = e164(number, region)
    able = {name: trunk for name, trunk in trunks.items() if trunk.bears(read)}
    if not able:
        return Choice((), f"no trunk carries {'such a number' if trunks else 'calls'}")
    free = [name for name, trunk in able.items() if not is_full(trunk, states.get(name, _NEW))]
    if not free:
        return Choice((), f"{', '.join(able)}: all calls that the trunk may carry are there")
    order = sorted(free, key=lambda name: (states.get(name, _NEW).down, able[name].order))
    return Choice(tuple(_route(name, able[name], read, caller, region) for name in order))


def is_full(trunk: Trunk, state: TrunkState) -> bool:
    """Whether a limit of the trunk is reached."""
    return 0 < trunk.max_calls <= state.calls or 0 < trunk.calls_per_s <= state.begun


def carriers(trunks: Mapping[str, Trunk], number: str, region: str) -> Sequence[str]:
    """The trunks that a number would go by."""
    return [name for name, trunk in trunks.items() if trunk.bears(e164(number, region))]


def written(number: str, form: Form, region: str) -> str:
    """`number` (E.164) in this form. Short codes, and what is no number of the world, stay as they are."""
    if not number.startswith("+") or form == "e164":
        return number
    if form == "plain":
        return number[1:]
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    if form == "national" and parsed.country_code == phonenumbers.country_code_for_region(region):
        national = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)
        return "".join(sign for sign in national if sign in "0123456789*#")
    return _exit_code(region) + number[1:]


def normalised(number: str, trunk: Trunk, region: str) -> str:
    """A number of an arrival on this trunk, as the house writes it; `region` is the site's."""
    region = trunk.region or region
    number = number.removeprefix(trunk.incoming.prefix)
    digits = number.removeprefix("+")
    if trunk.incoming.form == "plain" and digits.isdigit() and len(digits) > _LONGEST_SHORT_CODE:
        return e164(f"+{digits}", region)
    if trunk.incoming.form == "national" and number.isdigit() and len(number) > _LONGEST_SHORT_CODE:
        return _national(number, region)
    return e164(number, region)


def _national(number: str, region: str) -> str:
    """Never read the first digits as a country code, as the library does of one that is long enough."""
    read = e164(number, region)
    code = phonenumbers.country_code_for_region(region)
    if not number.startswith(str(code)) or not read.startswith(f"+{code}"):
        return read
    whole = f"+{code}{number}"
    try:
        likely = phonenumbers.is_possible_number(phonenumbers.parse(whole))
    except phonenumbers.NumberParseException:
        return read
    return whole if likely else read


def _route(name: str, trunk: Trunk, number: str, caller: str, region: str) -> Route:
    region = trunk.region or region
    shown = e164(caller, region) if caller else ""
    allowed = [e164(one, region) for one in trunk.caller_ids]
    if allowed and shown not in allowed:
        shown = allowed[0]
    out = trunk.outgoing
    return Route(name, out.prefix + written(number, out.form, region), written(shown, out.form, region))


def _exit_code(region: str) -> str:
    """The digits before a foreign number: 00 nearly everywhere, 011 in North America."""
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(region or REGION)
    code = (metadata.preferred_international_prefix or metadata.international_prefix or "00") if metadata else "00"
    return code if code.isdigit() else "00"
