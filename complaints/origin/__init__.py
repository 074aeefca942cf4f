"""The origin of a complaint: the call, placed by the house or by a system that it governs, that a case is about."""
