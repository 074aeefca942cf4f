"""Figures about calls and cases: their exact formulas, samples, and what follows from a figure. Pure.

Rows of the store come in as plain records, one call at a time; what comes out is one `Report`. docs/reports.md has
every formula.
"""
