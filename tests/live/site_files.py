"""The files of the live tests' sites. All phrases are tones, so that a caller can tell by ear which one is said."""

from __future__ import annotations

import wave
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from hotline.site.site import Site
from phones.audio import RATE_HZ, tone

AGENTS = ("8001", "8002")
MENU, PIN, WHISPER, SORRY, NOTED, CODE, BYE = 400, 500, 600, 700, 800, 900, 1000
"""What is said, in Hz."""
CALLER, AGENT = 1400, 1800
"""What people say."""
WELCOME_CLOSED = 1200
ASK = 1600
ASK_S = 8.0
"""Long enough to be interrupted."""
_TONES = {
    "menu": MENU,
    "pin": PIN,
    "whisper": WHISPER,
    "sorry": SORRY,
    "noted": NOTED,
    "bye": BYE,
    "voicemail": WELCOME_CLOSED,
    "ask": ASK,
    **{f"agent_{word}": CODE for word in ("logged_in", "logged_out", "ready", "paused", "wrap_up_ended")},
}
FLOW = """\
flow: main
start: choose
choose:
  menu: menu
  keys:
    1: {queue: care, skills: [care], then: bye}
    2: {open_case: {category: complaint}, then: {say: noted, then: choose}}
    3: pin
    4: find
    5: ask
    6: {recording: declined, then: {say: noted, then: choose}}
  no_input: {tries: 3, then: bye}
  wrong: {tries: 3, then: bye}
pin:
  collect: pin
  say: pin
  length: 8
  secret: true
  no_input: {tries: 1, then: bye}
  wrong: {tries: 1, then: bye}
  then: {say: noted, then: choose}
find:
  lookup: http://127.0.0.1:%d/
  send: {who: =caller}
  into: found
  deadline_s: 0.5
  failed: {say: sorry, then: choose}
  then: {say: noted, then: choose}
ask:
  listen: ask
  answers:
    - {hears: [account, 账单], press: 1, then: {say: noted, then: choose}}
    - {hears: complaint, press: 2, then: {say: sorry, then: choose}}
  max_s: 4
  no_input: {tries: 0, then: bye}
  wrong: {tries: 0, then: bye}
bye: {hangup: bye}
"""


def make_site(
    folder: Path,
    switch: Mapping[str, Any],
    web_port: int,
    lookup_port: int,
    more: Mapping[str, Any] | None = None,
    agents: Iterable[str] = AGENTS,
) -> Site:
    """A site with that `switch` in its settings, and `more` of them; several switches are among those."""
    settings = {
        "voice": {"kind": "espeak"},  # whatever is installed here: quick, and the same everywhere
        **(more or {}),
        "languages": ["en"],
        **({"switch": dict(switch)} if switch else {}),
        "web": {"port": web_port},
    }
    files = {
        "hotline.yaml": yaml.safe_dump(settings),
        "dialplans/entry.yaml": "default: main\n",
        "dialplans/defaults.yaml": "languages: [en]\nno_agents: {hangup: sorry}\nfailed: {hangup: sorry}\n",
        "dialplans/queues.yaml": "queues: {care: {record: true, ring_s: 4, wrap_up_s: 1, miss_limit: 9}}\n",
        "dialplans/agents.yaml": yaml.safe_dump(
            {"agents": {agent: {"account": agent, "skills": {"care": 3}} for agent in agents}}
        ),
        "dialplans/flows/main.yaml": FLOW % lookup_port,
        "prompts/en.yaml": yaml.safe_dump(dict.fromkeys(_TONES, "beep")),
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    recordings = folder / "prompts/recordings/en"
    recordings.mkdir(parents=True)
    for name, hz in _TONES.items():
        record(recordings / f"{name}.wav", hz, ASK_S if name == "ask" else 0.6)
    return Site.open(folder)


def record(path: Path, hz: int, seconds: float) -> None:
    """A phrase that can be told by ear."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(tone(hz, seconds).samples.tobytes())
