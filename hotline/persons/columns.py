"""Columns of files about persons, by the words of their heading, Chinese or English, or as given."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path

from calls.errors import BadInput
from dsl.tree import nearest_hint
from hotline.contacts.columns import WORDS, plain_word
from hotline.contacts.tables import Row, open_table
from hotline.site.instants import instant

_MORE = {
    "tier": "等级 客户等级 级别 客户级别 体验等级 会员等级 tier level grade customertier",
    "region": "地区 区域 省份 region province state",
    "purpose": "用途 目的 授权用途 授权事项 purpose category scene",
    "given": "同意 是否同意 授权 是否授权 授权状态 意愿 consent given optin status",
    "channel": "渠道 方式 呼叫方式 channel",
    "at": "时间 日期 授权时间 授权日期 同意时间 date at time consentedat consentdate",
    "until": "截止 有效期 有效期至 到期日 失效日期 until expires expiry validuntil",
    "evidence": "凭证 证据 录音 依据 evidence proof recording document",
}
_WORDS: dict[str, str] = {**{str(role): words for role, words in WORDS.items()}, **_MORE}
_ROLE_OF = {word: role for role, words in _WORDS.items() for word in words.split()}
_ROLE_OF |= {role: role for role in _WORDS}
_COUNTED = re.compile(r"(.*?)([一二三四五]|\d{1,2})")
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(.*)")
_YES = frozenset({"1", "y", "yes", "true", "given", "optin", "granted", "是", "同意", "已同意", "授权", "已授权"})
_NO = frozenset(
    {
        "0",
        "n",
        "no",
        "false",
        "refused",
        "withdrawn",
        "revoked",
        "optout",
        "否",
        "不同意",
        "拒绝",
        "撤回",
        "已撤回",
        "未授权",
    }
)


@dataclass(frozen=True, slots=True)
class Cells:
    """The cells of one row, by their role; several of `number` and `account`. Empty ones are left out."""

    line: int
    found: Mapping[str, tuple[str, ...]]

    def one(self, role: str) -> str:
        """The cell of a role; empty where there is none."""
        return next(iter(self.found.get(role, ())), "")


def read(
    path: Path,
    region: str,
    roles: frozenset[str],
    given: Mapping[str, str],
    enough: Callable[[frozenset[str]], str],
    sheet: str | None = None,
) -> Iterator[Cells | tuple[int, str]]:
    """The rows of a file that speaks of `roles`; of one that cannot be read its line, and why.

    `given`: roles by the word of the heading, or the column's place from 1; they hold against the words. `enough` says
    what is missing among the roles that were found; empty: nothing. Raises OSError and BadInput.
    """
    table = open_table(path, region, sheet=sheet)
    try:
        first = next(table.rows, None)
        if first is None or first.problem:
            raise BadInput(f"{path}: {first.problem if first else 'there is no row in it'}")
        heading = [unicodedata.normalize("NFKC", cell).strip() for cell in first.cells]
        places = _places(heading, roles, given)
        if missing := enough(frozenset(places.values())):
            raise BadInput(
                f"{path}: {missing} ({', '.join(heading)}); say it with --column ROLE=WORD, or its place from 1"
            )
        for row in table.rows:
            yield _cells(row, places, len(heading))
    finally:
        table.rows.close()


def _places(heading: list[str], roles: frozenset[str], given: Mapping[str, str]) -> dict[int, str]:
    places: dict[int, str] = {}
    for word, role in given.items():
        if role not in roles and role != "skip":
            raise BadInput(
                f"--column {role}=…: no role {role}{nearest_hint(role, roles)}; there are {', '.join(sorted(roles))}"
            )
        places[_place(word, heading)] = role
    for at, word in enumerate(heading):
        if at in places:
            continue
        plain = plain_word(word)
        role = _ROLE_OF.get(plain, "")
        if not role and (counted := _COUNTED.fullmatch(plain)):
            role = _ROLE_OF.get(counted[1], "")
        if role in roles and (role in ("number", "account") or role not in places.values()):
            places[at] = role
    return {at: role for at, role in places.items() if role != "skip"}


def _place(word: str, heading: list[str]) -> int:
    wanted = unicodedata.normalize("NFKC", word).strip()
    if wanted in heading:
        return heading.index(wanted)
    if wanted.isdecimal() and 1 <= int(wanted) <= len(heading):
        return int(wanted) - 1
    raise BadInput(f"no column {word}{nearest_hint(word, heading)}; there are {', '.join(heading)}")


def _cells(row: Row, places: Mapping[int, str], width: int) -> Cells | tuple[int, str]:
    if row.problem:
        return row.line, row.problem
    if any(row.cells[width:]):
        return row.line, f"{len(row.cells)} cells where the heading has {width}: a delimiter stands inside one of them"
    found: dict[str, tuple[str, ...]] = {}
    for at, role in places.items():
        if at < len(row.cells) and (text := row.cells[at].strip()):
            found[role] = (*found.get(role, ()), text)
    return Cells(row.line, found)


def yes_or_no(text: str) -> bool:
    """Whether a cell says yes. Raises ValueError for one that says neither."""
    plain = plain_word(unicodedata.normalize("NFKC", text))
    if plain not in _YES | _NO:
        raise ValueError(f"{text[:40]!r} is neither yes nor no")
    return plain in _YES


def at_of(text: str, zone: tzinfo, *, end: bool = False) -> float:
    """The instant of a cell: a day or a time as people and spreadsheets write it. Raises BadInput."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if found := _DAY.fullmatch(plain):
        plain = f"{found[1]}-{int(found[2]):02d}-{int(found[3]):02d}{found[4]}"
    return instant(plain, zone, end=end)
