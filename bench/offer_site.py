"""The site of the bench of offers: numbers that lead straight into a queue, and thousands of agents."""

from __future__ import annotations

from bench import live_site, offer_script
from control.rules.treatment import Announce, phrases_of_announcements

_ANNOUNCED_S = 20.0  # of each 30: two offers in three come while it plays
_ANNOUNCE = Announce(first_s=5.0, every_s=30.0, wait=False)
_QUEUES = f"""\
queues:
  plain: {{ring_s: 20, wrap_up_s: 0, whisper: ""}}
  told:
    ring_s: 20
    wrap_up_s: 0
    whisper: ""
    announce: {{first_s: {_ANNOUNCE.first_s:g}, every_s: {_ANNOUNCE.every_s:g}, wait: false}}
"""
_ENTRY = f"""\
"{offer_script.PLAIN}": plain
"{offer_script.TOLD}": told
"{offer_script.PROBE}": probe
"""
_PROBE = """\
flow: probe
start: greet
greet: {say: probe, then: end}
end: {hangup: }
"""
_PROMPT = f"probe: {offer_script.PROBE_HZ:g} {offer_script.PROBE_S:g}\n"


def files(agents: int) -> dict[str, str]:
    """The site's files by path: every one of the agents serves both queues."""
    made = {name: text for name, text in live_site.files([]).items() if not name.startswith("dialplans/flows/")}
    people = "".join(f'  "{account}": {{account: "{account}"}}\n' for account in live_site.agents(agents))
    announcement = f"{offer_script.ANNOUNCED_HZ:g} {_ANNOUNCED_S:g}"
    announcements = "".join(f"{phrase}: {announcement}\n" for phrase, _ in phrases_of_announcements(_ANNOUNCE))
    return {
        **made,
        "dialplans/entry.yaml": _ENTRY,
        "dialplans/queues.yaml": _QUEUES,
        "dialplans/agents.yaml": f"agents:\n{people}",
        "dialplans/flows/plain.yaml": _flow("plain"),
        "dialplans/flows/told.yaml": _flow("told"),
        "dialplans/flows/probe.yaml": _PROBE,
        "prompts/en.yaml": made["prompts/en.yaml"] + announcements + _PROMPT,
    }


def _flow(queue: str) -> str:
    return f"flow: {queue}\nstart: wait\nwait: {{queue: {queue}, then: end}}\nend: {{hangup: }}\n"
