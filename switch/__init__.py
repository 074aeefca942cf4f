"""Adapters of telephone switches: a wire codec, a client and an adapter for each, behind one port."""
