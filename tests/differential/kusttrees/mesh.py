"""Kinds of service meshes and of operators, for which kustomize has no schema."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kusttrees.pods import IMAGES, pod_template
from kusttrees.scalars import odd_scalar, odd_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from kusttrees.dice import Dice
    from kusttrees.nodes import Mapping, Node
    from kusttrees.things import Names


def _of(api: str, kind: str, name: str, **fields: Node) -> Mapping:
    return {"apiVersion": api, "kind": kind, "metadata": {"name": name}, **fields}


def virtual_service(dice: Dice, names: Names, name: str) -> Mapping:
    """An Istio route: hosts that kustomize does not follow."""
    target: Mapping = {"host": names.of("Service"), "port": {"number": 80}}
    if dice.chance(0.4):
        target["subset"] = dice.pick(["v1", "canary"])
    route: Mapping = {"destination": target}
    if dice.chance(0.4):
        route["weight"] = dice.pick([90, 100])
    match: Mapping = {"uri": {"prefix": "/"}, "headers": {"x-user": {"exact": odd_text(dice)}}}
    rule: Mapping = {"route": [route], "timeout": "5s"}
    if dice.chance(0.5):
        rule["match"] = [match]
    spec: Mapping = {"hosts": [f"{names.of('Service')}.team-a.svc.cluster.local", name]}
    spec["http"] = [rule, {"name": "rest", "route": [{"destination": {"host": name}}]}]
    if dice.chance(0.5):
        spec["gateways"] = [names.of("Gateway", "mesh"), "team-a/public"]
    version = dice.pick(["networking.istio.io/v1", "networking.istio.io/v1beta1"])
    return _of(version, "VirtualService", name, spec=spec)


def gateway(dice: Dice, names: Names, name: str) -> Mapping:
    """An Istio gateway with certificates."""
    tls: Mapping = {"mode": "SIMPLE", "credentialName": names.of("Secret")}
    port: Mapping = {"number": 443, "name": "https", "protocol": "HTTPS"}
    server: Mapping = {"port": port, "hosts": ["*.example.com", f"{name}/*"], "tls": tls}
    spec: Mapping = {"selector": {"istio": "ingressgateway"}, "servers": [server]}
    if dice.chance(0.3):
        spec["servers"] = [server, {"port": {"number": 80}, "hosts": ["*"]}]
    return _of("networking.istio.io/v1", "Gateway", name, spec=spec)


def destination_rule(dice: Dice, names: Names, name: str) -> Mapping:
    """An Istio destination with subsets."""
    subsets: list[Node] = [
        {"name": version, "labels": {"version": version}} for version in ("v1", "canary")
    ]
    pool: Mapping = {"http": {"http1MaxPendingRequests": dice.number(1, 99)}}
    spec: Mapping = {"host": names.of("Service"), "subsets": subsets}
    spec["trafficPolicy"] = {"connectionPool": pool, "tls": {"mode": "ISTIO_MUTUAL"}}
    return _of("networking.istio.io/v1", "DestinationRule", name, spec=spec)


def authorization(dice: Dice, names: Names, name: str) -> Mapping:
    """An Istio policy that names service accounts within longer texts."""
    account = names.of("ServiceAccount", "default")
    source: Mapping = {"principals": [f"cluster.local/ns/team-a/sa/{account}"]}
    rule: Mapping = {"from": [{"source": source}], "to": [{"operation": {"methods": ["GET"]}}]}
    if dice.chance(0.4):
        rule["when"] = [{"key": "request.headers[x]", "values": [odd_text(dice), "*"]}]
    spec: Mapping = {"selector": {"matchLabels": {"app": name}}, "rules": [rule]}
    spec["action"] = dice.pick(["ALLOW", "DENY"])
    return _of("security.istio.io/v1", "AuthorizationPolicy", name, spec=spec)


def service_entry(dice: Dice, names: Names, name: str) -> Mapping:  # noqa: ARG001 - one signature
    """An Istio entry: ports with names, and addresses that look like numbers."""
    port: Mapping = {"number": 443, "name": "tls", "protocol": "TLS"}
    spec: Mapping = {"hosts": [f"{name}.example.com"], "ports": [port], "location": "MESH_EXTERNAL"}
    spec["addresses"] = dice.some(["10.0.0.1", "10.0.0.0/8", "::1", "1.2"], 1, 3)
    return _of("networking.istio.io/v1", "ServiceEntry", name, spec=spec)


def envoy_filter(dice: Dice, names: Names, name: str) -> Mapping:  # noqa: ARG001 - one signature
    """An Istio filter: a program in a text, and patches that are no directives."""
    code = dice.pick(['function f(h)\n  h:logInfo("x")\nend\n', odd_text(dice), "  deep\n\ntext\n"])
    value: Mapping = {
        "name": "lua",
        "typed_config": {"@type": "type.googleapis.com/x", "code": code},
    }
    patch: Mapping = {"applyTo": "HTTP_FILTER", "patch": {"operation": "MERGE", "value": value}}
    return _of("networking.istio.io/v1alpha3", "EnvoyFilter", name, spec={"configPatches": [patch]})


def rollout(dice: Dice, names: Names, name: str) -> Mapping:
    """An Argo rollout: a pod template where kustomize does not expect one."""
    steps: list[Node] = [{"setWeight": 20}, {"pause": {}}, {"pause": {"duration": "1h"}}]
    spec: Mapping = {"replicas": 2, "selector": {"matchLabels": {"app": name}}}
    spec["template"] = pod_template(dice, names, name)
    spec["strategy"] = {"canary": {"steps": steps, "canaryService": names.of("Service")}}
    return _of("argoproj.io/v1alpha1", "Rollout", name, spec=spec)


def knative(dice: Dice, names: Names, name: str) -> Mapping:
    """A Knative service: a kind that shares its name with another."""
    template = pod_template(dice, names, name)
    return _of("serving.knative.dev/v1", "Service", name, spec={"template": template})


def certificate(dice: Dice, names: Names, name: str) -> Mapping:
    """A certificate whose secret another part makes."""
    issuer: Mapping = {"name": names.of("Issuer", "letsencrypt"), "kind": "Issuer"}
    spec: Mapping = {"secretName": names.of("Secret"), "issuerRef": issuer}
    spec["dnsNames"] = [f"{name}.example.com", "*.example.com"]
    spec["duration"] = dice.pick(["2160h0m0s", "2160h", 90])
    return _of("cert-manager.io/v1", "Certificate", name, spec=spec)


def issuer(dice: Dice, names: Names, name: str) -> Mapping:
    """An issuer of certificates."""
    key: Mapping = {"privateKeySecretRef": {"name": names.of("Secret")}, "email": odd_text(dice)}
    return _of("cert-manager.io/v1", "Issuer", name, spec={"acme": key})


def http_route(dice: Dice, names: Names, name: str) -> Mapping:
    """A route of the gateway API."""
    backend: Mapping = {"name": names.of("Service"), "port": 80, "weight": dice.number(0, 9)}
    path: Mapping = {"path": {"type": "PathPrefix", "value": "/"}}
    spec: Mapping = {"parentRefs": [{"name": names.of("Gateway", "public"), "namespace": "team-a"}]}
    spec["rules"] = [{"matches": [path], "backendRefs": [backend]}]
    spec["hostnames"] = [f"{name}.example.com"]
    return _of("gateway.networking.k8s.io/v1", "HTTPRoute", name, spec=spec)


def application(dice: Dice, names: Names, name: str) -> Mapping:  # noqa: ARG001 - one signature
    """An Argo CD application: long texts, and images in a list of texts."""
    image = dice.pick(IMAGES)
    source: Mapping = {
        "repoURL": "https://git.example.com/r.git",
        "targetRevision": odd_scalar(dice),
    }
    source["kustomize"] = {"images": [image], "namePrefix": "x-"}
    source["helm"] = {"values": dice.pick(["a: 1\nb:\n  - c\n", odd_text(dice)])}
    spec: Mapping = {"project": "default", "source": source}
    spec["destination"] = {"namespace": "team-a", "server": "https://kubernetes.default.svc"}
    return _of("argoproj.io/v1alpha1", "Application", name, spec=spec)


def alerts(dice: Dice, names: Names, name: str) -> Mapping:  # noqa: ARG001 - one signature
    """Rules of Prometheus: queries in texts of several lines."""
    query = dice.pick(
        [
            'sum(rate(x{job="a"}[5m]))\n  / 2 > 0.5\n',
            "absent(up == 1)",
            'label_replace(x, "a", "$1", "b", "(.*)") # why\n\n> 1\n',
        ]
    )
    rule: Mapping = {"alert": name.title(), "expr": query, "for": dice.pick(["5m", "1h", 0])}
    rule["annotations"] = {"summary": "{{ $labels.pod }} of {{ $value }} fails: " + odd_text(dice)}
    group: Mapping = {"name": name, "rules": [rule], "interval": odd_scalar(dice)}
    return _of("monitoring.coreos.com/v1", "PrometheusRule", name, spec={"groups": [group]})


def monitor(dice: Dice, names: Names, name: str) -> Mapping:  # noqa: ARG001 - one signature
    """A ServiceMonitor: a custom kind with selectors."""
    spec: Mapping = {"selector": {"matchLabels": {"app": names.of("Deployment", name)}}}
    spec["endpoints"] = [{"port": "metrics", "interval": "30s"}]
    spec["namespaceSelector"] = {"matchNames": ["team-a"]}
    return _of("monitoring.coreos.com/v1", "ServiceMonitor", name, spec=spec)


def external_secret(dice: Dice, names: Names, name: str) -> Mapping:  # noqa: ARG001 - one signature
    """A secret that an operator fetches: templates in texts."""
    data: Mapping = {"config.json": '{"a": {"b": "{{ .password }}"}}', "x": odd_text(dice)}
    target: Mapping = {"name": name, "template": {"data": data, "metadata": {"labels": {"a": "b"}}}}
    remote: Mapping = {"key": f"path/{name}", "property": "password"}
    spec: Mapping = {"data": [{"secretKey": "password", "remoteRef": remote}], "target": target}
    spec["secretStoreRef"] = {"name": "vault", "kind": "ClusterSecretStore"}
    return _of("external-secrets.io/v1beta1", "ExternalSecret", name, spec=spec)


MESH: list[tuple[Callable[[Dice, Names, str], Mapping], int]] = [
    (gateway, 1),
    (issuer, 1),
    (virtual_service, 2),
    (destination_rule, 1),
    (authorization, 1),
    (service_entry, 1),
    (envoy_filter, 1),
    (rollout, 1),
    (knative, 1),
    (certificate, 1),
    (http_route, 1),
    (application, 1),
    (alerts, 1),
    (monitor, 1),
    (external_secret, 1),
]
"""As `KINDS` of `kinds.py`, of which they are a part."""
