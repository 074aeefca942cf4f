"""What a phone is told of a transfer that it asked for: NOTIFY with a fragment of SIP (RFC 3515)."""

import re

from phones.sip import Request

_STATUS = re.compile(rb"SIP/2\.0 ([1-6][0-9]{2})")


def status_in(request: Request) -> int | None:
    """The status in a NOTIFY about a REFER: 100 for under way, 200 and above for its end. None in another request."""
    event = (request.headers.get("event") or "").partition(";")[0].strip()
    found = _STATUS.match(request.body) if request.method == "NOTIFY" and event == "refer" else None
    return None if found is None else int(found[1])
