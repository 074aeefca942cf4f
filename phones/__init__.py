"""SIP phones with real audio, for the demonstration, the live tests and the benches.

    endpoint = await Endpoint.open()                                  # one UDP socket, one media clock
    line = PhoneLine(endpoint, ("127.0.0.1", 5060), "+8613800138000")
    call = await line.dial("95183")
    await call.hear_tone(400)
    press = await call.press("1")
    latency_s = await call.hear_next_prompt(press) - press.ended_at
    await call.hang_up()

    phone = AgentPhone(endpoint, ("127.0.0.1", 5060), Credentials("agent-1001", secret), Habits(Random(1)))
    await phone.register()

From the bottom: sip, digest, sdp, rtp, g711, ear are codecs without I/O; arena and media move the sound of all
calls of a process; transactions and endpoint carry SIP over UDP; call, caller, incoming, agent_phone are what
people do; hostile is what strangers do.
"""
