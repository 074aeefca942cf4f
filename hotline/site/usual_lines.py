"""The usual lines of a long list of numbers, read thousands at once: a Chinese number, and words beside it.

What is read here is what `hotline.site.number_file` reads one by one; all other lines are left to it. Numbers of other
countries are, whose plans only a library knows.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from calls.numbers import REGION

_Bytes = npt.NDArray[np.uint8]
_Places = npt.NDArray[np.int64]

_END, _TAB, _COMMA, _SEMICOLON, _HASH, _PLUS, _DOT, _EQUAL = b"\n\t,;#+.="
_QUOTE, _APOSTROPHE, _ZERO, _ONE, _SIX, _EIGHT = b"\"'0168"
_DIGITS = 11
_PAD = b"\n" * 24
_WEIGHTS = 10.0 ** np.arange(_DIGITS - 1, -1, -1)
_CHINA_MOBILE = 86 * 10**11

_HARMLESS = np.zeros(256, np.bool_)
"""Bytes of UTF-8 beside a number that hold neither digit nor comment: ASCII without those, and letters from U+4000 to
U+9FFF, which are Chinese; full-width digits are not among them."""
_HARMLESS[1:0xC0] = True
_HARMLESS[0xE4:0xEA] = True
_HARMLESS[[*range(_ZERO, _ZERO + 10), _HASH]] = False


class Read(NamedTuple):
    """Numbers (E.164 without the plus) of the usual lines, how many lines there are, and where each other one is."""

    numbers: npt.NDArray[np.uint64]
    lines: int
    others: list[tuple[int, int, int]]
    """Its place among the lines, from 0, and where its bytes begin and end."""


def read(block: bytes, region: str) -> Read:
    """Read a block of whole lines in UTF-8, each ended by a line feed, as dialled in `region` (ISO 3166)."""
    text = np.frombuffer(block + _PAD, np.uint8)
    ends = np.flatnonzero(text[: len(block)] == _END)
    starts = np.concatenate(([0], ends[:-1] + 1)) if len(ends) else ends
    home = region == REGION
    at = starts + (text[starts] == _EQUAL)
    at = at + ((text[at] == _QUOTE) | (text[at] == _APOSTROPHE))
    plus = text[at] == _PLUS
    at = at + plus
    abroad = (text[at] == _ZERO) & (text[at + 1] == _ZERO) & ~plus
    at = at + 2 * abroad
    country = (text[at] == _EIGHT) & (text[at + 1] == _SIX)
    trunk = (text[at] == _ZERO) & ~plus & ~abroad
    fixed_at = np.where(plus & country, at + 2, at + trunk)
    mobile_at = at + 2 * country

    digits = np.lib.stride_tricks.sliding_window_view(text, _DIGITS)
    found, whole = _mobiles(digits, text, mobile_at)
    found &= (plus & country) | (home & (country | (~plus & ~abroad)))
    after = mobile_at + _DIGITS
    values = np.where(found, whole + _CHINA_MOBILE, 0.0)

    left = np.flatnonzero(~found & ((plus & country) | (trunk & home)))
    if len(left):
        lengths, numbers = _fixed(digits, text, fixed_at[left])
        some = lengths > 0
        left = left[some]
        found[left], values[left], after[left] = True, numbers[some], fixed_at[left] + lengths[some]
    found &= _nothing_behind(text, after, ends)
    others = np.flatnonzero(~found)
    rest = list(zip(others.tolist(), starts[others].tolist(), ends[others].tolist(), strict=True))
    return Read(values[found].astype(np.uint64), len(ends), rest)


def _mobiles(digits: _Bytes, text: _Bytes, at: _Places) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.float64]]:
    """Whether eleven digits of a mobile stand there, and their value. 179 begins a carrier's prefix, too."""
    signs = digits[at] - _ZERO  # below zero wraps around, far above nine
    second, third = signs[:, 1], signs[:, 2]
    found = (signs <= 9).all(axis=1) & (signs[:, 0] == 1) & (second >= 3) & ~((second == 7) & (third == 9))
    return found, signs @ _WEIGHTS


def _fixed(digits: _Bytes, text: _Bytes, at: _Places) -> tuple[_Places, npt.NDArray[np.float64]]:
    """The length of the area code and number of a fixed line there, 0 for none, and its value with the country's code.

    Ten or eleven digits that begin with 10 or 2 to 9: what the plan makes of others only the library knows.
    """
    signs = digits[at] - _ZERO
    ten = (signs[:, :10] <= 9).all(axis=1)
    eleven = ten & (signs[:, 10] <= 9)
    area = (signs[:, 0] >= 2) | ((signs[:, 0] == 1) & (signs[:, 1] == 0))
    closed = (text[at + _DIGITS] - _ZERO) > 9
    lengths = np.where(area & eleven & closed, 11, np.where(area & ten & ~eleven, 10, 0))
    of_ten = signs[:, :10] @ _WEIGHTS[1:]
    return lengths, np.where(lengths == 11, signs @ _WEIGHTS + _CHINA_MOBILE, of_ten + 86 * 10**10)


def _nothing_behind(text: _Bytes, after: _Places, ends: _Places) -> npt.NDArray[np.bool_]:
    """Whether behind a number there is the end of the line, or fields without a digit and a comment."""
    last = len(text) - 3
    after = np.minimum(after, last)
    after = after + ((text[after] == _QUOTE) | (text[after] == _APOSTROPHE))
    fraction = (text[after] == _DOT) & (text[np.minimum(after + 1, last)] == _ZERO)
    after = np.minimum(after + 2 * fraction, last)
    sign = text[after]
    ended = sign == _END
    beside = (sign == _COMMA) | (sign == _SEMICOLON) | (sign == _TAB)
    if beside.any():
        harmful = np.cumsum(~_HARMLESS[text], dtype=np.int32)
        beside &= harmful[np.minimum(ends, last)] == harmful[after]
    return np.asarray(ended | beside, np.bool_)
