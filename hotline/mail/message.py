"""A notice of a case as an e-mail. No caller is in it: who reads it looks into the case."""

from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from zoneinfo import ZoneInfo

import msgspec

from hotline.site.mail import MailSettings


class Told(msgspec.Struct, frozen=True):
    """What the store has of a notice; see hotline.cases.notices."""

    case: str
    kind: str
    clock: str = ""
    due_at: float = 0.0
    grade: str = ""
    department: str = ""
    handler: str = ""
    tell: tuple[str, ...] = ()
    text: str = ""
    scene: str = ""


def message(settings: MailSettings, identity: str, told: Told, at: float, zone: ZoneInfo) -> EmailMessage | None:
    """The e-mail; None where nobody is to be told. The same notice has the same Message-ID at each try."""
    recipients = settings.recipients(told.department, told.tell)
    if not recipients:
        return None
    if not told.clock:
        return _to_people(settings, identity, told, at, recipients)
    due = f"{datetime.fromtimestamp(told.due_at, zone):%Y-%m-%d %H:%M}"
    late = told.kind == "breach"
    subject = f"{'已超时 overdue' if late else '即将到期 due soon'}: {told.case} {told.clock} {due}"
    lines = [
        f"案件 case: {told.case}",
        f"时钟 clock: {told.clock}",
        f"期限 due: {due} ({zone.key})",
        *([f"等级 grade: {told.grade}"] if told.grade else []),
        *([f"部门 department: {told.department}"] if told.department else []),
        *([f"经办人 handler: {told.handler}"] if told.handler else []),
        "",
        "hotline followups list --overdue" if told.clock.startswith("followup ") else f"hotline case clock {told.case}",
    ]
    return _mail(settings, identity, at, recipients, subject, lines)


def recipients_of(mail: EmailMessage) -> tuple[str, ...]:
    """The addresses that an e-mail of ours is for."""
    return tuple(address.strip() for address in str(mail["To"]).split(","))


_SUBJECTS = {
    "ladder": "无人处理 nobody has it in hand",
    "lead": "请主管知悉 for the lead",
    "origin": "外呼投诉 complaint about a call",
    "scene": "场景投诉过多 too many complaints",
}


def _to_people(
    settings: MailSettings, identity: str, told: Told, at: float, recipients: tuple[str, ...]
) -> EmailMessage:
    subject = f"{_SUBJECTS.get(told.kind, told.kind)}: {told.case or told.scene}"
    lines = [
        told.text,
        *([f"案件 case: {told.case}"] if told.case else []),
        *([f"场景 scene: {told.scene}"] if told.scene else []),
        *([f"等级 grade: {told.grade}"] if told.grade else []),
        *([f"部门 department: {told.department}"] if told.department else []),
        "",
        f"hotline case show {told.case}" if told.case else "hotline report daily",
    ]
    return _mail(settings, identity, at, recipients, subject, lines)


def _mail(
    settings: MailSettings, identity: str, at: float, recipients: tuple[str, ...], subject: str, lines: list[str]
) -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = settings.sender
    mail["To"] = ", ".join(recipients)
    mail["Subject"] = subject
    mail["Date"] = format_datetime(datetime.fromtimestamp(at, UTC))
    mail["Message-ID"] = f"<{identity}@{settings.sender.rpartition('@')[2].rstrip('>')}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's holiday answers it
    mail.set_content("\n".join(lines) + "\n")
    return mail
