#!/usr/bin/env bash
# aiortc 1.16.0: of a phone's offer "8 0 101" with one rtpmap, for 101, only the keys are left; there is no G.711.
#
# RFC 3551 gives PCMU, PCMA and G.722 payload types of their own (0, 8, 9), and RFC 3264 says that an rtpmap is not needed
# for these: many desk phones and trunks leave it out. The list of codecs that is made of the offer has those with an
# rtpmap only, and no word about the others, though the payload types are still in the media line.
set -euo pipefail
cd "$(mktemp -d)"
python3 -m venv venv
venv/bin/pip -q --disable-pip-version-check install aiortc==1.16.0 2>&1 | grep -v WARNING || true
venv/bin/python - <<'PY'
from aiortc.sdp import SessionDescription


def codecs(*rtpmaps: str) -> list[str]:
    lines = ["v=0", "o=- 1 1 IN IP4 192.0.2.2", "s=-", "c=IN IP4 192.0.2.2", "t=0 0", "m=audio 40000 RTP/AVP 8 0 101"]
    offer = "\r\n".join([*lines, *(f"a=rtpmap:{one}" for one in rtpmaps), "a=fmtp:101 0-15", ""])
    (media,) = SessionDescription.parse(offer).media
    assert media.fmt == [8, 0, 101]
    return [f"{one.payloadType} {one.mimeType}" for one in media.rtp.codecs]


KEYS = "101 telephone-event/8000"
plain, spelled_out = codecs(KEYS), codecs("8 PCMA/8000", "0 PCMU/8000", KEYS)
print("with an rtpmap for 101 only:", plain)
print("with one for each:          ", spelled_out)
assert plain == ["101 audio/telephone-event"]
assert spelled_out == ["8 audio/PCMA", "0 audio/PCMU", "101 audio/telephone-event"]
PY
echo "as described"
