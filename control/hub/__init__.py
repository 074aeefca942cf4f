"""The hub: where the cores meet, and what every part of call control stands on."""
