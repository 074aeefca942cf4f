"""Answers in virtual time: greetings of people and machines as voices that begin and end, labelled with who it is."""
