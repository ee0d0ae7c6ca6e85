"""Days of traffic through the real engine in simulated time: pure Python, without clock or database."""
