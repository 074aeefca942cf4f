"""The site of the live bench: two prompts with barge-in, a queue, agents. Its prompts are tones (`ToneVoice`)."""

from __future__ import annotations

from collections.abc import Sequence

from bench import script

AGENTS = 60
_MAIN = """\
flow: main
start: greet
greet:
  menu: first
  keys: {1: tell}
  no_input: {tries: 0, then: hangup}
  wrong: {tries: 0, then: hangup}
tell: {say: second, then: wait}
wait: {queue: bench, then: end}
end: {hangup: }
"""
_HOLD = """\
flow: hold
start: wait
wait: {queue: nobody, then: end}
end: {hangup: }
"""
_DEFAULTS = """\
languages: [en]
no_agents: end
timed_out: end
full: end
failed: end
"""
_QUEUES = """\
queues:
  bench: {ring_s: 20, wrap_up_s: 0, whisper: ""}
  nobody: {join_empty: true, whisper: ""}
"""


def agents(count: int = AGENTS) -> list[str]:
    """Accounts of agents."""
    return [str(1_001 + number) for number in range(count)]


def files(accounts: Sequence[str]) -> dict[str, str]:
    """The site's files by path."""
    people = "".join(f'  "{account}": {{account: "{account}", queues: [bench]}}\n' for account in accounts)
    return {
        "dialplans/entry.yaml": f'default: main\n"{script.HOLDING_NUMBER}": hold\n',
        "dialplans/defaults.yaml": _DEFAULTS,
        "dialplans/queues.yaml": _QUEUES,
        "dialplans/agents.yaml": f"agents:\n{people}" if people else "agents: {}\n",
        "dialplans/flows/main.yaml": _MAIN,
        "dialplans/flows/hold.yaml": _HOLD,
        "prompts/en.yaml": (
            f"first: {script.FIRST_HZ:g} {script.FIRST_S:g}\nsecond: {script.SECOND_HZ:g} {script.SECOND_S:g}\n"
        ),
    }
