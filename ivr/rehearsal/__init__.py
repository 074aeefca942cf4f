"""Rehearsal of flows without a telephone, in virtual time: by test cases, or by a person at a terminal."""
