"""Suppression: lists of numbers that are not called, or are called otherwise. A hundred million of them, exact."""
