"""The bus: events and states for other systems, on an MQTT 5 broker. Without `bus:` nothing leaves the server.

words      channels, topics, payloads; docs/asyncapi.yaml is made of them
picture    the retained topics as they should be now, and the alerts
ended      the calls that ended, read from the call log so that none is left out
link       the broker: keeps its retained topics like the picture, takes commands
making     the link that hotline.yaml asks for
asyncapi   the contract as a document
"""
