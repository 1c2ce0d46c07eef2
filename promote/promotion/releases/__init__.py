"""What a release is: found in files, in history, merged with edits by hand, and written."""
