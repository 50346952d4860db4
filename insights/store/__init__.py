"""One SQLite file: schema, migrations, rows, search. The only place with SQL."""
