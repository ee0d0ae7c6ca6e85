"""The bare view's table, apart from the view so that importing it sets nothing up."""

TABLE = (
    "CREATE TABLE bench_row (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body text NOT NULL); "
    "GRANT INSERT ON bench_row TO bothhands_app; "
    "GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO bothhands_app"
)
