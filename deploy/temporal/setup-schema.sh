#!/bin/sh
# Creates and updates the schemas of Temporal's two databases; running it again only applies what is new.
# Runs in temporalio/admin-tools; SQL_PASSWORD and the POSTGRES_… variables say where.
set -eu

for database in temporal temporal_visibility; do
    schema=${database#temporal_}
    sql() {
        temporal-sql-tool --plugin postgres12 --ep "$POSTGRES_SEEDS" -p "$DB_PORT" -u "$POSTGRES_USER" --db "$database" "$@"
    }
    sql create
    sql setup-schema -v 0.0
    sql update-schema -d "/etc/temporal/schema/postgresql/v12/$schema/versioned"
done
