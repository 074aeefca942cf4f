"""FreeSWITCH behind the session: wire codec, client, adapter.

`wire` is the Event Socket protocol without I/O; `client` carries it over TCP; `adapter` speaks `calls.ports.Switch`.
"""
