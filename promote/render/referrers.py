"""What kustomize asks of a resource before it looks whether that names another.

It asks whether or not anything has a new name, so that a resource may be refused that nothing would
be changed in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from promote.errors import KustomizationError
from promote.render.merge.written import text_at
from promote.yamlio.quotes import resolved

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from promote.render.record import Record

_RBAC = "rbac.authorization.k8s.io"
_BINDINGS = ("RoleBinding", "ClusterRoleBinding")  # no set: a patch may make a list of a kind


def check_histories(records: Iterable[Record]) -> None:
    """Check that former names can be told apart, which kustomize keeps in lists with commas.

    Raises:
        KustomizationError: a resource was called nothing, or something with a comma in it.
    """
    for record in records:
        for kind, name, namespace in record.formers:
            if not name or "," in name or "," in namespace or "," in kind:
                _check_history(record)
                break


def _check_history(record: Record) -> None:
    kinds, names, namespaces = (
        list(filter(None, part)) for part in zip(*record.formers, strict=True)
    )
    counts = {",".join(part).count(",") for part in (kinds, names, namespaces)}
    if names and len(counts) > 1:
        odd = next((name for name in (*names, *namespaces) if "," in name), "")
        raise KustomizationError(
            f"{record.key} was called {odd!r} before it was renamed, which is no name",
            hint="let patches and replacements set names without commas",
        )


def check_referrers(records: Iterable[Record], may_refer: Callable[[Record], bool]) -> None:
    """Check the resources that may refer to others.

    Args:
        records: the resources.
        may_refer: whether a resource is of a kind that any rule for references speaks of.

    Raises:
        KustomizationError: one has a null for its version, or a subject that cannot be read.
    """
    for record in records:
        doc = record.doc
        if doc.get("apiVersion", "") is None:
            word = text_at(doc, "apiVersion")
            if word and may_refer(record):
                raise KustomizationError(
                    f"{record.key} has {word} for its apiVersion",
                    hint="write its version, or leave the field out",
                )
        if doc.get("kind") in _BINDINGS and may_refer(record):
            if record.original.group == _RBAC:
                _check_subjects(record)
            if not record.is_cluster_scoped:
                subject_namespaces(record)


def _check_subjects(record: Record) -> None:
    subjects = record.doc.get("subjects")
    for subject in subjects if isinstance(subjects, list) else [subjects]:
        if isinstance(subject, dict) and "name" not in subject:
            raise KustomizationError(
                f"{record.key} has no name in subjects", hint="give each of its subjects a name"
            )


def subject_namespaces(record: Record) -> frozenset[str]:
    """The namespaces of the service accounts that a role binding names: they may be elsewhere.

    Raises:
        KustomizationError: a subject is no mapping, or states a kind or namespace that is no text.
    """
    subjects = record.doc.get("subjects") if record.key.kind == "RoleBinding" else None
    if not isinstance(subjects, list):
        return frozenset()
    found = set()
    for subject in map(resolved, subjects):
        if not isinstance(subject, dict):
            raise KustomizationError(
                f"{record.key} has a subject that is no mapping",
                hint="give each of its subjects a kind and a name",
            )
        if "namespace" not in subject or "kind" not in subject:
            continue
        kind, namespace = subject["kind"], subject["namespace"]
        if not isinstance(kind, str):
            raise KustomizationError(
                f"{record.key} has a subject whose kind is no text", hint="write the kind in quotes"
            )
        if kind != "ServiceAccount":
            continue
        if not isinstance(namespace, str):
            raise KustomizationError(
                f"{record.key} has a subject whose namespace is no text",
                hint="write the namespace in quotes, or leave it out",
            )
        found.add(namespace)
    return frozenset(found)
