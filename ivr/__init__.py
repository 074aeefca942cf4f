"""Flows: what a caller hears and says, as data, their compiler, and the machine that walks them."""
