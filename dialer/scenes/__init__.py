"""Scenes: what outgoing calls are for, how they are made, and who has approved that."""
