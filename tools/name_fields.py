"""docs/name-fields.md, made of the table of fields that hold a name.

`pytest tests/variant/test_variant_name_fields.py --refresh` writes it anew.
"""

# ruff: noqa: E501 - a row of a table is one line

from __future__ import annotations

from typing import TYPE_CHECKING

from promote.variant.fields import entries

if TYPE_CHECKING:
    from promote.variant.fields import Entry

_SOURCES = {
    "I": "Istio's API",
    "G": "the Gateway API's CRDs",
    "T6": "the reference of Tetrate Service Bridge 1.6",
    "T57": "its Tier1 pages of 1.5 and 1.7",
    "TP": "its Terraform provider, which is newer than 1.6",
    "TS": "its sandbox",
    "A": "Argo CD",
    "F": "Flux's kustomize-controller",
    "FH": "Flux's helm-controller",
    "C": "cert-manager",
    "E": "external-secrets",
    "P": "prometheus-operator",
    "KD": "KEDA",
    "K8": "Kubernetes' API",
    "KU": "kustomize's name references",
}

_HEAD = """\
# Fields that hold a name

<!-- Made of promote/variant/fields.yaml by tools/name_fields.py:
     pytest tests/variant/test_variant_name_fields.py --refresh -->

A rename follows these fields, each by what it refers to; [variants](variants.md) says how, and how a project adds
rows for its own kinds (`rename.fields`).

**Path**: names with dots between; `[]` after a list, `[key]` for a key with dots; `*` for any key, `**` for any
depth; `{a,b}` for either. **Holds**:

| word | stands for |
|---|---|
| `cluster`, `ns`, `name` | the name of a cluster, of a namespace, of a resource of the kinds after `of` |
| `ns/name`, `ns:name` | a namespace and a name in it, or the name alone |
| `host`, `url`, `server` | a host: a service by its short or full DNS name; in an address; an API server's address |
| `ns/host`, `cluster/ns` | TSB's and Istio's forms, in which each part may be a wildcard |
| `principal`, `san`, `trust domain` | `DOMAIN/ns/NS/sa/ACCOUNT`, with `spiffe://` or not; that or a host; `CLUSTER.tsb.local` |
| `ref`, `claim ref`, `subject` | a mapping of name, kind and namespace |
| `ns selector`, `condition`, `rbac rule` | a selector of namespaces by their name; a condition of an AuthorizationPolicy; a rule of a role |
| `fqn`, `claim`, `envoy cluster`, `search` | a path of TSB; a volume claim; a cluster of Envoy; a search domain |
| `csv …` | several, with commas between |

After it may stand: `anywhere` (in whichever namespace such a thing is), `in PATH` (in the namespace that another field
names), `made` (the holder makes the thing), `base64`.
"""


def document() -> str:
    """The whole file."""
    found = entries()
    rows = sum(len(entry.places) * len(entry.fields) for entry in found)
    parts = [_HEAD, f"{rows} fields of {len({k for e in found for k in e.places})} kinds:\n"]
    parts += [_section(entry) for entry in found]
    return "\n".join(parts)


def _section(entry: Entry) -> str:
    kinds = ", ".join(
        f"`{kind}`" + (f" under `{base}`" if base else "") for kind, base in entry.places.items()
    )
    when = " and ".join(f"`{path}` is `{value}`" for path, value in entry.when.items())
    lines = [
        f"**{kinds}**" + (f", where {when}" if when else "") + f" ({_SOURCES[entry.source]})",
        "",
        "| path | holds |",
        "|---|---|",
        *(f"| `{path}` | {_cell(holds)} |" for path, holds in entry.fields.items()),
        "",
    ]
    return "\n".join(lines)


def _cell(holds: str) -> str:
    text = holds.replace("|", "\\|")
    return f"`{text}`"
