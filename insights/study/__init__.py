"""Study: the store explored in a notebook, with players and plots."""
