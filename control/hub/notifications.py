"""Notifications to other systems of what has just become of a call: it came in, a phone rings for it, a talk began.

Each is a command with all that is to be told, as of that moment: what happens later changes none. Its end and its
cases are told by `LogCall` and `FileCase`, which say all of it already. Whether somebody listens is not known here.
"""

from acd.choice import Choice
from calls.ids import AttemptId
from control.hub.hub import Hub
from control.messages.commands import NotifyArrival, NotifyRing, NotifyTalk
from control.register.call import Call


def arrived(hub: Hub, call: Call, trunk: str) -> None:
    """Tell of a call that has come in by `trunk` (empty: it has no name)."""
    hub.give(NotifyArrival(call.call, call.caller, call.called, hub.utc, trunk))


def rings(hub: Hub, call: Call, offer: AttemptId, account: str) -> None:
    """Tell that an agent's phone is called for `call`: what a screen needs before the phone is picked up."""
    assert call.agent is not None  # whoever offers has said to whom
    choice: Choice | None = hub.queue_view.choice(offer, hub.now)
    hub.give(
        NotifyRing(
            call=call.call,
            offer=offer,
            agent=call.agent,
            account=account,
            caller=call.callback.number if call.callback is not None else call.caller,
            called=call.called,
            queue=call.queue,
            language=call.language,
            at=hub.utc,
            queued_at=None if call.queued_at is None else call.queued_at + hub.register.offset_s,
            callback=call.callback is not None,
            about=call.reason,
            fields=dict(call.fields),
            choice=choice,
        )
    )


def talk_began(hub: Hub, call: Call) -> None:
    """Tell of the talk that the call is in."""
    talk = call.talk
    assert talk is not None  # it has just begun
    offset_s = hub.register.offset_s
    hub.give(
        NotifyTalk(
            call=call.call,
            number=talk.number,
            role=talk.role,
            agent=talk.agent,
            party=talk.party,
            caller=call.caller,
            called=call.called,
            queue=talk.queue,
            began_at=talk.began_at + offset_s,
        )
    )
