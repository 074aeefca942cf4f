"""The whole house in virtual time: the router that serves live calls, a switch in memory, callers and agents."""
