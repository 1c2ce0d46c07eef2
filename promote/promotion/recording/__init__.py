"""What was promoted, in notes of Git: written, read, and made up for what was merged elsewhere."""
