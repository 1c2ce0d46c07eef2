"""Jinja2 templates, rendered in a process of their own that can do nothing else.

renderer.py   what the rest of the package uses; it reads the templates
process.py    the worker as seen from outside: started, asked, and its end explained
channel.py    the messages between the two
worker.py     the worker: limits, one request after another
sandbox.py    the Jinja2 environment: what a template may touch
filters.py    what a template may use
failures.py   errors told with the template's file and line
"""

from promote.render.templates.renderer import Limits, TemplateRenderer

__all__ = ["Limits", "TemplateRenderer"]
