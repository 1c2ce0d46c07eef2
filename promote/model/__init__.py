"""Frozen records that everything else is made of; no input or output."""
