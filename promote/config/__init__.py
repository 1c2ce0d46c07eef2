"""`promote.yaml`: read, validated and frozen."""

from promote.config.build import forge_config
from promote.config.load import PROJECT_FILE, load_config
from promote.config.model import (
    App,
    Environment,
    ForgeConfig,
    GateConfig,
    IgnoreRule,
    Layout,
    ProjectConfig,
    Promotable,
    Rename,
    RenameRule,
)
from promote.config.schema import schema

__all__ = [
    "PROJECT_FILE",
    "App",
    "Environment",
    "ForgeConfig",
    "GateConfig",
    "IgnoreRule",
    "Layout",
    "ProjectConfig",
    "Promotable",
    "Rename",
    "RenameRule",
    "forge_config",
    "load_config",
    "schema",
]
