"""Telephone numbers: E.164 inside the house, masked wherever people who need not know them look."""

import difflib
import re
from functools import lru_cache

import phonenumbers

REGION = "CN"
"""Where a house is that says nothing else (ISO 3166)."""
_PLAIN = re.compile(r"[0-9*#]{1,8}")
_SHORT = 6
"""Outside of China: digits that may be a number of their own (112, 116117) where others begin with a prefix."""


@lru_cache(maxsize=4096)
def e164(number: str, region: str) -> str:
    """`number` as E.164 (`+8613800138000`), read as dialled in `region` (ISO 3166, one of `REGIONS`).

    Short codes (95188, 12345), star codes and what is no number at all come back as they are, without blanks: the
    library rejects Chinese service numbers although people call from and to them.
    """
    stripped = re.sub(r"[\s().-]", "", number)
    if _PLAIN.fullmatch(stripped) and _is_short(stripped, region):
        return stripped
    try:
        parsed = phonenumbers.parse(stripped, region)
    except phonenumbers.NumberParseException:
        return stripped
    if not phonenumbers.is_possible_number(parsed) or _lacks_its_area(parsed, region):
        return stripped
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def _is_short(plain: str, region: str) -> bool:
    """Whether these keys, eight at most, are no number that the whole world can call."""
    if region == REGION or not plain.isdigit():
        return True
    return len(plain) <= _SHORT and phonenumbers.ndd_prefix_for_region(region, True) is not None


def _lacks_its_area(number: phonenumbers.PhoneNumber, region: str) -> bool:
    """Whether it can be dialled next door only. In China, whose local numbers are short, this is never asked."""
    local = phonenumbers.ValidationResult.IS_POSSIBLE_LOCAL_ONLY
    return region != REGION and phonenumbers.is_possible_number_with_reason(number) == local


REGIONS: frozenset[str] = frozenset(phonenumbers.SUPPORTED_REGIONS)
"""Whose numbers can be read: ISO 3166 alpha-2."""


def nearest_region(word: str) -> str:
    """The region that was most probably meant by `word`, a code or a country's name in any language; or nothing."""
    if word.upper() in REGIONS:
        return word.upper()
    from phonenumbers.geodata.locale import LOCALE_DATA  # large, and asked for only where something is wrong

    names = {name.casefold(): code for code, own in LOCALE_DATA.items() if code in REGIONS for name in own.values()}
    near = difflib.get_close_matches(word.casefold(), [name for name in names if not name.startswith("*")], n=1)
    return names[near[0]] if near else ""


def masked(number: str) -> str:
    """`number` for logs and screens: `+86138****8000`. Up to six characters show only their ends."""
    if len(number) <= 2:
        return "*" * len(number)
    if len(number) <= 6:
        return number[0] + "*" * (len(number) - 2) + number[-1]
    head = max(1, len(number) - 8)
    return number[:head] + "****" + number[-4:]
