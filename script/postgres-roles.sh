#!/bin/sh
# Runs once, when the PostgreSQL container makes its cluster: the owner migrates, the app owns nothing, and
# neither is a superuser, so row-level security binds both.
set -eu
psql --username "$POSTGRES_USER" --dbname postgres --set ON_ERROR_STOP=1 \
    --set owner_password="$OWNER_PASSWORD" --set app_password="$APP_PASSWORD" <<'SQL'
CREATE ROLE bothhands_owner LOGIN CREATEDB PASSWORD :'owner_password';
CREATE ROLE bothhands_app LOGIN PASSWORD :'app_password';
CREATE DATABASE bothhands OWNER bothhands_owner;
SQL
