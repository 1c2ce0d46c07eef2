"""`IAMPolicyGenerator`: a service account of GKE that stands for one of the cloud."""

from __future__ import annotations

from typing import TYPE_CHECKING

from promote import yamlio
from promote.errors import KustomizationError
from promote.render.decode import Fields

if TYPE_CHECKING:
    from promote.model.json import Document

_ACCOUNT = """\
apiVersion: v1
kind: ServiceAccount
metadata:
  annotations:
    iam.gke.io/gcp-service-account: {account}@{project}.iam.gserviceaccount.com
  name: {name}
"""


def make_service_account(doc: Document) -> Document:
    """The service account that a generator's document asks for.

    Names are put into a text that is then read, so that one such as `5` becomes a number, as it
    does in kustomize.

    Raises:
        FieldError: a field is not of its type.
        KustomizationError: it is for another cloud, or a name cannot stand in YAML.
    """
    fields = Fields(doc, doc)
    service = Fields(
        fields.mapping("kubernetesService") or {},
        ("name", "namespace"),
        fields.at("kubernetesService"),
    )
    account = Fields(
        fields.mapping("serviceAccount") or {}, ("name", "projectId"), fields.at("serviceAccount")
    )
    cloud = fields.text("cloud")
    if cloud != "gke":
        raise KustomizationError(f"the cloud {cloud!r} is not known", hint="there is gke")
    name = service.text("name")
    if not name:
        raise KustomizationError("an IAMPolicyGenerator has a kubernetesService with a name")
    text = _ACCOUNT.format(
        account=account.text("name"), project=account.text("projectId"), name=name
    )
    namespace = service.text("namespace")
    if namespace:
        text += f"  namespace: {namespace}\n"
    made = yamlio.load_one(text, "IAMPolicyGenerator")
    if not isinstance(made, dict):
        raise KustomizationError("the names of an IAMPolicyGenerator make no service account")
    return made
