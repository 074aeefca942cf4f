#!/usr/bin/env bash
# soundfile 0.13.1 (libsndfile 1.2.2): a GSM 6.10 WAV reads back longer than it was written, and than its header says.
#
# A block of such a WAV is 320 samples in 65 bytes, and a RIFF chunk of an odd number of bytes is followed by one byte of
# padding. A recording of an odd number of blocks is written so, with its true length in the `fact` chunk. Reading takes
# the padding for the beginning of one more block: 320 samples, 40 ms at 8 kHz, that nobody recorded.
set -euo pipefail
cd "$(mktemp -d)"
python3 -m venv venv
venv/bin/pip -q --disable-pip-version-check install soundfile==0.13.1 numpy==2.2.6 2>&1 | grep -v WARNING || true
venv/bin/python - <<'PY'
import struct

import numpy as np
import soundfile

print("libsndfile", soundfile.__libsndfile_version__)
for written in (320, 640, 960, 1280, 2880):
    soundfile.write("tone.wav", np.sin(np.arange(written) * 0.3) * 0.3, 8000, format="WAV", subtype="GSM610")
    raw = open("tone.wav", "rb").read()
    (in_header,) = struct.unpack_from("<I", raw, raw.index(b"fact") + 8)
    read = len(soundfile.read("tone.wav")[0])
    print(f"written {written}, in the fact chunk {in_header}, read {read}")
    assert in_header == written
    blocks = written // 320
    assert read == (blocks + blocks % 2) * 320
PY
echo "as described"
