"""Transfers, consultations and conferences: of agents, and as a flow orders them."""
