"""Browsers as telephones: what stands behind `Twilio.Device`."""
