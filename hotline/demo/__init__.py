"""The sample hotline, live: a real switch, agents' phones that answer, callers with real audio, a wallboard."""
