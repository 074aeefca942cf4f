"""A day of one campaign in virtual time: calls that ring, people who answer, agents who talk; any method dials."""
