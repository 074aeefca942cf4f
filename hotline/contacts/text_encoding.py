"""The encoding of a text file: by its mark, by what is valid, and only then by statistics.

The digits of a number are the same in all of them: what a wrong guess spoils are names. So the answer is told with the
import, and may be given instead.
"""

import codecs
from pathlib import Path

import charset_normalizer

from calls.errors import BadInput

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_BLOCK = 1 << 18
_SAMPLE = 1 << 18
_FEW = 0.05
"""Of all characters beyond ASCII, the share that may be broken: systems cut names in the middle of a character."""
_SEVERAL_BYTES = {
    **dict.fromkeys(("CN", "SG", "MO", "HK"), "gb18030"),
    **{"TW": "big5", "JP": "cp932", "KR": "cp949"},
}
"""What spreadsheets of these regions write. Such a page refuses most texts that are not in it."""
_LATIN = {
    **dict.fromkeys(("PL", "CZ", "SK", "HU", "SI", "HR", "BA", "RO", "AL"), "cp1250"),
    "TR": "cp1254",
}
"""Any other region with Latin letters writes cp1252. Each of these pages reads every text: statistics on some names
cannot tell them apart (charset-normalizer 3.5.3 takes French of cp1252 for cp1250), the region can."""
_BROKEN = "\ufffd"
_ALIKE = frozenset({"cp1250", "cp1252", "cp1254"})
_OTHERS = ["gb18030", "big5", "cp1252", "cp1250", "cp1251", "shift_jis", "euc_kr", "cp1253", "cp1254"]
"""Only what lists come in: on a short file the library otherwise finds encodings that nobody has used for decades."""


def encoding_of(path: Path, region: str) -> str:
    """The encoding of a list of `region` (ISO 3166). Raises OSError, and BadInput for what is no text."""
    with path.open("rb") as file:
        begin = file.read(_SAMPLE)
    for mark, name in _MARKS:
        if begin.startswith(mark):
            return name
    if b"\0" in begin:
        return _without_a_mark(path, begin)
    if _share_broken(path, "utf-8") <= _FEW:
        return "utf-8"
    usual = _SEVERAL_BYTES.get(region)
    if usual is not None and _share_broken(path, usual) <= _FEW:
        return usual
    found = charset_normalizer.from_bytes(_beyond_ascii(path), cp_isolation=_OTHERS).best()
    name = _LATIN.get(region, "cp1252") if found is None or found.encoding in _ALIKE else found.encoding
    if _share_broken(path, name) > _FEW:
        raise BadInput(f"{path}: its encoding is not known; save it as UTF-8, or name it with --encoding")
    return name


def _without_a_mark(path: Path, begin: bytes) -> str:
    """UTF-16 by the side on which the zeros of its digits and commas stand."""
    zeros = [begin[place::2].count(0) for place in (0, 1)]
    if min(zeros) * 20 < max(zeros) > len(begin) // 20:
        return "utf-16-be" if zeros[0] > zeros[1] else "utf-16-le"
    raise BadInput(f"{path}: this is no text and no spreadsheet (.xlsx, .xls, .ods, .csv)")


def _share_broken(path: Path, encoding: str) -> float:
    """Of the characters beyond ASCII, the share that this encoding cannot read."""
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    broken, beyond = 0, 0
    with path.open("rb") as file:
        while part := file.read(_BLOCK):
            text = decoder.decode(part)
            if not text.isascii():
                broken += text.count(_BROKEN)
                beyond += len(text) - len(text.encode("ascii", "ignore"))
    return broken / max(beyond, 1)


def _beyond_ascii(path: Path) -> bytes:
    """Lines with something beyond ASCII in them, of which alone an encoding can be told."""
    lines, size = [], 0
    with path.open("rb") as file:
        for line in file:
            if not line.isascii():
                lines.append(line[:1_000])
                size += len(lines[-1])
                if size > _SAMPLE // 4:
                    break
    return b"".join(lines)
