"""Routing: every event to the part that it is for, every command out; all parts made and joined here."""
