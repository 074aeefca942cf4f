"""Telephone numbers: E.164 inside the house, masked wherever people who need not know them look."""

import re

import phonenumbers

_PLAIN = re.compile(r"[0-9*#]{1,8}")


def e164(number: str, region: str = "CN") -> str:
    """`number` as E.164 (`+8613800138000`), read as dialled in `region` (ISO 3166).

    Short codes (95188, 12345), star codes and what is no number at all come back as they are, without blanks: the
    library rejects Chinese service numbers although people call from and to them.
    """
    stripped = re.sub(r"[\s().-]", "", number)
    if _PLAIN.fullmatch(stripped):
        return stripped
    try:
        parsed = phonenumbers.parse(stripped, region)
    except phonenumbers.NumberParseException:
        return stripped
    if not phonenumbers.is_possible_number(parsed):
        return stripped
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def masked(number: str) -> str:
    """`number` for logs and screens: `+86138****8000`. Up to six characters show only their ends."""
    if len(number) <= 2:
        return "*" * len(number)
    if len(number) <= 6:
        return number[0] + "*" * (len(number) - 2) + number[-1]
    head = max(1, len(number) - 8)
    return number[:head] + "****" + number[-4:]
