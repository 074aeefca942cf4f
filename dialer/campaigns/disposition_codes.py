"""The digits by which phones say dispositions: one to three, and none begins another."""

import re
from collections.abc import Iterator, Mapping

_CODE = re.compile(r"[0-9]{1,3}")


def code_faults(codes: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What is wrong with the codes of these dispositions: each by its disposition's name, in words. An empty code is
    none."""
    seen: dict[str, str] = {}
    for name, code in codes.items():
        if not code:
            continue
        if not _CODE.fullmatch(code):
            yield name, f"{code!r} is no code: one to three digits"
            continue
        for other, whose in seen.items():
            if other.startswith(code) or code.startswith(other):
                yield name, f"code {code} of {name} and {other} of {whose}: no code may begin another"
        seen[code] = name
