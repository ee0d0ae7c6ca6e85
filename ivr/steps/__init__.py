"""The steps of a call, one per file: `enter(call)` and, where something is asked, `hear(call, heard)`."""
