"""The figures of `script/bench`: a module each, with `about` (a line) and `measure(quick=…)`."""
