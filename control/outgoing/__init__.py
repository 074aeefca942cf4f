"""Calls out: of campaigns to their contacts, and of agents from their own phones."""
