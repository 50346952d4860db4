"""Figures with their interval, their n and how they came about: scores, shares, changes, drivers."""
