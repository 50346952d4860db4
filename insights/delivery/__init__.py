"""How an answer was said: latency, pauses, fillers, restraint, hesitation."""
