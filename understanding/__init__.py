"""Understanding: what a caller wants, from their words. Pure: text in, a judgement with its reasons out."""
