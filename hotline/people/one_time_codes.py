"""One-time codes by time, as apps on telephones make them: RFC 6238 (TOTP), SHA-1, six digits, 30 s.

A code counts once: whoever read it over a shoulder comes too late (RFC 6238, 5.2).
"""

import base64
import hashlib
import hmac
from urllib.parse import quote, urlencode

STEP_S = 30
DIGITS = 6
SECRET_BYTES = 20
"""RFC 4226, 4: 128 bits at least, 160 recommended."""
_STEPS_OFF = 1
"""Clocks of telephones differ; RFC 6238, 5.2 recommends one step of delay at most."""


def code(secret: bytes, step: int, digits: int = DIGITS) -> str:
    """The code of a step (RFC 4226, 5.3)."""
    mac = hmac.new(secret, step.to_bytes(8, "big"), hashlib.sha1).digest()
    place = mac[-1] & 0x0F
    number = int.from_bytes(mac[place : place + 4], "big") & 0x7FFF_FFFF
    return str(number % 10**digits).zfill(digits)


def step_of(now: float) -> int:
    """The step at an instant, UTC epoch seconds."""
    return int(now // STEP_S)


def accepted(secret: bytes, given: str, now: float, last_step: int) -> int | None:
    """The step that the code is of; None for a wrong one, and for one of `last_step` or before: it was used."""
    plain = given.replace(" ", "").encode()
    steps = range(max(step_of(now) - _STEPS_OFF, 0), step_of(now) + _STEPS_OFF + 1)
    fitting = [step for step in steps if hmac.compare_digest(code(secret, step).encode(), plain)]
    return next((step for step in fitting if step > last_step), None)


def written(secret: bytes) -> str:
    """The secret as people type it: base32, without `=`."""
    return base64.b32encode(secret).decode().rstrip("=")


def read(text: str) -> bytes:
    """The secret of what `written` made. Raises ValueError."""
    return base64.b32decode(text + "=" * (-len(text) % 8))


def address(secret: bytes, person: str, house: str) -> str:
    """What an app reads from a picture, or takes by hand: otpauth://totp/…"""
    label = f"{quote(house, safe='')}:{quote(person, safe='')}"
    return f"otpauth://totp/{label}?{urlencode({'secret': written(secret), 'issuer': house}, quote_via=quote)}"
