"""Columns of a list: which holds numbers, the person, the account, the name, the zone; all others are attributes.

By the words of the heading, in Chinese and English, or as given. What is not known is asked for, never guessed.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from calls.errors import BadInput
from dsl.spelling import nearest_hint

Role = Literal["number", "zone", "person", "account", "name", "skip"]
ROLES: tuple[str, ...] = get_args(Role)

WORDS: dict[Role, str] = {
    "number": "手机 手机号 手机号码 电话 电话号码 联系电话 联系方式 联系手机 移动电话 固定电话 固话 座机 号码 备用电话 "
    "备用手机 备用号码 家庭电话 单位电话 办公电话 住宅电话 本人电话 客户电话 客户手机 客户手机号 被叫号码 "
    "phone phonenumber mobile mobilenumber mobilephone cell cellphone tel telephone telephonenumber number msisdn "
    "homephone workphone businessphone officephone otherphone contactnumber contactphone",
    "zone": "时区 zone timezone tz",
    "person": "客户号 客户编号 客户id 客户标识 客户代码 会员号 会员编号 用户id 用户编号 "
    "person personid customer customerid customernumber customerno clientid memberid userid",
    "account": "账号 帐号 账户 合同号 合同编号 借据号 借据编号 订单号 保单号 卡号 "
    "account accountid accountnumber accountno contract contractid contractnumber contractno loan loanid orderid "
    "policynumber",
    "name": "姓名 名字 名称 客户姓名 客户名称 客户名 联系人 联系人姓名 称呼 name fullname customername contactname",
}
"""Words of headings, by what stands below them."""
_ROLE_OF: dict[str, Role] = {word: role for role, words in WORDS.items() for word in words.split()}
_LOOSE = re.compile(r"[\s_\-.()（）:：/*#]+")
_COUNTED = re.compile(r"(.*?)([一二三四五]|\d{1,2})")


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns, by their place from 0."""

    numbers: tuple[int, ...]
    zones: tuple[int | None, ...]
    """For each of `numbers` the column of its zone."""
    person: int | None
    account: int | None
    name: int | None
    attributes: tuple[tuple[int, str], ...]
    heading: tuple[str, ...]
    """The words of the heading; empty where the file has none."""

    def told(self) -> dict[str, str]:
        """Which column was taken for what, for people."""
        one = [("person", self.person), ("account", self.account), ("name", self.name)]
        taken = {self.word(at): "number" for at in self.numbers}
        taken |= {self.word(at): "zone" for at in self.zones if at is not None}
        taken |= {self.word(at): role for role, at in one if at is not None}
        return taken | {word: "attribute" for _, word in self.attributes}

    def word(self, at: int) -> str:
        """What a column is called, for people."""
        return self.heading[at] if at < len(self.heading) and self.heading[at] else f"column {at + 1}"


def found(first: Sequence[str], given: dict[str, Role], has_number: bool) -> Columns:
    """The columns by the first row. `given`: roles by the column's word, or its place from 1; what it says, holds.

    `has_number`: there is a number in that row, so that it is no heading. Raises BadInput where the numbers' column is
    not certain.
    """
    heading = () if has_number else tuple(unicodedata.normalize("NFKC", one).strip() for one in first)
    roles: dict[int, tuple[Role, str]] = {}
    for word, role in given.items():
        roles[_place(word, heading, len(first))] = (role, "")
    for at, word in enumerate(heading):
        if at not in roles and (known := _known(word)) is not None:
            roles[at] = known
    numbers = [at for at in sorted(roles) if roles[at][0] == "number"]
    if not numbers and has_number and len(first) == 1:
        numbers, roles[0] = [0], ("number", "")
    if not numbers:
        shown = ", ".join(heading) if heading else "the file has no heading"
        raise BadInput(
            f"which column has the telephone numbers? ({shown}) Say it with --column number=WORD, or its place from 1"
        )
    one: dict[str, int] = {}
    for at, (role, _) in sorted(roles.items()):
        if role in ("person", "account", "name") and one.setdefault(role, at) != at:
            if heading and heading[at] not in given and str(at + 1) not in given:
                roles[at] = ("skip", "attribute")
                continue
            raise BadInput(f"two columns are the {role}: {heading[one[role]]} and {heading[at]}; name one")
    zones = {count: at for at, (role, count) in roles.items() if role == "zone"}
    kept = tuple(
        (at, word)
        for at, word in enumerate(heading)
        if word and (at not in roles or roles[at] == ("skip", "attribute"))
    )
    doubled = next((word for place, (_, word) in enumerate(kept) if word in [other for _, other in kept[:place]]), None)
    if doubled is not None:
        raise BadInput(f"two columns are called {doubled}: rename one, or leave it out with --column skip={doubled}")
    return Columns(
        tuple(numbers),
        tuple(zones.get(roles[at][1] or str(place), zones.get("")) for place, at in enumerate(numbers, start=1)),
        one.get("person"),
        one.get("account"),
        one.get("name"),
        kept,
        heading,
    )


def plain_word(word: str) -> str:
    """A word of a heading without blanks, signs and capitals."""
    return _LOOSE.sub("", word).casefold()


def _known(word: str) -> tuple[Role, str] | None:
    """The role of a heading's word, and the count behind it: 手机2, phone_2."""
    plain = plain_word(word)
    if role := _ROLE_OF.get(plain):
        return role, ""
    counted = _COUNTED.fullmatch(plain)
    if counted and (role := _ROLE_OF.get(counted[1])) in ("number", "zone"):
        return role, str("一二三四五".index(counted[2]) + 1) if counted[2] in "一二三四五" else str(int(counted[2]))
    return None


def _place(word: str, heading: Sequence[str], width: int) -> int:
    wanted = unicodedata.normalize("NFKC", word).strip()
    if wanted in heading:
        return heading.index(wanted)
    if wanted.isdecimal() and 1 <= int(wanted) <= width:
        return int(wanted) - 1
    raise BadInput(f"no column {word}{nearest_hint(word, list(heading))}; there are {', '.join(heading) or width}")
