"""Cells of a list: numbers that are certain, keys, zones. What is not certain is told, never guessed."""

import re
import unicodedata
import zoneinfo
from functools import lru_cache

import phonenumbers
from phonenumbers import PhoneMetadata

from calls.number_kinds import country_and_kinds
from calls.numbers import REGION, masked_within
from hotline.site.number_file import numbers_in

_MOBILE = re.compile(r"(\+86[ -]?)?(1(?:[3-689][0-9]|7[0-8]))(?:([0-9]{8})(?:\.0)?|[ -]([0-9]{4})[ -]([0-9]{4}))")
"""Most cells of most lists; the general way gives the same. 179 begins a carrier's prefix, too."""
_ROUNDED = re.compile(r"\d(?:[.,]\d+)?E\+\d+", re.IGNORECASE)
_MOST_KEY = 64


def numbers_of(text: str, region: str) -> list[str]:
    """The numbers of a cell in E.164, as dialled in `region` (ISO 3166). Raises ValueError with what is not certain."""
    if (usual := _MOBILE.fullmatch(text)) and (usual[1] or region == REGION):
        return ["+86" + usual[2] + (usual[3] or usual[4] + usual[5])]
    found = list(numbers_in(text, region))
    if not found:
        raise ValueError(f"{_shown(text)}: no telephone number can be read here")
    for number in found:
        if not number.startswith("+"):
            raise ValueError(f"{number}: a short number, at which no person is reached")
        country, kinds = country_and_kinds(number)
        if not country or kinds == ("other",):
            raise ValueError(f"{_shown(text)}: no number of any country's plan, as dialled in {region}")
        home = number.startswith(f"+{_country_code(region)}")
        if _says_so(text, region):
            continue
        if not home:
            raise ValueError(f"{_shown(text)}: a number abroad needs a plus and the country's code")
        if _lost_its_zero(text, number):
            raise ValueError(f"{_shown(text)}: the zero in front is missing, as spreadsheets cut it off")
    return list(dict.fromkeys(found))


def _says_so(text: str, region: str) -> bool:
    """Whether a number abroad is written as one, with a plus or as dialled from `region`."""
    plain = unicodedata.normalize("NFKC", text)
    if "+" in plain:
        return True
    metadata = PhoneMetadata.metadata_for_region(region)
    prefix = metadata.international_prefix if metadata is not None else None
    return prefix is not None and re.match(rf"(?:{prefix})", re.sub(r"\D", "", plain)) is not None


def _lost_its_zero(text: str, number: str) -> bool:
    """Whether the number is dialled with a zero in front at home, and none stands there: it may be of anywhere."""
    parsed = phonenumbers.parse(number)
    national = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)
    if not national.startswith("0"):
        return False
    written = re.sub(r"\D", "", unicodedata.normalize("NFKC", text))
    return f"0{parsed.national_number}" not in written and number[1:] not in written


@lru_cache(maxsize=8)
def _country_code(region: str) -> int:
    return int(phonenumbers.country_code_for_region(region))


def key_of(text: str, what: str) -> str:
    """The key of a person or account. Raises ValueError for one that a spreadsheet has rounded, or too long a one."""
    if text.isascii() and text.isalnum() and len(text) <= _MOST_KEY:  # most keys of most lists; as below
        return text
    key = unicodedata.normalize("NFKC", text).strip()
    refuse_rounded(key, what)
    if len(key) > _MOST_KEY:
        raise ValueError(f"{what}: longer than {_MOST_KEY} signs")
    return key.removesuffix(".0") if key.removesuffix(".0").isdecimal() else key


def refuse_rounded(text: str, what: str) -> None:
    """Raises ValueError for a key or a number of which a spreadsheet has kept the first digits only."""
    if _ROUNDED.fullmatch(unicodedata.normalize("NFKC", text).strip()):
        raise ValueError(f"{what} {_shown(text)}: a spreadsheet has rounded it, and others would have the same")


@lru_cache(maxsize=1024)
def zone_of(text: str) -> str:
    """A time zone of IANA. Raises ValueError: whose zone is not known is not called."""
    name = text.strip()
    if name not in _zones():
        raise ValueError(f"{name[:40]!r} is no time zone, such as Asia/Shanghai")
    return name


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())


def _shown(text: str) -> str:
    return masked_within(unicodedata.normalize("NFKC", text).strip())[:60]
