"""Speech in both directions: synthesis, the building of prompts, recognition."""
