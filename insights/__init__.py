"""Meaning: survey, answers, delivery, reasons, statistics, the store and everything people open."""
