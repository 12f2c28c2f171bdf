#!/bin/sh
# Creates and updates the schemas of Temporal's two databases; running it again only applies what is new.
# Runs in temporalio/admin-tools, or where TEMPORAL_SCHEMA is the folder of the schemas; SQL_PASSWORD and the POSTGRES_…
# variables say where.
set -eu

for database in temporal temporal_visibility; do
    schema=${database#temporal_}
    sql() {
        temporal-sql-tool --plugin postgres12 --ep "$POSTGRES_SEEDS" -p "$DB_PORT" -u "$POSTGRES_USER" --db "$database" "$@"
    }
    sql create
    sql setup-schema -v 0.0
    sql update-schema -d "${TEMPORAL_SCHEMA:-/etc/temporal/schema}/postgresql/v12/$schema/versioned"
done
