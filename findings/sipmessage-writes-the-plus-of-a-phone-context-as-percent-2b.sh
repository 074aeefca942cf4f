#!/usr/bin/env bash
# sipmessage 0.7.1: a tel address with phone-context=+86 is written back with phone-context=%2B86.
#
# RFC 3966 (3) has a local number say whose plan it is of by a global prefix, "+" and digits; the plus is part of the
# grammar there and is never escaped. Read and written once, the address has a context that is neither a prefix nor a
# domain name. The plus before the digits of a number itself is kept.
set -euo pipefail
cd "$(mktemp -d)"
python3 -m venv venv
venv/bin/pip -q --disable-pip-version-check install sipmessage==0.7.1 2>&1 | grep -v WARNING || true
venv/bin/python - <<'PY'
from sipmessage import URI

seen = {text: str(URI.parse(text)) for text in ("tel:10086;phone-context=+86", "tel:+861065550123")}
print(seen)
assert seen == {
    "tel:10086;phone-context=+86": "tel:10086;phone-context=%2B86",
    "tel:+861065550123": "tel:+861065550123",
}
PY
echo "as described"
