"""The register: every call, leg, offer and talk, as plain data that a snapshot can hold."""
