"""Kinds of telephone numbers: the country and the kind of one that the house is asked to call."""

import re
from typing import Literal

import phonenumbers
from phonenumbers import PhoneNumberType

Kind = Literal["mobile", "fixed", "voip", "toll_free", "shared_cost", "premium", "personal", "pager", "short", "other"]

NO_COUNTRY = "001"
"""The country of numbers that belong to none: satellites (+870, +881), networks at sea and in the air (+882, +883)."""

_KINDS: dict[int, tuple[Kind, ...]] = {
    PhoneNumberType.MOBILE: ("mobile",),
    PhoneNumberType.FIXED_LINE: ("fixed",),
    PhoneNumberType.FIXED_LINE_OR_MOBILE: ("fixed", "mobile"),
    PhoneNumberType.VOIP: ("voip",),
    PhoneNumberType.TOLL_FREE: ("toll_free",),
    PhoneNumberType.SHARED_COST: ("shared_cost",),
    PhoneNumberType.UAN: ("shared_cost",),
    PhoneNumberType.PREMIUM_RATE: ("premium",),
    PhoneNumberType.PERSONAL_NUMBER: ("personal",),
    PhoneNumberType.PAGER: ("pager",),
}
_CHINESE_MOBILE = re.compile(r"\+861[3-9][0-9]{9}")
"""The library lags behind the regulator's newest ranges (149), and then says that there is no such number."""


def country_and_kinds(number: str) -> tuple[str, tuple[Kind, ...]]:
    """ISO 3166 and the kinds that `number` (as `calls.numbers.e164` left it) may be of: a plan of numbers may not tell
    fixed from mobile. `short` has no country; `other` is what the country's plan does not have, or nothing readable."""
    if not number.startswith("+"):
        return "", ("short" if number.isascii() and number.isdigit() else "other",)
    if _CHINESE_MOBILE.fullmatch(number):
        return "CN", ("mobile",)
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return "", ("other",)
    regions = phonenumbers.region_codes_for_country_code(parsed.country_code or 0)
    country = phonenumbers.region_code_for_number(parsed) or (regions[0] if len(regions) == 1 else "")
    return country, _KINDS.get(phonenumbers.number_type(parsed), ("other",))


def is_emergency(number: str, region: str) -> bool:
    """Whether `number`, as dialled in `region` (ISO 3166), is one of the police, an ambulance, or the fire brigade."""
    return bool(phonenumbers.is_emergency_number(number, region))


COUNTRIES: frozenset[str] = frozenset({*phonenumbers.SUPPORTED_REGIONS, NO_COUNTRY})
"""All countries that a number can be of."""
