"""Looking back: why a call went as it did, and a day lived again."""
