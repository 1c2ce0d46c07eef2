"""Render, compare and promote Kubernetes and service-mesh configuration kept in Git."""
