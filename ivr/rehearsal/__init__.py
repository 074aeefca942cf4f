"""A caller without a telephone: flows tried in virtual time, by test cases or by a person at a terminal."""
