"""What Kubernetes lets a thing be called.

Sources: the API conventions' "Object Names and IDs"; validation of Service (RFC 1035 label),
Namespace (RFC 1123 label) and CronJob (its Jobs append eleven characters to 52). What puts its name
into a label of its pods (Job) or their host name (StatefulSet) has 63 characters to use.
"""

from __future__ import annotations

import re

_LABEL = 63
_NAME = 253
_LENGTHS = {
    "namespace": _LABEL,
    "Namespace": _LABEL,
    "Service": _LABEL,
    "Job": _LABEL,
    "StatefulSet": _LABEL,
    "CronJob": 52,
}
_SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_FORMS = {
    "Service": re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?"),
    "namespace": re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"),
}
# Their names are path segments: nearly everything may stand in them (`system:node`).
_FREE = frozenset({"Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding", "cluster"})


def check_name(name: str, kind: str) -> str | None:
    """What is wrong with a name, as the end of a sentence, or None.

    Args:
        name: the name.
        kind: a kind, or `cluster` or `namespace`.
    """
    longest = _LENGTHS.get(kind, _NAME)
    if len(name) > longest:
        return f"has {len(name)} characters; Kubernetes allows {longest}"
    if kind in _FREE:
        return None if name else "is empty"
    if not _FORMS.get(kind, _SUBDOMAIN).fullmatch(name):
        return "is not a name that Kubernetes allows"
    return None
