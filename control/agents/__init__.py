"""Agents at their phones and screens: star codes, declines, echo tests, talks that move with the phone."""
