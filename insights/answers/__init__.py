"""Which question was asked where, and which number was spoken in reply."""
