#!/usr/bin/env bash
# alawmulaw 6.0.0 (npm): mulaw.encodeSample gives no byte: every code is 256 too small, and below zero.
#
# A code of G.711 is one of 0 to 255, and alaw.encodeSample of the same package gives such. mulaw.encodeSample gives -256
# to -1. `encode` hides it, for a Uint8Array takes the number modulo 256; whoever encodes sample by sample and compares or
# looks a code up has to take the last eight bits themselves.
set -euo pipefail
cd "$(mktemp -d)"
npm install --silent --no-fund --no-audit alawmulaw@6.0.0
node - <<'JS'
const assert = require("node:assert");
const { alaw, mulaw } = require("alawmulaw");

const range = (codec) => {
  let least = Infinity, most = -Infinity;
  for (let sample = -32768; sample < 32768; sample++) {
    const code = codec.encodeSample(sample);
    least = Math.min(least, code);
    most = Math.max(most, code);
  }
  return [least, most];
};
console.log("A-law codes", range(alaw), "u-law codes", range(mulaw));
console.log("silence: encodeSample", mulaw.encodeSample(0), "encode", mulaw.encode(Int16Array.of(0))[0]);
assert.deepEqual(range(alaw), [0, 255]);
assert.deepEqual(range(mulaw), [-256, -1]);
assert.equal(mulaw.encodeSample(0), -1);
assert.equal(mulaw.encode(Int16Array.of(0))[0], 255);
JS
echo "as described"
