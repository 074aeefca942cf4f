"""The contact ledger: every outgoing call, reserved before it is dialled and settled after; in SQLite or PostgreSQL."""
