"""Words: recognition, parties, roles and turns, from a Recording to a Dialogue. Knows no survey."""
