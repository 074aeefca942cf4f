"""Persons as the gate of outgoing calls knows them: whose a number is, consents, lists, tiers, exceptions."""
