"""People who sign in: roles, passwords, one-time codes, and their rows in the store."""
