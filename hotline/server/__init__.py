"""The server: life cycle, wiring, periodic upkeep."""
