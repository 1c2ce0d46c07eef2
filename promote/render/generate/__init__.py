"""ConfigMaps and Secrets made from literals and files, and the hash that names carry."""
