"""Intake by e-mail and files: each message once, whatever a stranger's program made of it."""

from datetime import datetime
from email.message import EmailMessage
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from calls.errors import BadInput
from hotline.cases import files, mail
from hotline.cases.imap import modified_utf_7
from tests.unit.hotline.contacts.workbooks import xlsx

pytestmark = pytest.mark.unit

NOW = 1_796_000_000.0
ZONE = ZoneInfo("Asia/Shanghai")


def message(text: str, **headers: str) -> EmailMessage:
    made = EmailMessage()
    usual = {"From": "王芳 <wang@example.com>", "Subject": "投诉", "Message_ID": "<1@x>"}
    for name, value in {**usual, **headers}.items():
        made[name.replace("_", "-")] = value
    made.set_content(text)
    return made


def test_a_message_is_a_contact() -> None:
    raw = message(
        "扣了我三千块\n\n> 上一封\n2026年11月 客服写道:\n请退还", Date="Mon, 30 Nov 2026 09:05:00 +0800"
    ).as_bytes()
    contact = mail.contact_of(raw, NOW)
    assert (contact.channel, contact.source, contact.name, contact.subject) == ("email", "<1@x>", "王芳", "投诉")
    assert contact.text == "扣了我三千块\n\n请退还"
    assert contact.fields == {"email": "wang@example.com"}
    assert contact.at == min(1_796_000_700.0, NOW)


def test_markup_is_taken_out_and_attachments_are_counted() -> None:
    made = message("")
    made.clear_content()
    made.set_content(
        "<style>p {}</style><p>扣了<b>三千</b>块</p><blockquote>old</blockquote><script>x()</script>", "html"
    )
    made.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="a.pdf")
    contact = mail.contact_of(made.as_bytes(), NOW)
    assert contact.text == "扣了三千块"
    assert contact.fields["attachments"] == 1


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"From: a@b.c\r\nContent-Type: text/plain; charset=gb2312\r\n\r\n\xcd\xcb\xc7\xae", "退钱"),
        (b"From: a@b.c\r\nContent-Type: text/plain; charset=x-unknown\r\n\r\n\xe9\x80\x80\xe9\x92\xb1", "退钱"),
        (b"From: a@b.c\r\nDate: yesterday\r\n\r\nhello", "hello"),
        (b"From: <<<>>> ;;\r\nMessage-ID: \r\n\r\nhello", "hello"),
        (b"From: a@b.c\r\nContent-Type: text/html\r\n\r\n<p><![if !x]>5 > 3<![endif]> <![<b>old", "5 > 3 old"),
        (b"From: a@b.c\r\nContent-Type: text/html\r\n\r\n<![ Subject [ <p>my money at R&D", "my money at R&D"),
        (b"From: a@b.c\r\nContent-Type: text/html\r\n\r\nback <", "back <"),
        (b"From: a@b.c\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\n--x--", ""),
    ],
)
def test_what_strangers_send_is_read(raw: bytes, text: str) -> None:
    contact = mail.contact_of(raw, NOW)
    assert contact.text == text
    assert contact.at == NOW
    assert contact.source.startswith("sha256:")
    assert mail.contact_of(raw, NOW + 1).source == contact.source


@pytest.mark.parametrize(("raw", "told"), [(b"hello", "no sender"), (b"x" * (mail.MOST_BYTES + 1), "at most")])
def test_what_is_no_message(raw: bytes, told: str) -> None:
    with pytest.raises(BadInput, match=told):
        mail.contact_of(raw, NOW)


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("INBOX", "INBOX"),
        ("a & b", "a &- b"),
        ("台北", "&U,BTFw-"),
        ("~peter/mail/台北/日本語", "~peter/mail/&U,BTFw-/&ZeVnLIqe-"),
    ],
)
def test_a_folder_is_named_as_rfc_3501_says(name: str, written: str) -> None:
    assert modified_utf_7(name) == written


class TestCsv:
    def read(self, tmp_path: Path, data: bytes) -> tuple[list, list]:
        (tmp_path / "in.csv").write_bytes(data)
        return files.read(tmp_path / "in.csv", ZONE, "CN", "regulator", NOW)

    def test_rows_are_contacts(self, tmp_path: Path) -> None:
        text = "编号,投诉内容,联系电话,转办编号,时间,金额\n17,扣了我三千块,13800138000,转办118,2026/11/29 09:05,3000\n"
        (contact,), problems = self.read(tmp_path, text.encode("gb18030"))
        assert problems == []
        assert (contact.channel, contact.source, contact.reference) == ("regulator", "17", "转办118")
        assert (contact.text, contact.caller, contact.fields) == ("扣了我三千块", "13800138000", {"金额": "3000"})

    def test_a_row_without_a_key_is_known_by_what_it_says(self, tmp_path: Path) -> None:
        (one, two), _ = self.read(tmp_path, b"text;phone\nhello;1\nhello;2\n")
        (again, _), _ = self.read(tmp_path, b"text;phone\nhello;1\nhello;2\n")
        assert one.source == again.source != two.source

    def test_bad_rows_are_told_and_the_others_taken(self, tmp_path: Path) -> None:
        rows = "text,time\nhello,2026-11-29\n,2026-11-29\nhello,soon\nhello,2099-01-01\nhello,2026-11-29,x\n"
        contacts, problems = self.read(tmp_path, rows.encode())
        assert len(contacts) == 1
        assert [problem.row for problem in problems] == [3, 4, 5, 6]

    def test_a_quotation_mark_that_nobody_closes_takes_no_other_row_with_it(self, tmp_path: Path) -> None:
        rows = '编号,投诉内容,电话\n1,"扣了我三千块,13800138000\n2,"没有人, 也没有通知",139\n3,退钱,137\n'
        contacts, problems = self.read(tmp_path, rows.encode())
        assert [(one.source, one.text) for one in contacts] == [("2", "没有人, 也没有通知"), ("3", "退钱")]
        assert [(problem.row, "quotation mark" in problem.reason) for problem in problems] == [(2, True)]

    def test_a_letter_of_many_lines_with_numbers_in_it_is_one_cell(self, tmp_path: Path) -> None:
        letter = "\n".join(
            ["你们打给13800138000, 说退钱"] + [f"第{line}次, 工单20261129{line:04d}" for line in range(40)]
        )
        rows = f'编号,投诉内容,电话\n1,"{letter}",13900139000\n2,退钱,13700137000\n'
        contacts, problems = self.read(tmp_path, rows.encode())
        assert problems == []
        assert [one.caller for one in contacts] == ["13900139000", "13700137000"]
        assert contacts[0].text == letter

    @pytest.mark.parametrize(
        "said",
        ["2026/11/29 9:05", "2026-11-29 09:05:00", "2026年11月29日 9:05", "2026/11/29T9:05", "2026-11-29T01:05Z"],
    )
    def test_the_hour_of_a_contact_is_not_lost(self, tmp_path: Path, said: str) -> None:
        (contact,), _ = self.read(tmp_path, f"text,time\nhello,{said}\n".encode())
        assert datetime.fromtimestamp(contact.at, ZONE).isoformat() == "2026-11-29T09:05:00+08:00"

    def test_a_time_that_cannot_be_read_is_told_and_no_midnight(self, tmp_path: Path) -> None:
        contacts, (problem,) = self.read(tmp_path, b"text,time\nhello,2026-11-29 at nine\n")
        assert contacts == []
        assert "is no time" in problem.reason

    def test_keys_and_numbers_that_a_spreadsheet_has_rounded_are_told(self, tmp_path: Path) -> None:
        rows = "编号,text,phone\n1.10101E+17,hello,13800138000\n2,hello,1.38E+10\n"
        contacts, problems = self.read(tmp_path, rows.encode())
        assert contacts == []
        assert [("rounded" in problem.reason, problem.row) for problem in problems] == [(True, 2), (True, 3)]

    def test_a_count_of_rows_is_no_key(self, tmp_path: Path) -> None:
        (first,), _ = self.read(tmp_path, "序号,投诉内容\n1,扣了我三千块\n".encode())
        (second,), _ = self.read(tmp_path, "序号,投诉内容\n1,没有人通知\n".encode())
        assert first.source != second.source

    @pytest.mark.parametrize("data", [b"", b"<html><table><tr><td>text</td></tr></table>"])
    def test_what_is_no_table_is_refused(self, tmp_path: Path, data: bytes) -> None:
        with pytest.raises(BadInput):
            self.read(tmp_path, data)

    def test_a_spreadsheet_is_read_as_a_csv_file_is(self, tmp_path: Path) -> None:
        heading = ["编号", "投诉内容", "联系电话", "时间"]
        data = xlsx({"投诉": [heading, [17, "扣了我三千块", 13800138000, "2026/11/29 9:05"]]})
        (tmp_path / "in.xlsx").write_bytes(data)
        (contact,), problems = files.read(tmp_path / "in.xlsx", ZONE, "CN", "regulator", NOW)
        assert problems == []
        assert (contact.source, contact.caller, contact.text) == ("17", "13800138000", "扣了我三千块")

    def test_a_file_without_texts_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(BadInput, match=r"no column with what is complained about.*did you mean text"):
            self.read(tmp_path, b"texxt,phone\nhello,1\n")
