"""FreeSWITCH is reached by a wire codec, a client and an adapter of our own.

`wire` is the Event Socket protocol without I/O; `client` carries it over TCP; `adapter` speaks `calls.ports.Switch`.
"""
