"""Kustomize's layering, and what `promote` adds to it: from files to manifests."""
