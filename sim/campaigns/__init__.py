"""Campaigns in virtual time: the campaigns core with agents, people who are called, and a law that is simulated."""
