"""Messages of call control: the events that come in, the commands that go out."""
