#!/usr/bin/env bash
# common-expression-language 0.10.0 (CEL in Rust, for Python): two equal timestamps have different getHours(), and the
# form that names a zone is not there.
#
# The language definition says of timestamp.getHours(): the hour in UTC, and of getHours(zone): the hour there. Here the
# first tells the clock of the offset that the timestamp was written in, and the second is an undefined function. So the
# same instant is inside calling hours or outside them by how a system wrote it down.
set -euo pipefail
cd "$(mktemp -d)"
python3 -m venv venv
venv/bin/pip -q --disable-pip-version-check install common-expression-language==0.10.0 2>&1 | grep -v WARNING || true
venv/bin/python - <<'PY'
import cel

IN_CHINA, IN_UTC = "timestamp('2026-12-01T02:30:00+08:00')", "timestamp('2026-11-30T18:30:00Z')"
assert cel.evaluate(f"{IN_CHINA} == {IN_UTC}") is True
for part, in_china, in_utc in (("getHours", 2, 18), ("getDate", 1, 30), ("getMonth", 11, 10), ("getDayOfWeek", 2, 1)):
    seen = cel.evaluate(f"{IN_CHINA}.{part}()"), cel.evaluate(f"{IN_UTC}.{part}()")
    print(f"{part}(): {seen[0]} and {seen[1]} of equal timestamps; {in_utc} by the definition")
    assert seen == (in_china, in_utc)
try:
    cel.evaluate(f"{IN_UTC}.getHours('Asia/Shanghai')")
except RuntimeError as error:
    print(f"getHours('Asia/Shanghai'): {error}")
    assert "Undefined variable or function: 'getHours'" in str(error)
else:
    raise AssertionError("the form with a zone is there")
PY
echo "as described"
