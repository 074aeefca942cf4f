"""Several switches in one house: where a phone is registered, and what a switch that is lost takes with it.

A bridge never spans two nodes: an agent's leg is called from the caller's node, and where the phone is registered with
another one, that leg is a SIP call between the two. While the link to one of several switches is down, no agent is
offered to a caller who waits there, for nothing could be done about that call: the caller is set aside, and comes back
into the old place with the time waited. Where a house has one switch, nobody is set aside: there is no other to serve.
"""

import msgspec

from acd.events import AgentReachable, CallLeft
from calls.causes import DeviceState
from calls.commands import HangUp
from calls.events import AgentDeviceChanged, SwitchBack, SwitchLost
from calls.ids import CallId, node_of
from control.hub.hub import Hub
from control.register import register as at
from control.register.call import Call


def lives_on(leg: str, back: SwitchBack) -> bool:
    """Whether this leg is one of the switch that is back."""
    node = node_of(leg)
    return node == back.switch or node in back.also


def address(register: at.Register, to: str, call: CallId) -> tuple[str, str]:
    """How `to` is called from the node of `call`: the address, and the other node on the way there, or nothing.

    A phone that is registered nowhere is tried on the call's own node; one that is there and elsewhere, too.
    """
    kind, _, account = to.partition(":")
    nodes = _nodes_up(register, account) if kind == "phone" else []
    own = node_of(call)
    if not nodes or own in nodes:
        return to, ""
    return f"{to}@{nodes[-1]}", nodes[-1]


def phone_seen(register: at.Register, event: AgentDeviceChanged) -> bool:
    """Note what one switch tells of a phone. Says whether it can be rung, there or by way of another switch."""
    there = event.state is not DeviceState.UNREACHABLE
    if not event.node:  # a journal from before nodes
        return there
    nodes = [node for node in register.phones.get(event.device, ()) if node != event.node]
    if there:
        nodes.append(event.node)
    register.phones[event.device] = nodes
    return bool(_nodes_up(register, event.device))


def can_be_rung(register: at.Register, account: str) -> bool:
    """Whether a phone is not known to be away: nothing may have been told of it yet."""
    return account not in register.phones or bool(_nodes_up(register, account))


def home(register: at.Register, account: str) -> str:
    """The node on which a call to this phone begins: where it was registered last; empty where that is not known."""
    nodes = _nodes_up(register, account)
    return nodes[-1] if nodes else ""


def switch_lost(hub: Hub, event: SwitchLost) -> None:
    """One of several switches is lost: its waiting callers are set aside, its phones cannot be rung."""
    register = hub.register
    if event.alone or event.switch in register.lost:
        return
    register.lost.append(event.switch)
    _tell_of_phones(hub, event.switch)
    for call in list(register.calls.values()):
        if node_of(call.call) == event.switch and call.place in ("waiting", "offered", "booked"):
            register.aside.append(call.call)
            hub.tell_queues(CallLeft(call.call, "way_out"))


def switch_back(hub: Hub, back: SwitchBack) -> None:
    """It is back, and what the gap hid is told: those set aside get their old places, its phones can be rung again."""
    register = hub.register
    if back.restarted:
        for leg in list(register.legs.values()):
            if leg.via == back.switch and not lives_on(leg.leg, back):
                hub.give(HangUp(leg.leg))  # the far half of the call between the two ended with the switch
    for gone in back.also:  # no phone is registered with a switch that is no more
        for account, nodes in register.phones.items():
            if gone in nodes:
                register.phones[account] = [node for node in nodes if node != gone]
    if not {back.switch, *back.also}.intersection(register.lost):
        return
    register.lost = [node for node in register.lost if node != back.switch and node not in back.also]
    _tell_of_phones(hub, back.switch)
    waiting, register.aside = register.aside, []
    for name in dict.fromkeys(waiting):
        call = register.calls.get(name)
        if call is None or not _waits(call) or call.queued_as is None or call.queued_at is None:
            continue  # gone, or taken up by another call meanwhile
        call.queued_as = msgspec.structs.replace(call.queued_as, waited_s=hub.now - call.queued_at)
        hub.tell_queues(call.queued_as)  # of another node that is lost, too, this sets it aside again


def _waits(call: Call) -> bool:
    if call.place == "waiting":
        return True
    return call.place == "booked" and call.callback is not None and call.callback.state == "booked"


def _nodes_up(register: at.Register, account: str) -> list[str]:
    return [node for node in register.phones.get(account, ()) if node not in register.lost]


def _tell_of_phones(hub: Hub, node: str) -> None:
    """Of every agent whose phone is registered with this node, whether it can be rung."""
    register = hub.register
    for account, nodes in register.phones.items():
        agent = hub.directory.agent(register.version, account) if node in nodes else None
        if agent is not None:
            hub.tell_queues(AgentReachable(agent, bool(_nodes_up(register, account))))
