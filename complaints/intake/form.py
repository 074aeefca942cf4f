"""The agent's form: an agent fills in the key fields only; the rest comes from the call, and the standard text is made
in one step.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from calls.errors import BadInput

KEY_FIELDS = ("what", "wanted")
"""What happened, and what the customer wants."""
OPTIONAL = ("amount", "since", "product", "about")


class CallFacts(msgspec.Struct, frozen=True):
    """What the house knows of the call itself. `at` is of the house's zone."""

    call: str
    at: datetime
    caller: str
    """As it may be shown: masked."""
    queue: str = ""
    agent: str = ""
    waited_s: float = 0.0
    account: str = ""


def standard_text(form: Mapping[str, Any], call: CallFacts) -> str:
    """The text of the ticket. Raises BadInput, which names every field that is missing or unknown."""
    known = (*KEY_FIELDS, *OPTIONAL)
    wrong = [f"{name} is missing" for name in KEY_FIELDS if not str(form.get(name, "")).strip()]
    wrong += [f"there is no field {name}" for name in form if name not in known]
    if wrong:
        raise BadInput("; ".join(wrong))
    lines = [
        f"来电时间：{call.at:%Y-%m-%d %H:%M}；来电号码：{call.caller or '未显示'}",
        f"受理坐席：{call.agent or '—'}；队列：{call.queue or '—'}；等待：{call.waited_s:.0f}秒",
        *([f"客户账号：{call.account}"] if call.account else []),
        f"反映问题：{_plain(form['what'])}",
        *(f"{label}：{_plain(form[name])}" for name, label in _LABELS.items() if str(form.get(name, "")).strip()),
        f"客户诉求：{_plain(form['wanted'])}",
    ]
    return "\n".join(lines)


_LABELS = {"product": "涉及产品", "amount": "涉及金额", "since": "发生时间", "about": "涉及人员"}


def _plain(value: Any) -> str:
    return " ".join(str(value).split())
