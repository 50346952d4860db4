"""The night run: everything new, one pass, resumable."""
