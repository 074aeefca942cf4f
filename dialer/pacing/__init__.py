"""Pacing: how many numbers are dialled now, so that agents are busy and hardly an answer finds nobody. Pure."""
