"""From what the customer said to coded, quoted, playable reasons."""
