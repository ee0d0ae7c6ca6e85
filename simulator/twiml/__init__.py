"""TwiML: read, and carried out verb by verb."""
