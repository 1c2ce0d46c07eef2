"""What a pipeline runs in one call, on which CI system, and what it says of it."""
