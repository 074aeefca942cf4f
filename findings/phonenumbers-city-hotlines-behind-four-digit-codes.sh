#!/usr/bin/env bash
# phonenumbers 9.0.43: a city's hotline 12345 behind its area code is a fixed line in Beijing and no number in Shenzhen.
#
# Whoever is in another town dials the area code first: 010 12345, 0755 12345. Behind codes of two digits (10, 20, 21, 28)
# the short number is valid; behind codes of three (571, 755, 871) it is too short for a number, while a bank's 95588 or
# the operators' 10086, which are as long, are valid behind both.
set -euo pipefail
cd "$(mktemp -d)"
python3 -m venv venv
venv/bin/pip -q --disable-pip-version-check install phonenumbers==9.0.43 2>&1 | grep -v WARNING || true
venv/bin/python - <<'PY'
import phonenumbers

CODES = ("010", "020", "021", "028", "0571", "0755", "0871")


def valid(short: str) -> list[str]:
    return [code for code in CODES if phonenumbers.is_valid_number(phonenumbers.parse(code + short, "CN"))]


seen = {short: valid(short) for short in ("12345", "95588", "10086")}
for short, codes in seen.items():
    print(f"{short}: valid behind {' '.join(codes)}")
assert seen == {"12345": ["010", "020", "021", "028"], "95588": list(CODES), "10086": list(CODES)}
PY
echo "as described"
