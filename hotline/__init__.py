"""The server: wiring, live driver, router, journal, store, web and command line."""
