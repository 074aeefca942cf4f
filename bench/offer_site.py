"""The site of the bench of offers: numbers that lead straight into a queue, and thousands of agents."""

from __future__ import annotations

from bench import live_site, offer_script

_ANNOUNCED_S = 6.0
_ANNOUNCED_EVERY_S = 15.0
_QUEUES = f"""\
queues:
  plain: {{ring_s: 20, wrap_up_s: 0, whisper: ""}}
  told:
    ring_s: 20
    wrap_up_s: 0
    whisper: ""
    announce: {{first_s: 5, every_s: {_ANNOUNCED_EVERY_S:g}, position: "yes", wait: false}}
"""


def files(agents: int) -> dict[str, str]:
    """The site's files by path: every one of the agents serves both queues."""
    made = {name: text for name, text in live_site.files([]).items() if not name.startswith("dialplans/flows/")}
    people = "".join(f'  "{account}": {{account: "{account}"}}\n' for account in live_site.agents(agents))
    announcement = f"{offer_script.ANNOUNCED_HZ:g} {_ANNOUNCED_S:g}"
    return {
        **made,
        "dialplans/entry.yaml": f'"{offer_script.PLAIN}": plain\n"{offer_script.TOLD}": told\n',
        "dialplans/queues.yaml": _QUEUES,
        "dialplans/agents.yaml": f"agents:\n{people}",
        "dialplans/flows/plain.yaml": _flow("plain"),
        "dialplans/flows/told.yaml": _flow("told"),
        "prompts/en.yaml": f"{made['prompts/en.yaml']}queue_next: {announcement}\nqueue_position: {announcement}\n",
    }


def _flow(queue: str) -> str:
    return f"flow: {queue}\nstart: wait\nwait: {{queue: {queue}, then: end}}\nend: {{hangup: }}\n"
