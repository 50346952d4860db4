"""The earful command."""
