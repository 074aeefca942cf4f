"""Campaigns in the store: contacts handed out, what became of them, and what came of it all."""
