"""SIP phones with real audio, for the demonstration, the live tests and the benches."""
