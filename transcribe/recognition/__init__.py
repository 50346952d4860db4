"""From windows of speech to words with times, and the closed-set score witness."""
