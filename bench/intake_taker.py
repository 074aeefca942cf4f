"""A process that takes cases in, for the bench `intake`, which kills it: a message a line in, its case a line out.

A second thread does the house's own work on them meanwhile, as the server does.
"""

from __future__ import annotations

import select
import sys
import threading
import time
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from calls.errors import BadInput
from complaints.intake.contact import Contact
from hotline.cases import intake
from hotline.cases.work import Work
from hotline.site.sample import SAMPLE
from hotline.versions.case_rules import FILES, HOURS, CaseRules, compiled_again

_MOST = 100


def rules() -> CaseRules:
    """Those of the sample."""
    return compiled_again({path: (SAMPLE / path).read_text(encoding="utf-8") for path in (*FILES, HOURS)})


def main(database: Path) -> None:
    """Take in what comes, until the input ends."""
    threading.Thread(target=_work, args=(database,), daemon=True).start()
    zone = ZoneInfo("Asia/Shanghai")
    decode = msgspec.json.Decoder(Contact).decode
    stream = sys.stdin.buffer
    while line := stream.readline():
        lines = [line]
        while len(lines) < _MOST and select.select([stream], [], [], 0)[0]:
            more = stream.readline()
            if not more:
                break
            lines.append(more)
        contacts = [decode(one) for one in lines]
        taken = intake.take_in(database, contacts, zone)
        for contact, one in zip(contacts, taken, strict=True):
            sys.stdout.write(f"{contact.source} {one.case}\n")
        sys.stdout.flush()


def _work(database: Path) -> None:
    work, known = Work(database), rules()
    while True:
        try:
            work.off(known, time.time())
        except BadInput:  # the other thread, or the process before, holds the store a moment longer than usual
            continue
        time.sleep(0.2)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
