"""Sound: decoded channels, speech activity, pauses, pitch and level, clips. Knows no words."""
