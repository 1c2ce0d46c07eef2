"""What a kustomization asks of a ConfigMap or Secret generator."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from promote.render.decode import Fields

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from promote.model.json import FieldPath, Json


_NONE: Final[Mapping[str, str]] = MappingProxyType({})


class GeneratorOptions(NamedTuple):
    """How generated resources look: of one generator (`options`) or all (`generatorOptions`)."""

    labels: Mapping[str, str] = _NONE
    annotations: Mapping[str, str] = _NONE
    disable_name_suffix_hash: bool = False
    immutable: bool = False

    @classmethod
    def read(cls, data: Mapping[str, Json] | None, path: FieldPath = ()) -> GeneratorOptions:
        """Read the options; None reads as no options.

        Raises:
            FieldError: an unknown field or a value of the wrong type.
        """
        known = ("labels", "annotations", "disableNameSuffixHash", "immutable")
        fields = Fields(data or {}, known, path)
        return cls(
            fields.text_map("labels"),
            fields.text_map("annotations"),
            fields.flag("disableNameSuffixHash"),
            fields.flag("immutable"),
        )

    def under(self, shared: GeneratorOptions) -> GeneratorOptions:
        """The options of one generator completed by those of all: what either switches on is on."""
        return GeneratorOptions(
            {**shared.labels, **self.labels},
            {**shared.annotations, **self.annotations},
            self.disable_name_suffix_hash or shared.disable_name_suffix_hash,
            self.immutable or shared.immutable,
        )


class GeneratorArgs(NamedTuple):
    """One entry of `configMapGenerator` or `secretGenerator`.

    Attributes:
        behavior: create, merge or replace; anything else reads as create.
        literals: `key=value` texts.
        files: paths, or `key=path` texts.
        envs: paths of files with a `key=value` on each line.
        type: of a Secret.
    """

    name: str
    namespace: str = ""
    behavior: str = ""
    literals: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    envs: tuple[str, ...] = ()
    options: GeneratorOptions = GeneratorOptions()
    type: str = ""

    @classmethod
    def of_config_map(cls, data: Mapping[str, Json], path: FieldPath = ()) -> GeneratorArgs:
        """Read an entry of `configMapGenerator`.

        Raises:
            FieldError: an unknown field or a value of the wrong type.
        """
        return cls._read(data, path, ())

    @classmethod
    def of_secret(cls, data: Mapping[str, Json], path: FieldPath = ()) -> GeneratorArgs:
        """Read an entry of `secretGenerator`.

        Raises:
            FieldError: an unknown field or a value of the wrong type.
        """
        return cls._read(data, path, ("type",))

    @classmethod
    def _read(cls, data: Mapping[str, Json], path: FieldPath, more: Iterable[str]) -> GeneratorArgs:
        known = ("name", "namespace", "behavior", "literals", "files", "envs", "env", "options")
        fields = Fields(data, (*known, *more), path)
        env = fields.text("env")
        return cls(
            fields.text("name"),
            fields.text("namespace"),
            fields.text("behavior"),
            fields.texts("literals"),
            fields.texts("files"),
            fields.texts("envs") + ((env,) if env else ()),
            GeneratorOptions.read(fields.mapping("options"), fields.at("options")),
            fields.text("type") if "type" in more else "",
        )
