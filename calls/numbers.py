"""Telephone numbers: E.164 inside the house, masked wherever people who need not know them look."""

import difflib
import re
import unicodedata
from functools import lru_cache

import phonenumbers

REGION = "CN"
"""Where a house is that says nothing else (ISO 3166)."""
ANONYMOUS = "anonymous"
"""The number of a caller who withholds theirs, as switches give it on (RFC 3323)."""
_PLAIN = re.compile(r"[0-9*#]{1,8}")
_SEPARATORS = re.compile(r"[\s().\-‐-―−/]")
_CHINESE_MOBILE = re.compile(r"((?:\+|00)?86)?(1(?:[3-689][0-9]|7[0-8])[0-9]{8})")
"""Read without the library, which is slow: most numbers of most lists. 179 begins a carrier's prefix, too."""
_MOST_PREFIXES = 4
_ADDRESS = re.compile(r"<([^<>]*)>")
_SCHEME = re.compile(r"(?:sips?|tel):", re.IGNORECASE)
_PARAMETERS = re.compile(r"[;@?]")
_ESCAPED = re.compile(r"%([2-7][0-9A-F])", re.IGNORECASE)
_CONTEXT = re.compile(r";phone-context=(\+[\d().-]+)", re.IGNORECASE)
_SHOWN_AT_THE_END = 4
_WITHHELD = re.compile(r"anonymous|restricted|unavailable|unknown|withheld|", re.IGNORECASE)
"""The words of trunks for a caller who shows no number."""
_IN_A_WORD = r"[^\W\u3040-\u9fff\uac00-\ud7af]"
"""A letter or digit of a word that has spaces around it: Chinese and Japanese write a number right behind a word."""
_FEWEST_DIGITS = 7
_DIGITS = re.compile(rf"(?<!{_IN_A_WORD})(?<![.*-])\+?\d{{{_FEWEST_DIGITS},15}}(?!{_IN_A_WORD})")
_MAYBE_A_NUMBER = re.compile(
    rf"(?<!{_IN_A_WORD})(?<![.*-])(?!(?:19|20)\d\d-\d\d-\d\d\b)"
    rf"\+?\(?\d(?:[ ().-]{{0,2}}\d){{5,18}}(?!{_IN_A_WORD})"
)
_SHORT = 6
"""Outside of China: digits that may be a number of their own (112, 116117) where others begin with a prefix."""


@lru_cache(maxsize=4096)
def e164(number: str, region: str) -> str:
    """`number` as E.164 (`+8613800138000`), read as dialled in `region` (ISO 3166, one of `REGIONS`).

    Short codes (95188, 12345), star codes and what is no number at all come back as they are, without blanks: the
    library rejects Chinese service numbers although people call from and to them. Prefixes of carriers go, however
    many there are, and what trunks write around a number (`user_part`). `e164(e164(x)) == e164(x)`.
    """
    if (found := _CHINESE_MOBILE.fullmatch(number)) and (found[1] == "+86" or region == "CN"):
        return "+86" + found[2]
    stripped, context = _SEPARATORS.sub("", user_part(number)), _context(number)
    if context:
        region = _in_context(context, region)
    if _PLAIN.fullmatch(stripped) and _is_short(stripped, region):
        return stripped
    try:
        parsed = phonenumbers.parse(stripped, region)
        inside = _formatted(parsed)
        for _ in range(_MOST_PREFIXES if inside != stripped else 0):  # what it is read as may have a prefix, too
            before, parsed = inside, phonenumbers.parse(inside)
            inside = _formatted(parsed)
            if inside == before:
                break
    except phonenumbers.NumberParseException:
        return stripped
    return stripped if not phonenumbers.is_possible_number(parsed) or _lacks_its_area(parsed, region) else inside


def _formatted(number: phonenumbers.PhoneNumber) -> str:
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def user_part(number: str) -> str:
    """The number itself of what a trunk sends: of a `sip:` or `tel:` URI, a name-addr, or the user part of either,
    without parameters (RFC 3966; `npdi` and `rn` of RFC 4694, `phone-context`, `user=phone`), with `%23` as `#` and
    full-width digits as plain ones. What is no such thing comes back as it is."""
    if number.isascii() and number.isalnum():
        return number
    if found := _ADDRESS.search(number):
        number = found[1]
    number = _SCHEME.sub("", number.strip())
    number = _PARAMETERS.split(number, maxsplit=1)[0]
    return unicodedata.normalize("NFKC", _ESCAPED.sub(lambda found: chr(int(found[1], 16)), number))


def _context(number: str) -> str:
    """The digits of a `phone-context` that is global (`+86`); else nothing: a domain says nothing of a country."""
    found = _CONTEXT.search(number)
    return re.sub(r"\D", "", found[1]) if found else ""


def _in_context(context: str, region: str) -> str:
    """The region in which a number is dialled that is local in `context` (RFC 3966, 5.1.5): of its country code."""
    if context.startswith(str(phonenumbers.country_code_for_region(region))):
        return region
    homes = (phonenumbers.region_code_for_country_code(int(context[:length])) for length in (1, 2, 3))
    return next((home for home in homes if home in REGIONS), region)


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


def is_withheld(number: str) -> bool:
    """Whether it is one of the words that stand for a number which a caller does not show."""
    return _WITHHELD.fullmatch(number) is not None


def masked(number: str) -> str:
    """`number` for logs and screens, at least half hidden: `+86*******8000`, `1******8000`, `9***8`.

    Signs between the digits count for nothing and stay. What has no digit is hidden letter by letter.
    """
    if _WITHHELD.fullmatch(number):
        return number
    digits = number.removeprefix("+")
    if digits.isdigit():  # nearly every number that is logged
        shown, tail = _shown(len(digits))
        hidden_from, hidden_to = shown - tail, len(digits) - tail
        begin = number[: len(number) - len(digits) + hidden_from]
        return f"{begin}{'*' * (hidden_to - hidden_from)}{digits[hidden_to:]}"
    places = [at for at, sign in enumerate(number) if sign.isdigit()]
    if not places:
        places = [at for at, sign in enumerate(number) if sign.isalpha()]
    shown, tail = _shown(len(places))
    hidden = set(places[shown - tail : len(places) - tail])
    return "".join("*" if at in hidden else sign for at, sign in enumerate(number))


def _shown(signs: int) -> tuple[int, int]:
    """Of so many signs that count: how many are shown, and how many of those at the end."""
    shown = signs // 2 if signs > 2 else 0
    return shown, min(_SHOWN_AT_THE_END, shown // 2 if shown < _SHOWN_AT_THE_END else shown - 1)


def masked_within(text: str, region: str | None = None) -> str:
    """`text` with each telephone number in it masked, as dialled in `region` (ISO 3166).

    Without a region, each row of seven digits or more that stands for itself: where no other number is needed.
    """
    if region is None:
        if len(text) < _FEWEST_DIGITS:  # most words of a log's line
            return text
        return _DIGITS.sub(lambda found: masked(found[0]), text)
    return _MAYBE_A_NUMBER.sub(lambda found: masked(found[0]) if _is_somebodys(found[0], region) else found[0], text)


def _is_somebodys(written: str, region: str) -> bool:
    number = e164(written, region)
    if not number.startswith("+") or number == "+":
        return False
    if written.startswith("+") or _CHINESE_MOBILE.fullmatch(number):
        return True
    return phonenumbers.is_valid_number(phonenumbers.parse(number))
