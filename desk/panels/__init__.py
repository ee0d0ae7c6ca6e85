"""What each fragment of the screens shows: plain values for the templates, no rule and no write."""
