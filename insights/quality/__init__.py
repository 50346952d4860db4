"""Honest figures against calls with known truth."""
