"""The desk's views: gate, parse, call one action or query, render."""
