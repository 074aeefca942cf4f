"""Intake of cases: what came in, by whichever channel, and whether it is a matter that is known already."""
