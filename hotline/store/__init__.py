"""The store: journal, call log, cases. SQLite by default, described once in `schema`."""
