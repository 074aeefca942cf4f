"""Intake by files: rows of CSV files and spreadsheets, from another system or a regulator, each once by its key."""

import hashlib
import unicodedata
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from calls.errors import BadInput
from complaints.intake.contact import Channel, Contact
from dsl.spelling import nearest_hint
from hotline.contacts.cells import refuse_rounded
from hotline.contacts.role_columns import at_of
from hotline.contacts.tables import Row, open_table

_COLUMNS = {
    "source": "key id number 编号 工单号 投诉编号 流水号",
    "text": "text content description 内容 投诉内容 诉求内容 描述 诉求",
    "subject": "subject title 标题 主题 事由",
    "caller": "phone mobile caller number_of_phone 电话 手机 手机号 联系电话 来电号码",
    "name": "name customer 姓名 客户姓名 投诉人",
    "account": "account contract customer_id 账号 合同号 客户号",
    "category": "category kind 类别 类型",
    "product": "product 产品 业务",
    "region": "region branch 地区 分行 机构",
    "reference": "reference file_number 转办编号 文号 来文号",
    "at": "at time date 时间 投诉时间 日期 受理时间",
}
_FIELD_OF = {word: field for field, words in _COLUMNS.items() for word in words.split()}
_MOST_ROWS = 100_000


class Problem(NamedTuple):
    """A row that was not taken in: its line in the file or its row in the sheet, from 1, and why."""

    row: int
    reason: str


def read(path: Path, zone: ZoneInfo, region: str, channel: Channel, now: float) -> tuple[list[Contact], list[Problem]]:
    """The contacts of a file, and its bad rows. A row without a key of its own is known again by all that it says.

    Raises OSError, and BadInput for a file without a column of texts, with the nearest word.
    """
    table = open_table(path, region, prose=True)
    try:
        first = next(table.rows, None)
        if first is None or first.problem:
            raise BadInput(f"{path.name}: {first.problem if first else 'there is no row in it'}")
        heading = [_plain(word) for word in first.cells]
        fields = [_FIELD_OF.get(word, "") for word in heading]
        if "text" not in fields and "subject" not in fields:
            hint = next((hint for word in heading if (hint := nearest_hint(word, _FIELD_OF))), "")
            raise BadInput(f"{path.name}: no column with what is complained about, such as text or 投诉内容{hint}")
        contacts, problems = [], []
        for count, row in enumerate(table.rows, 1):
            if count > _MOST_ROWS:
                raise BadInput(f"{path.name}: more than {_MOST_ROWS} rows; split it")
            try:
                contacts.append(_contact(row, heading, fields, zone, channel, now))
            except (BadInput, ValueError) as error:
                problems.append(Problem(row.line, str(error)))
        return contacts, problems
    finally:
        table.rows.close()


def _contact(row: Row, heading: list[str], fields: list[str], zone: ZoneInfo, channel: Channel, now: float) -> Contact:
    cells = row.cells
    if row.problem:
        raise BadInput(row.problem)
    if any(cells[len(heading) :]):
        raise BadInput(f"{len(cells)} cells where the heading has {len(heading)}")
    known: dict[str, str] = {}
    others: dict[str, str] = {}
    for cell, word, field in zip(cells, heading, fields, strict=False):
        value = cell.strip()
        if value and field and field not in known:
            known[field] = value
        elif value:
            others[word] = value
    if not known.get("text") and not known.get("subject"):
        raise BadInput("nothing is complained about: no text, no subject")
    for field in ("source", "caller", "account", "reference"):
        refuse_rounded(known.get(field, ""), field)
    at = _instant(known.pop("at", ""), zone, now)
    source = known.pop("source", "") or f"sha256:{hashlib.sha256(chr(31).join(cells).encode()).hexdigest()}"
    return Contact(channel, source, at, fields=others, **{"category": "complaint", **known})  # type: ignore[arg-type]


def _instant(text: str, zone: ZoneInfo, now: float) -> float:
    if not text:
        return now
    found = at_of(text, zone)
    if found > now:
        raise BadInput(f"{text[:30]!r} is still to come")
    return found


def _plain(word: str) -> str:
    return unicodedata.normalize("NFKC", word).strip().casefold().replace(" ", "_").lstrip("\ufeff")
