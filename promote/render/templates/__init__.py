"""Jinja2 templates, rendered in a process of their own that can do nothing else."""

from promote.render.templates.renderer import Limits, TemplateRenderer

__all__ = ["Limits", "TemplateRenderer"]
