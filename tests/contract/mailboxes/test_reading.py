"""Messages of a mailbox: those that nobody has seen, marked once they are in the store; refusals are told."""

import imaplib

import pytest

from calls.errors import BadInput
from hotline.cases import imap, mail
from tests.contract.mailboxes.rig import DovecotRig, MailboxRig, put
from tests.live.dovecot import Dovecot
from tests.unit.hotline.cases.test_mail import NOW, message

live = pytest.mark.live


def read(box: MailboxRig, **changed: str) -> list[tuple[bytes, bytes]]:
    told = {"user": box.user, "password": box.password, **changed}
    return list(imap.of_mailbox("127.0.0.1", port=box.port, tls=False, **told))  # type: ignore[arg-type]


def test_a_message_is_marked_as_seen_when_the_next_one_is_asked_for(box: MailboxRig) -> None:
    first, second = box.put(message("one").as_bytes()), box.put(message("two", Message_ID="<2@x>").as_bytes())
    found = imap.of_mailbox("127.0.0.1", box.user, box.password, port=box.port, tls=False)
    uid, raw = next(found)
    assert (uid, mail.contact_of(raw, NOW).text, box.seen()) == (first, "one", set())
    uid, _ = next(found)
    assert (uid, box.seen()) == (second, {first})
    found.close()  # the process dies here: the second one comes again
    assert [uid for uid, _ in read(box)] == [second]
    assert box.seen() == {first, second}
    assert read(box) == []


@pytest.mark.parametrize(
    "raw",
    [
        message("扣了我三千块，要求退还").as_bytes(),
        b"From: a@b.c\r\nContent-Type: text/plain; charset=gb2312\r\n\r\n\xcd\xcb\xc7\xae",
        b"From: a@b.c\r\n\r\n" + b"a line that is long " * 5_000 + b")\r\nA1 OK done\r\n* SEARCH 9\r\n",
        b"nobody sends this",
    ],
)
def test_a_message_comes_as_it_was_sent(box: MailboxRig, raw: bytes) -> None:
    whole = raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    box.put(whole)
    assert [one for _, one in read(box)] == [whole]


def test_the_oldest_hundred_come_first(box: MailboxRig) -> None:
    uids = [box.put(message(f"{place}", Message_ID=f"<{place}@x>").as_bytes()) for place in range(3)]
    found = imap.of_mailbox("127.0.0.1", box.user, box.password, port=box.port, tls=False, most=2)
    assert [uid for uid, _ in found] == uids[:2]
    assert [uid for uid, _ in read(box)] == uids[2:]


@pytest.mark.parametrize(
    ("changed", "told"), [({"password": "wrong"}, "login|auth"), ({"folder": "none"}, "folder none")]
)
def test_a_mailbox_that_refuses_is_told(box: MailboxRig, changed: dict[str, str], told: str) -> None:
    with pytest.raises(BadInput, match=f"(?i)mailbox complaints at .*({told})"):
        read(box, **changed)


def test_a_mailbox_that_is_not_there_is_told(box: MailboxRig) -> None:
    box.go()
    with pytest.raises(BadInput, match="mailbox complaints at"):
        read(box)


@live
class TestDovecot:
    """What only a real server has."""

    def test_a_certificate_that_nobody_trusts_gets_no_password(
        self, dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with DovecotRig(dovecot) as box:
            uid = box.put(message("one").as_bytes())
            asked = dovecot.said().count("Login: user=<complaints>")
            with pytest.raises(BadInput, match="its certificate is not trusted"):
                list(imap.of_mailbox("localhost", box.user, box.password, port=dovecot.imaps_port))
            assert dovecot.said().count("Login: user=<complaints>") == asked
            monkeypatch.setenv("SSL_CERT_FILE", str(dovecot.certificate))
            found = list(imap.of_mailbox("localhost", box.user, box.password, port=dovecot.imaps_port))
            assert [uid for uid, _ in found] == [uid]
            with pytest.raises(BadInput, match=r"not trusted.*127\.0\.0\.1"):  # it is for another name
                list(imap.of_mailbox("127.0.0.1", box.user, box.password, port=dovecot.imaps_port))

    def test_folders_and_people_have_names_of_any_script(self, dovecot: Dovecot) -> None:
        with imaplib.IMAP4("127.0.0.1", dovecot.imap_port, timeout=20.0) as opened:
            opened.authenticate("PLAIN", lambda _: "\0投诉\0密码 secret".encode())
            folder = imap.modified_utf_7("转办 & 来信")
            opened.create(f'"{folder}"')
            uid = put(opened, message("one").as_bytes(), folder)
        given = ("127.0.0.1", "投诉", "密码 secret", "转办 & 来信", dovecot.imap_port)
        assert [uid for uid, _ in imap.of_mailbox(*given, tls=False)] == [uid]
        assert list(imap.of_mailbox(*given, tls=False)) == []

    def test_what_is_deleted_meanwhile_is_passed_over(self, dovecot: Dovecot) -> None:
        with DovecotRig(dovecot) as box:
            uids = [box.put(message(f"{place}", Message_ID=f"<{place}@x>").as_bytes()) for place in range(3)]
            found = imap.of_mailbox("127.0.0.1", box.user, box.password, port=box.port, tls=False)
            assert next(found)[0] == uids[0]
            with dovecot.opened() as other:
                other.uid("STORE", uids[1].decode(), "+FLAGS", "(\\Deleted)")
                other.expunge()
            assert [uid for uid, _ in found] == [uids[2]]
            assert box.seen() == {uids[0], uids[2]}
