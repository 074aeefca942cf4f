"""The gate of outgoing calls: what is known of the callee, the policy in force, the answer, and the feed of answers."""
