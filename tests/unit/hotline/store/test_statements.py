"""The statements of the hot path against the schema: the same tables, keys and columns in the same order."""

import pytest
from sqlalchemy import Table
from sqlalchemy.dialects import sqlite

from hotline.campaigns import picking, rows
from hotline.contacts import importing
from hotline.store import campaign_tables, contact_tables, schema, statements

pytestmark = pytest.mark.unit

UPSERTS = {
    statements.JOURNAL: schema.journal,
    statements.SNAPSHOT: schema.snapshots,
    statements.CALL: schema.calls,
    statements.LEG: schema.legs,
    statements.TALK: schema.talks,
    statements.DISPOSITION: schema.talk_dispositions,
    statements.DECLINE: schema.declines,
    statements.TRANSFER: schema.transfers,
    statements.STEP: schema.steps,
    statements.RUNG: schema.rungs,
    statements.RECORDING: schema.recordings,
    statements.CASE: schema.cases,
    statements.CALLBACK: schema.callbacks,
    statements.OVERRIDE: schema.overrides,
    statements.SURVEY: schema.surveys,
    statements.AGENT_STATE: schema.agent_states,
    statements.WAIT: schema.waits,
    statements.WEBHOOK_STATE: schema.webhook_states,
}


OF_CONTACTS = {
    importing.CONTACT: contact_tables.contacts,
    importing.NUMBER: contact_tables.contact_numbers,
    importing.PROBLEM: contact_tables.contact_problems,
}


OF_CAMPAIGNS = {
    rows.CONTACT: campaign_tables.campaign_contacts,
    rows.TRY: campaign_tables.campaign_tries,
    rows.STATE: campaign_tables.campaign_states,
    picking.CURSOR: campaign_tables.campaign_cursors,
}


_ALL = UPSERTS | OF_CONTACTS | OF_CAMPAIGNS


def as_sqlalchemy_writes_it(table: Table) -> str:
    keys = [column.name for column in table.primary_key]
    statement = sqlite.insert(table)
    others = {column.name: statement.excluded[column.name] for column in table.columns if column.name not in keys}
    changed = statement.on_conflict_do_update(keys, set_=others)
    return str(changed.compile(dialect=sqlite.dialect(paramstyle="qmark")))


@pytest.mark.parametrize("statement", _ALL, ids=[table.name for table in _ALL.values()])
def test_an_upsert_is_what_the_schema_makes(statement: str) -> None:
    # SQLAlchemy quotes a column only where its name is a word of SQL
    assert statement.replace('"', "") == as_sqlalchemy_writes_it(_ALL[statement]).replace('"', "")


def test_every_upsert_is_held_to_the_schema() -> None:
    written = {text for text in vars(statements).values() if isinstance(text, str) and "DO UPDATE SET" in text}
    assert written - {statements.upsert.__doc__, statements.__doc__} == set(UPSERTS)
