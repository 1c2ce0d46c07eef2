"""Render, compare and promote Kubernetes and service-mesh configuration kept in Git."""

__version__ = "0.1.0"
