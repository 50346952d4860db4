"""Where every model comes from: a path, the user's cache, or a hash-checked package."""
