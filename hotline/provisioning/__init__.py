"""A switch's configuration, from the published version: phones, fallback, what it took in while we were away."""
