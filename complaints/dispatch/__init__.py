"""Dispatch of cases: to which department and person, and whom it climbs to while nobody takes it."""
