"""The wiring of call control: every part is made here, once, and joined to those that it asks."""

from collections.abc import Callable
from typing import Protocol

from calls.ids import Instant
from control.agents.declines import Declines
from control.agents.echo_tests import ROLE as ECHO
from control.agents.echo_tests import EchoTests
from control.agents.moved_talks import ROLE as MOVED
from control.agents.moved_talks import MovedTalks
from control.agents.star_codes import StarCodes
from control.callbacks.callbacks import Callbacks
from control.callers.callers import Callers
from control.callers.flow_commands import FlowCommands
from control.callers.queue_commands import QueueCommands
from control.gate.gate import OutgoingGate
from control.hub.hub import Hub
from control.hub.parts import Part
from control.hub.phones import Phones
from control.messages.events import GateAnswered
from control.messages.log_commands import LegRole
from control.outgoing.agent_calls import AgentCalls
from control.outgoing.campaigns import CampaignCalls
from control.outgoing.contact_calls import ROLE as CONTACT
from control.outgoing.contact_calls import ContactCalls
from control.outgoing.previews import Previews
from control.overrides.override_phone import ROLE as OVERRIDE
from control.overrides.override_phone import OverridePhone
from control.overrides.overrides import Overrides
from control.queues.announcements import Announcements
from control.queues.offer_ports import AgentsFirst
from control.queues.offers import Offers
from control.supervision.reviews import Reviews
from control.supervision.supervision import Supervision
from control.talks.dispositions import Dispositions
from control.talks.holds import Holds
from control.talks.talk_keys import TalkKeys
from control.talks.talk_recordings import TalkRecordings
from control.transfers.attended_transfers import AttendedTransfers
from control.transfers.blind_transfers import ROLE as OUTSIDE
from control.transfers.blind_transfers import BlindTransfers
from control.transfers.consultations import ROLE as CONSULTED
from control.transfers.consultations import Consultations
from control.transfers.flow_transfers import Transfers
from control.transfers.handed_on_callers import HandedOnCallers


class _Timed(Protocol):
    """A part that waits for instants."""

    def next_deadline(self) -> Instant | None: ...

    def tick(self) -> None: ...


class Wiring:
    """The parts of one house. `by_role`: the part of each role that a leg can have (`control.hub.parts`)."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self.gate = gate = OutgoingGate(hub)
        self.recordings = recordings = TalkRecordings(hub, gate)
        self.overrides = overrides = Overrides(hub)
        self.override_phone = OverridePhone(hub, overrides)
        self.announcements = announcements = Announcements(hub)
        keys = TalkKeys(hub, recordings)
        self.offers = offers = Offers(hub, announcements, recordings, keys)
        self.callbacks = callbacks = Callbacks(hub, offers, gate)
        self.contacts = contacts = offers.contacts = ContactCalls(hub, offers, gate)
        self.campaigns = CampaignCalls(hub, gate, contacts)
        self.dispositions = dispositions = offers.dispositions = Dispositions(hub)
        offers.agent_first = agent_first = AgentsFirst((callbacks, Previews(hub, contacts)))
        self.phones = phones = Phones(hub)
        self.star_codes = StarCodes(hub, phones, self.campaigns, self.dispositions)
        self.supervision = Supervision(hub, phones)
        self.holds = Holds(hub, recordings)
        self.agent_calls = AgentCalls(hub, phones, recordings, gate)
        self.transfers = transfers = Transfers(hub, callbacks, phones, gate)
        handed_on = offers.handed_on = HandedOnCallers(hub, announcements)
        self.blind_transfers = keys.transfers = BlindTransfers(hub, offers, handed_on, recordings, gate)
        self.consultations = offers.consultations = keys.consultations = Consultations(
            hub, offers, self.blind_transfers, phones, recordings, gate
        )
        self.echo_tests = EchoTests(hub, phones)
        self.declines = Declines(hub, offers, self.consultations)
        self.moved_talks = MovedTalks(hub, offers)
        self.attended_transfers = AttendedTransfers(hub, offers, self.blind_transfers, self.agent_calls)
        self.callers = callers = Callers(hub, announcements, offers, callbacks, keys, overrides, contacts)
        self.by_role: dict[LegRole, Part] = {
            "caller": self.callers,
            "agent": offers,
            "transfer": transfers,
            "code": self.star_codes,
            "supervisor": self.supervision,
            "callback": callbacks,
            OVERRIDE: self.override_phone,
            OUTSIDE: self.blind_transfers,
            "dialling": self.agent_calls,
            "dialled": self.agent_calls,
            CONSULTED: self.consultations,
            MOVED: self.moved_talks,
            ECHO: self.echo_tests,
            CONTACT: contacts,
        }
        self._timed: tuple[_Timed, ...] = (
            announcements,
            callbacks,
            overrides,
            self.override_phone,
            self.holds,
            self.agent_calls,
            contacts,
        )
        self.reviews = Reviews(hub)
        hub.on_flow_command = FlowCommands(
            hub, announcements, callbacks, transfers, recordings, overrides, self.reviews
        ).on_flow_command
        hub.on_queue_command = QueueCommands(
            hub,
            offers,
            callers,
            announcements,
            overrides,
            handed_on,
            agent_first,
            contacts,
            dispositions,
            self.campaigns,
        ).on_queue_command
        hub.on_campaign_command = self.campaigns.on_command

    def deadlines(self) -> tuple[Callable[[], Instant | None], ...]:
        """What says when each part has something to do."""
        return (*(part.next_deadline for part in self._timed), self.gate.next_deadline)

    def tick(self) -> None:
        """Let each part do what is due. A question to the gate that is overdue is answered with no."""
        for part in self._timed:
            part.tick()
        for late in self.gate.overdue():
            self.gate_answered(late)

    def look(self) -> None:
        """At the end of each event: what follows from how things stand now."""
        self.campaigns.look()
        self.overrides.look()
        if self._hub.register.transfers:
            self.blind_transfers.look()
        if self._hub.register.consultations:
            self.consultations.look()

    def gate_answered(self, event: GateAnswered) -> None:
        """Tell whoever asked; one who is gone, or had waited for too long, leaves nothing reserved."""
        self.gate.answered(event)
        callers = (self.callbacks, self.transfers, self.blind_transfers, self.consultations)
        asking = (self.campaigns, self.agent_calls, *callers)
        if not any(part.checked(event) for part in asking):
            self.gate.release(event)

    def restored(self) -> None:
        """After a snapshot was read: what is kept beside the register is made again."""
        for part in (self.announcements, self.callbacks, self.holds, self.agent_calls, self.gate, self.contacts):
            part.restored()

    def restarted(self) -> None:
        """After a restart: what was ordered and not answered is ordered again."""
        for part in (
            self.gate,
            self.callbacks,
            self.agent_calls,
            self.blind_transfers,
            self.consultations,
            self.campaigns,
        ):
            part.restarted()
        self.overrides.tell_again()
        self.contacts.judging.restarted()
