"""The soak: a whole house under calls with everything on, for minutes or hours, and what must be true after it."""
