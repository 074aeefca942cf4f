"""Learning from the site's own log: reading call logs, fitting the wait forecast, trying it on the past."""
