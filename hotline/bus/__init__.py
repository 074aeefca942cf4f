"""Facts for others, on a broker of theirs: MQTT 5, by aiomqtt. Without `bus:` in hotline.yaml all of it stays inside.

words      what is said: channels, topics, payloads; docs/asyncapi.yaml is made of it
picture    what the retained topics should say now, and the alerts
ended      the calls that ended, told from the call log so that none is left out
link       the broker: keeps its retained topics like the picture, takes commands
making     the link that hotline.yaml asks for
asyncapi   the contract as a document
"""
