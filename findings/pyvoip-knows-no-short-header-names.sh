#!/usr/bin/env bash
# pyVoIP 1.6.8: an INVITE whose headers have their short names has no Via, no From and no Call-ID.
#
# RFC 3261, 7.3.3: v, f, t, i, m and l are Via, From, To, Call-ID, Contact and Content-Length, and whoever reads messages
# must take both, mixed as they come. Phones use them where a message would not fit into a packet. Nothing is raised: they
# are kept as headers of names that nobody asks for, and not taken apart.
set -euo pipefail
cd "$(mktemp -d)"
python3 -m venv venv
venv/bin/pip -q --disable-pip-version-check install pyVoIP==1.6.8 2>&1 | grep -v WARNING || true
venv/bin/python - <<'PY'
import pyVoIP.VoIP  # first, or its modules wait for each other
from pyVoIP.SIP import SIPMessage

LINES = {
    "Via": "SIP/2.0/UDP 192.0.2.2:5060;branch=z9hG4bK1",
    "From": '"Desk" <sip:8001@192.0.2.2>;tag=a',
    "To": "<sip:95001@192.0.2.1>",
    "Call-ID": "one@192.0.2.2",
    "CSeq": "1 INVITE",
    "Content-Length": "0",
}
SHORT = {"Via": "v", "From": "f", "To": "t", "Call-ID": "i", "Content-Length": "l"}


def read(names: dict[str, str]) -> dict:
    lines = "".join(f"{names.get(name, name)}: {value}\r\n" for name, value in LINES.items())
    return SIPMessage(f"INVITE sip:95001@192.0.2.1 SIP/2.0\r\n{lines}\r\n".encode()).headers


long, short = read({}), read(SHORT)
print("long names: ", {name: long.get(name) for name in ("Via", "From", "Call-ID")})
print("short names:", {name: short.get(name) for name in ("Via", "From", "Call-ID")}, "and", sorted(set(short) - set(long)))
assert long["Via"] and long["From"]["number"] == "8001" and long["Call-ID"] == "one@192.0.2.2"
assert short["Via"] == [] and "From" not in short and "Call-ID" not in short and short["i"] == "one@192.0.2.2"
PY
echo "as described"
