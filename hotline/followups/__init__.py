"""Follow-up visits in the store: planned, put on campaigns' lists, looked after, ended; answers to questionnaires."""
