"""The screens where an organisation sets its routing up: supervisors look, administrators change."""
