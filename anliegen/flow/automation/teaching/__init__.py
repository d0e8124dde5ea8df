"""What people teach automation: examples, lessons, models that a person let speak, and topics that are missing."""
