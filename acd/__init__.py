"""Who waits for whom: queues, skills, matching, the forecast of the wait."""
