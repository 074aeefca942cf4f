"""Follow-up visits: who is due a call or a visit after a matter is over, by when, and what came of it."""
