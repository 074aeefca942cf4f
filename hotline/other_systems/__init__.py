"""Calls of other systems in the house's ledger: by their call records, and by watching somebody else's Asterisk."""
