"""earful.toml as frozen options for the three packages."""
