"""Charts and images: what lives in registries, and the programs that fetch it."""
