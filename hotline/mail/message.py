"""A notice of a clock as an e-mail. No caller is in it: who reads it looks into the case."""

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
    clock: str
    due_at: float
    grade: str = ""
    department: str = ""
    handler: str = ""


def message(settings: MailSettings, identity: str, told: Told, at: float, zone: ZoneInfo) -> EmailMessage | None:
    """The e-mail; None where nobody is to be told. The same notice has the same Message-ID at each try."""
    recipients = settings.recipients(told.department)
    if not recipients:
        return None
    due = f"{datetime.fromtimestamp(told.due_at, zone):%Y-%m-%d %H:%M}"
    late = told.kind == "breach"
    mail = EmailMessage()
    mail["From"] = settings.sender
    mail["To"] = ", ".join(recipients)
    mail["Subject"] = f"{'已超时 overdue' if late else '即将到期 due soon'}: {told.case} {told.clock} {due}"
    mail["Date"] = format_datetime(datetime.fromtimestamp(at, UTC))
    mail["Message-ID"] = f"<{identity}@{settings.sender.rpartition('@')[2].rstrip('>')}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's holiday answers it
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
    mail.set_content("\n".join(lines) + "\n")
    return mail
