"""A mailbox by IMAP: its messages that nobody has seen, each marked as seen once it is in the store.

The server's certificate is checked as a browser checks it; a house's own authority is one that the system trusts, or
the file that SSL_CERT_FILE names.
"""

import base64
import contextlib
import imaplib
import re
import ssl
from collections.abc import Generator
from typing import Any

from calls.errors import BadInput

_PATIENCE_S = 20.0
_NO_ASCII = re.compile(r"[^\x20-\x7e]+")


def of_mailbox(
    host: str, user: str, password: str, folder: str = "INBOX", port: int = 993, *, tls: bool = True, most: int = 100
) -> Generator[tuple[bytes, bytes], None, None]:
    """Messages of a mailbox that are not marked as seen, each as (its UID, its bytes), the oldest first.

    A message is marked as seen once the next one is asked for: by then the first is in the store. Raises BadInput where
    the mailbox cannot be reached, cannot be trusted or refuses us.
    """
    where = f"mailbox {user} at {host}:{port}"
    try:
        box = _connected(host, port, tls)
    except ssl.SSLCertVerificationError as error:
        told = (
            f"{where}: its certificate is not trusted ({error.verify_message}); SSL_CERT_FILE names another authority"
        )
        raise BadInput(told) from error
    except (imaplib.IMAP4.error, OSError) as error:
        raise BadInput(f"{where}: {error}") from error
    try:
        _log_in(box, user, password)
        _done(box.select(_quoted(folder)), f"folder {folder}")
        found = _done(box.uid("SEARCH", "UNSEEN"), "the search")
        for uid in (found[0] or b"").split()[:most]:
            fetched = _done(box.uid("FETCH", uid.decode(), "(BODY.PEEK[])"), "a message")
            raw = next((bytes(part[1]) for part in fetched if isinstance(part, tuple)), None)
            if raw is not None:  # else it was deleted meanwhile
                yield uid, raw
                _done(box.uid("STORE", uid.decode(), "+FLAGS.SILENT", "(\\Seen)"), "a mark")
    except (imaplib.IMAP4.error, OSError) as error:
        raise BadInput(f"{where}: {error}") from error
    finally:
        with contextlib.suppress(imaplib.IMAP4.error, OSError):  # it is gone already
            box.logout()


def _connected(host: str, port: int, tls: bool) -> imaplib.IMAP4:
    if not tls:
        return imaplib.IMAP4(host, port, timeout=_PATIENCE_S)
    # without a context of ours the library would talk to whoever answers
    return imaplib.IMAP4_SSL(host, port, ssl_context=ssl.create_default_context(), timeout=_PATIENCE_S)


def _log_in(box: imaplib.IMAP4, user: str, password: str) -> None:
    if user.isascii() and password.isascii():
        box.login(user, password)
    else:  # LOGIN has no other characters (RFC 3501, 6.2.3); PLAIN has UTF-8 (RFC 4616)
        box.authenticate("PLAIN", lambda _: f"\0{user}\0{password}".encode())


def _done(answer: tuple[str, list[Any]], what: str) -> list[Any]:
    status, data = answer
    if status != "OK":
        raise imaplib.IMAP4.error(f"{what}: {data!r}")
    return data


def _quoted(folder: str) -> str:
    escaped = modified_utf_7(folder).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def modified_utf_7(name: str) -> str:
    """The name of a folder as IMAP writes it (RFC 3501, 5.1.3)."""
    return _NO_ASCII.sub(_shifted, name.replace("&", "&-"))


def _shifted(found: re.Match[str]) -> str:
    digits = base64.b64encode(found[0].encode("utf-16-be")).decode()
    return f"&{digits.rstrip('=').replace('/', ',')}-"
