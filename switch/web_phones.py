"""The guard of phones in browsers: of what a browser says in SIP only requests in its own account's name go on.

A switch takes a caller for a trunk by their address, whatever the transport is, and all that browsers say comes from
the controller's address. So a request that names nobody, or somebody else, could be taken for a trunk's; and on
FreeSWITCH any that begins a call. Pure: each
frame of the WebSocket is one whole SIP message (RFC 7118, 5), and is let through as it is, or not at all.
"""

import re

LONGEST = 32_768
"""Bytes of one message. An offer with all codecs and candidates of a browser has about six thousand."""
_LONGEST_ADDRESS = 512
"""Signs of From and To. What reads them goes over some of it again for each sign: 32,000 took two seconds, in which the
whole house stood still."""
_METHODS = frozenset({"REGISTER", "INVITE", "ACK", "BYE", "CANCEL", "INFO", "UPDATE", "PRACK", "OPTIONS"})
"""Those that a phone needs. No REFER: the desk asks the controller to move a call. No SUBSCRIBE, MESSAGE, PUBLISH."""
_KEEP_ALIVE = "\r\n\r\n"
_STATUS = re.compile(r"SIP/2\.0 [1-6][0-9]{2} ")
_REQUEST = re.compile(r"([A-Z]{3,10}) sips?:[^ ]+ SIP/2\.0\Z")
_ADDRESS = re.compile(r'(?:"(?:[^"\\]|\\.)*"|[^"<>;,]*)\s*<sips?:([^@<>;:,?]+)@[^<>,]+>(?:;[^,]*)?\Z')
_BARE = re.compile(r"sips?:([^@<>;:,?]+)@[^<>;,\s]+(?:;[^,]*)?\Z")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_TAG = re.compile(r";\s*tag\s*=\s*[^;,\s]+")
_SHORT = {"f": "from", "t": "to", "l": "content-length", "i": "call-id"}
_ONCE = ("from", "to", "call-id", "cseq", "content-length")


def refusal(message: str, user: str) -> str:
    """Why this message of the browser whose phone is SIP user `user` goes no further; empty where it may."""
    if message == _KEEP_ALIVE:
        return ""
    if len(message) > LONGEST or len(message.encode()) > LONGEST:
        return "too long"
    head, end, body = message.partition("\r\n\r\n")
    if not end:
        return "not a whole message"
    first, *lines = head.split("\r\n")
    if "\n" in head.replace("\r\n", "") or "\r" in head.replace("\r\n", "") or "\0" in message:
        return "a line ends as no line does"
    fields: dict[str, list[str]] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or line[0] in " \t":
            return "a line that is no field, or goes on from the line before"
        name = name.strip().lower()
        fields.setdefault(_SHORT.get(name, name), []).append(value.strip())
    if any(len(fields.get(name, ())) != 1 for name in _ONCE):
        return f"each of {', '.join(_ONCE)} stands there once"
    if max(len(fields["from"][0]), len(fields["to"][0])) > _LONGEST_ADDRESS:
        return "From or To is too long"
    # the switch reads on behind a body: nothing may be hidden there
    if fields["content-length"][0] != str(len(body.encode())):
        return "the length is another"
    if _STATUS.match(first):
        return ""  # an answer to what the switch has asked
    request = _REQUEST.match(first)
    if request is None or request[1] not in _METHODS:
        return f"no request of a phone: {first[:40]!r}"
    if fields["cseq"][0].split()[1:] != [request[1]]:
        return "CSeq names another request"
    if _user_of(fields["from"][0]) != user:
        return f"From is not {user}"
    if request[1] == "INVITE" and not _is_in_a_call(fields["to"][0]):
        return "a call is ordered of the controller, and not begun by the page"
    if request[1] == "REGISTER" and _user_of(fields["to"][0]) != user:
        return f"To is not {user}"
    return ""


def _is_in_a_call(to: str) -> bool:
    """Whether the other side has a tag: the request goes to a call that is there."""
    bare = _QUOTED.sub("", to)
    return _TAG.search(bare.rpartition(">")[2]) is not None


def _user_of(address: str) -> str | None:
    found = _ADDRESS.match(address) or _BARE.match(address)
    return None if found is None else found[1]
