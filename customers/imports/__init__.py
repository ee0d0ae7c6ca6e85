"""Customers from files: read as they come, mapped by people, written in chunks that survive a kill."""
