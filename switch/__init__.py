"""The one door to telephony: a wire codec, a client and an adapter for each switch."""
