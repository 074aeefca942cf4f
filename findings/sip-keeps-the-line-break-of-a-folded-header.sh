#!/usr/bin/env bash
# sip 0.0.6 (npm): the value of a folded header that the parser does not know keeps the line break and the blanks behind it.
#
# RFC 3261 (7.3.1) has a header go on in the next line where that begins with a blank, and the break counts as one space.
# Headers that the parser knows by name (To, Via, CSeq) are read so. Any other header, such as a Subject, is given with
# the line break inside its value: a line written from it to a log or a file is two lines.
set -euo pipefail
cd "$(mktemp -d)"
npm install --silent --no-fund --no-audit sip@0.0.6
node - <<'JS'
const assert = require("node:assert");
const sip = require("sip");

const message = sip.parse(
  [
    "OPTIONS sip:desk@example.com SIP/2.0",
    "Via: SIP/2.0/UDP 192.0.2.2;branch=z9hG4bK1",
    "To: <sip:desk@example.com>",
    "From: <sip:caller@example.com>",
    " ;tag=1",
    "Call-ID: 1@192.0.2.2",
    "CSeq: 1",
    " OPTIONS",
    "Subject: a complaint about",
    " a fee",
    "Content-Length: 0",
    "",
    "",
  ].join("\r\n"),
);
console.log("CSeq", message.headers.cseq, "From", message.headers.from.params);
console.log("Subject", JSON.stringify(message.headers.subject));
assert.deepEqual(message.headers.cseq, { seq: 1, method: "OPTIONS" });
assert.deepEqual(message.headers.from.params, { tag: "1" });
assert.equal(message.headers.subject, "a complaint about\r\n a fee");
JS
echo "as described"
