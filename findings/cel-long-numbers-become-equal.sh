#!/usr/bin/env bash
# common-expression-language 0.10.0 (CEL in Rust, for Python): an int beyond 64 bits becomes a float without a word, so
# two different numbers of twenty digits are equal.
#
# Account numbers and the ICCIDs of SIM cards are that long. The same number as a literal of an expression is refused
# ("invalid int literal"); one that is given as a variable is not. Up to 19 digits all is well.
set -euo pipefail
cd "$(mktemp -d)"
python3 -m venv venv
venv/bin/pip -q --disable-pip-version-check install common-expression-language==0.10.0 2>&1 | grep -v WARNING || true
venv/bin/python - <<'PY'
import cel

for first in (1_000_000_000_000_000_001, 9_999_999_999_999_999_991, 20_000_000_000_000_000_001):
    given = {"a": first, "b": first + 1}
    equal, kept = cel.evaluate("a == b", given), cel.evaluate("a", given)
    print(f"{first} == {first + 1}: {equal}; the first is kept as {kept!r}")
    assert equal is (first > 2**64)
    assert isinstance(kept, float if first > 2**64 else int)
try:
    cel.evaluate("20000000000000000001 == 20000000000000000002")
except ValueError as error:
    print("as a literal:", str(error).splitlines()[0])
    assert "invalid int literal" in str(error)
PY
echo "as described"
