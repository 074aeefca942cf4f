#!/usr/bin/env bash
# common-expression-language 0.10.0 (CEL in Rust, for Python): size() of a string counts the bytes of its UTF-8.
#
# The language definition says of size(string): the string's length in code points. A menu that asks whether a spoken
# or typed answer in Chinese has two characters gets six; the same text as a list of characters has two.
set -euo pipefail
cd "$(mktemp -d)"
python3 -m venv venv
venv/bin/pip -q --disable-pip-version-check install common-expression-language==0.10.0 2>&1 | grep -v WARNING || true
venv/bin/python - <<'PY'
import cel

for text in ("pay", "还款", "Zürich"):
    print(f"size({text!r}) = {cel.evaluate('size(text)', {'text': text})}, code points {len(text)}, bytes {len(text.encode())}")
    assert cel.evaluate("size(text)", {"text": text}) == len(text.encode())
    assert cel.evaluate("size(text)", {"text": list(text)}) == len(text)
PY
echo "as described"
