#!/usr/bin/env bash
# standardwebhooks 1.1.0: `sign` takes the wall clock of an aware datetime for UTC, and its own `verify` refuses the result.
#
# The signature covers the seconds since 1970 that stand in the header webhook-timestamp. `sign(msg_id, timestamp, data)`
# puts UTC in the place of the datetime's zone and does not convert: a moment given in UTC is signed as it is, the same
# moment given in Shanghai's time is signed as one eight hours later. The header, made by `timestamp()`, says the true
# second, and no receiver accepts the signature.
set -euo pipefail
cd "$(mktemp -d)"
python3 -m venv venv
venv/bin/pip -q --disable-pip-version-check install standardwebhooks==1.1.0 2>&1 | grep -v WARNING || true
venv/bin/python - <<'PY'
import base64
from datetime import datetime, timedelta, timezone

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

webhook = Webhook(base64.b64encode(b"a secret of twenty-four b").decode())
body = '{"type":"call.ended"}'
in_utc = datetime.now(timezone.utc).replace(microsecond=0)
in_shanghai = in_utc.astimezone(timezone(timedelta(hours=8)))
assert in_utc == in_shanghai


def accepted(moment: datetime) -> bool:
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": webhook.sign("msg_1", moment, body),
    }
    try:
        webhook.verify(body, headers)
    except WebhookVerificationError as refused:
        print(moment.isoformat(), "refused:", refused)
        return False
    print(moment.isoformat(), "accepted")
    return True


assert accepted(in_utc)
assert not accepted(in_shanghai)
PY
echo "as described"
