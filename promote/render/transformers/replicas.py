"""`replicas`: how many instances of a workload."""

from __future__ import annotations

from typing import TYPE_CHECKING

from promote.errors import KustomizationError
from promote.render.decode import Fields
from promote.render.fields import Create, update_document
from promote.render.kustomization import read_replica
from promote.render.layer import specs_of
from promote.render.merge.written import like_before, text_of
from promote.render.record import selects

if TYPE_CHECKING:
    from collections.abc import Iterator

    from promote.model.json import Document, Json
    from promote.render.accumulator import Accumulator
    from promote.render.fieldspecs import FieldSpec
    from promote.render.kustomization import Replica
    from promote.render.layer import Layer, Transformer
    from promote.render.record import Record


class SetReplicas:
    """Sets the replicas of the workloads of one name.

    Args:
        replica: the name, as it is now or was before, and the count.
        specs: the kinds that have replicas, and their field.
    """

    def __init__(self, replica: Replica, specs: tuple[FieldSpec, ...]) -> None:
        self.replica = replica
        self.specs = specs

    def __call__(self, resources: Accumulator) -> None:
        """Set them.

        Raises:
            KustomizationError: there is no such workload.
        """
        name = self.replica.name
        named = resources.by_name(name)
        found = False
        for spec in self.specs:
            for record in named:
                if self._means(record, spec):
                    found = True
                    if selects(spec.selector, record.key.gvk):
                        record.doc = update_document(
                            record.doc, spec.path, self._set, Create.SCALAR if spec.create else None
                        )
        if not found:
            kinds = ", ".join(sorted({spec.selector.kind for spec in self.specs}))
            raise KustomizationError(
                f"'replicas' names {name!r}, and no {kinds} is called that",
                hint="use the name that the workload has in its base",
            )

    def specs_for(self, record: Record) -> list[FieldSpec]:
        """The fields of a resource that it sets."""
        gvk = record.key.gvk
        return [s for s in self.specs if selects(s.selector, gvk) and self._means(record, s)]

    def _means(self, record: Record, spec: FieldSpec) -> bool:
        """Whether a workload of a kind is called so or was."""
        return any(
            key.name == self.replica.name and selects(spec.selector, key.gvk)
            for key in (*record.former_keys, record.key)
        )

    def _set(self, old: Json) -> Json:
        if isinstance(old, dict | list):
            raise KustomizationError("a replicas field holds a mapping or a list, not a number")
        count = self.replica.count
        return like_before(old, count, text_of(count)) if old is not None else count


def from_kustomization(layer: Layer) -> Iterator[Transformer]:
    """The transformers of the `replicas` field."""
    for replica in layer.kustomization.replicas:
        yield SetReplicas(replica, layer.config.replicas)


def from_config(doc: Document, layer: Layer) -> Transformer:  # noqa: ARG001 - one shape for all kinds
    """The transformer that a `ReplicaCountTransformer` document asks for."""
    replica = Fields(doc, doc).mapping("replica")
    return SetReplicas(read_replica(replica or {}), specs_of(doc))
