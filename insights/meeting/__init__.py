"""The morning page: a proven random draw, played, with notes."""
