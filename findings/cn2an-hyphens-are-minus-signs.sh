#!/usr/bin/env bash
# cn2an 0.5.24: `transform` of a sentence reads the hyphens of a date or of a telephone number as minus signs.
#
# `transform(text, "an2cn")` turns the figures of a sentence into words, for a voice. It knows 2026年11月29日, 3.5% and
# -5℃. A date as ISO 8601 has it and a number as people write it become sums of negative numbers; a time of day keeps its
# colon, which a voice skips or takes for a pause.
set -euo pipefail
cd "$(mktemp -d)"
python3 -m venv venv
venv/bin/pip -q --disable-pip-version-check install cn2an==0.5.24 2>&1 | grep -v WARNING || true
venv/bin/python - <<'PY'
import cn2an

for text, seen in {
    "还款日是2026年11月29日": "还款日是二零二六年十一月二十九日",
    "还款日是2026-11-29": "还款日是二千零二十六负十一负二十九",
    "请拨打400-812-3123": "请拨打四百负八百一十二负三千一百二十三",
    "工作时间8:30到18:00": "工作时间八:三十到十八:零",
}.items():
    words = cn2an.transform(text, "an2cn")
    print(text, "->", words)
    assert words == seen, seen
PY
echo "as described"
