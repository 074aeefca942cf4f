"""Webhooks: events for other systems by HTTP POST, as https://www.standardwebhooks.com says. Without `webhooks:` in
hotline.yaml nothing leaves the server.

words      the events and their data; the `webhooks` of the OpenAPI description are made of them
outbox     what is to be told, as rows of the store, in the transaction of the event that it tells of
earlier    earlier calls of a number, for a ring
message    a row as what is sent: masked unless the site says otherwise, and signed
signing    secrets and signatures
delivery   sends what is in the outbox, again and again while the receiver is away
status     what people see of it: backlog, last failures
"""
