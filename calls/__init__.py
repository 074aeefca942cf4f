"""The shared words of the house: ids, events, commands, ports, errors. Pure: no I/O, no clock, no chance."""
