"""Intake from a mailbox: what nobody has seen becomes cases, each message once, marked as seen once it is on disk."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from calls.errors import BadInput
from complaints.intake.contact import Channel
from hotline.cases import imap, intake, mail
from hotline.cases.intake import Taken


class Box(NamedTuple):
    """A mailbox, and what its messages are."""

    host: str
    user: str
    password: str
    folder: str = "INBOX"
    port: int = 993
    tls: bool = True
    category: str = "complaint"
    channel: Channel = "email"


class Round(msgspec.Struct):
    """What a look into a mailbox came to. `problems`: messages that are none, by their UID, and why."""

    taken: list[Taken] = msgspec.field(default_factory=list)
    problems: list[str] = msgspec.field(default_factory=list)


def take_in_new(
    database: Path, box: Box, region: str, zone: ZoneInfo, going_on: Callable[[], bool] = lambda: True
) -> Round:
    """Take in what the mailbox has that nobody has seen; what is no e-mail is told, and marked as seen, too.

    Raises BadInput where the mailbox cannot be reached or the store not be written: messages that are not on disk stay
    unseen. `going_on` is asked before each message; where it says no, the rest waits.
    """
    done = Round()
    messages = imap.of_mailbox(box.host, box.user, box.password, box.folder, box.port, tls=box.tls)
    for uid, raw in messages:
        try:
            contact = mail.contact_of(raw, time.time(), box.channel, box.category)
            contact = intake.checked(contact, region)
        except BadInput as error:
            done.problems.append(f"message {uid.decode()}: {error}")
        else:
            try:
                done.taken += intake.take_in(database, [contact], zone)
            except BaseException:
                messages.close()  # it is not on disk: it stays unseen
                raise
        if not going_on():
            break
    return done
