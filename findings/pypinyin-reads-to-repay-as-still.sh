#!/usr/bin/env bash
# pypinyin 0.55.0: 还款 (to repay) is read hái kuǎn, as in "still", and 重置 (to reset) zhòng zhì, as in "heavy".
#
# Both characters have two readings, and the words are everyday ones of a lender's hotline: huán kuǎn, chóng zhì. The word
# list that ships knows their neighbours (还清 huán qīng, 重新 chóng xīn) and reads those rightly; a word that it does not
# have falls back to the character's commonest reading, and nothing tells which of the two it was.
set -euo pipefail
cd "$(mktemp -d)"
python3 -m venv venv
venv/bin/pip -q --disable-pip-version-check install pypinyin==0.55.0 2>&1 | grep -v WARNING || true
venv/bin/python - <<'PY'
from pypinyin import Style, lazy_pinyin

seen = {word: " ".join(lazy_pinyin(word, style=Style.TONE3)) for word in ("还款", "您的还款日", "重置密码", "还清", "重新")}
print(seen)
assert seen == {
    "还款": "hai2 kuan3",
    "您的还款日": "nin2 de hai2 kuan3 ri4",
    "重置密码": "zhong4 zhi4 mi4 ma3",
    "还清": "huan2 qing1",
    "重新": "chong2 xin1",
}
PY
echo "as described"
