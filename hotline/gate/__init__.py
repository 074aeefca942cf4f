"""The SIP gate: Kamailio before other systems' trunks asks here whether an INVITE may pass."""
