"""Figures with n, interval and method."""
