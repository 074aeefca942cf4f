"""Alembic's environment: the connection comes from `hotline.store.opening.migrate`, never from an ini file."""

from alembic import context

from hotline.store.schema import metadata

with context.config.attributes["connection"].begin_nested():
    context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
    context.run_migrations()
