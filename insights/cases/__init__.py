"""A case for every unhappy customer."""
