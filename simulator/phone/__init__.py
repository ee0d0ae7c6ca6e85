"""The telephone in the browser."""
