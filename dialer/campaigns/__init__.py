"""Campaigns: who is called next, how often again, and by whom the answers are taken. Pure."""
