"""Phones of which two share an account: the newest one rings, and the operator is told."""

import structlog

from calls.ids import Instant
from hotline.provisioning.port import Provisioning
from switch.registrations import Registration

log = structlog.get_logger("hotline")

EVERY_S = 2.0
"""Between two looks. A phone that comes and goes in between is not seen."""
_REMEMBERED = 4


class SharedAccounts:
    """Compares who is registered with who was. `look` does nothing when it did something a moment ago."""

    def __init__(self) -> None:
        self._look_at: dict[str, Instant] = {}
        self._earlier: dict[tuple[str, str], list[Registration]] = {}
        """By switch and account: the phones that were registered lately, the newest last."""

    async def look(self, switch: str, provisioning: Provisioning, now: Instant, utc: float) -> None:
        """Say of each account of a switch whether another phone has taken it.

        Raises what `Provisioning.registrations` raises.
        """
        if now < self._look_at.get(switch, 0.0):
            return
        self._look_at[switch] = now + EVERY_S
        for account, phone in (await provisioning.registrations()).items():
            self._seen(self._earlier.setdefault((switch, account), []), account, phone, utc)

    def _seen(self, earlier: list[Registration], account: str, phone: Registration, utc: float) -> None:
        before = earlier[-1] if earlier else None
        if before is None or before.contact == phone.contact:
            earlier[-1:] = [phone]  # registered anew, for longer
            return
        # one that was here before the other is no phone that has started anew
        back = any(phone.contact == known.contact for known in earlier)
        if before.expires_at > utc and (back or phone.is_other_than(before)):
            advice = "the one that registered last rings, the other one does not; give each phone an account of its own"
            log.warning(
                "another phone on an account",
                account=account,
                phone=f"{phone.phone} at {phone.host}",
                before=f"{before.phone} at {before.host}",
                advice=advice,
            )
        earlier.append(phone)
        del earlier[:-_REMEMBERED]
