"""The tables of campaigns: what each knows of each person, how far each list is handed out, every try, and how each
campaign is. All but the cursors follow the journal: `hotline.campaigns.rows` writes them of the core's commands."""

from sqlalchemy import JSON, BigInteger, Boolean, Column, Float, Index, Integer, String, Table, Text, text

from hotline.store.schema import metadata

campaign_contacts = Table(
    "campaign_contacts",
    metadata,
    Column("campaign", String(64), primary_key=True),
    Column("list", Integer, primary_key=True),
    Column("row", Integer, primary_key=True, comment="both of contacts"),
    Column("person", String(64), nullable=False, comment="the key of the person, else their first number"),
    Column("state", String(8), nullable=False, comment="dialer.campaigns.contacts.ContactState"),
    Column("due_at", Float, comment="of due; UTC epoch seconds"),
    Column("tries", Integer, nullable=False),
    Column("asked", Integer, nullable=False, comment="questions to the gate; names the last try"),
    Column("next_number", Integer, nullable=False),
    Column("bad", JSON, nullable=False, comment="numbers that are not tried any more"),
    Column("last_result", String(64), nullable=False),
    Column("agent", String(64), nullable=False, comment="whom the person asked for"),
    Column("detail", Text, nullable=False),
    Column("fetch", String(160), nullable=False, comment="the fetch that has it in hand; empty: none"),
    Column("waits", JSON, nullable=False, server_default="[]", comment="numbers that are not tried before an instant"),
    Index("campaign_contacts_due", "campaign", "list", "due_at", sqlite_where=text("state = 'due'")),
    Index("campaign_contacts_due_by_tries", "campaign", "list", "tries", "due_at", sqlite_where=text("state = 'due'")),
    Index("campaign_contacts_again", "campaign", "list", "row", sqlite_where=text("state = 'fresh'")),
    Index("campaign_contacts_in_hand", "campaign", "fetch", sqlite_where=text("fetch <> ''")),
    Index("campaign_contacts_by_person", "campaign", "person"),
    Index("campaign_contacts_by_state", "campaign", "state", "list", "row"),
    sqlite_with_rowid=False,
)
"""A person who was handed out once. Those of a list who were not have no row."""

campaign_cursors = Table(
    "campaign_cursors",
    metadata,
    Column("campaign", String(64), primary_key=True),
    Column("list", Integer, primary_key=True),
    Column("low", Integer, nullable=False, comment="rows up to it were handed out, from the front"),
    Column("high", Integer, nullable=False, comment="rows from it on were, from the end"),
    sqlite_with_rowid=False,
)
"""Only a short cut past rows that campaign_contacts has: one that is too old costs time, and nothing else."""

campaign_tries = Table(
    "campaign_tries",
    metadata,
    Column(
        "attempt",
        String(160),
        primary_key=True,
        comment="the key of the reservation in the ledger, behind the house's name",
    ),
    Column("campaign", String(64), nullable=False),
    Column("list", Integer, nullable=False),
    Column("row", Integer, nullable=False),
    Column("number", String(32), nullable=False),
    Column("asked_at", Float, nullable=False),
    Column("verdict", String(8), nullable=False, comment="allow, defer, deny"),
    Column("rule", String(160), nullable=False),
    Column("placed_at", Float),
    Column("answered_at", Float),
    Column("connected_at", Float),
    Column("ended_at", Float),
    Column("agent", String(64), nullable=False),
    Column("result", String(64), nullable=False),
    Column("disposition", String(64), nullable=False),
    Column("abandoned", Boolean, nullable=False),
    Column("call", String(160), nullable=False),
    Column(
        "said_before", String(64), nullable=False, server_default="", comment="what the disposition took the place of"
    ),
    Column(
        "notice", String(64), nullable=False, server_default="", comment="the phrase that the person has heard first"
    ),
    Column("reservation", BigInteger, comment="the attempt's number in the ledger"),
    Index("campaign_tries_by_campaign", "campaign", "asked_at"),
    Index("campaign_tries_by_contact", "campaign", "list", "row", "asked_at"),
    sqlite_with_rowid=False,
)

campaign_states = Table(
    "campaign_states",
    metadata,
    Column("campaign", String(64), primary_key=True),
    Column("state", String(16), nullable=False),
    Column("mode", String(16), nullable=False, comment="as it dials now"),
    Column("why", Text, nullable=False),
    Column("author", String(64), nullable=False),
    Column("reason", Text, nullable=False),
    Column("until", Float, comment="of one outside of its hours: when it goes on"),
    sqlite_with_rowid=False,
)
