"""Prometheus figures of this process; `/metrics` adds those that live in the database."""

from prometheus_client import Histogram

HTTP_SECONDS = Histogram("bothhands_http_seconds", "Time to answer a request", ["view", "method", "status"])
