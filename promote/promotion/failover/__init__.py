"""Sending traffic to a variant and back: the plan, its files, its report and its pull request."""
