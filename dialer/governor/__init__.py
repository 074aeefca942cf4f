"""The governor: may this call be placed, now, for this purpose, to this person?"""
