"""Stages of a case: what follows what, who may do it, and the state that an audit log comes to."""
