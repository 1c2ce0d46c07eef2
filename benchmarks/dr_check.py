"""How long `promote dr check` takes on a mesh of 300 services with 12 resources each.

    python benchmarks/dr_check.py [SERVICES]

Prints the time of the whole command, interpreter and files included; and the time of the processor
for it and its parts, which other work on the machine does not stretch. The mesh is that of the
tests, so both speak of the same resources.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "variant")]

from variant_meshes import large_mesh  # noqa: E402 - the tests are no package

from promote import yamlio  # noqa: E402
from promote.compare.parity import check_parity  # noqa: E402
from promote.model.resource import Resource  # noqa: E402
from promote.project import open_project  # noqa: E402

NAMESPACES = 10
PROJECT = """\
apiVersion: promote/v1
kind: Project
name: mesh
apps: {%s}
environments:
  prod: {clusters: [prod-east, prod-west]}
  prod-dr:
    variant-of: prod
    clusters: [dr-east, dr-west]
    rename:
      clusters: {prod-east: dr-east, prod-west: dr-west}
      namespaces: [{suffix: -dr}]
      names: [{kind: Service, suffix: -dr}]
"""


def write(folder: Path, services: int) -> int:
    """Write a project with an app for each namespace; give how many resources it has."""
    by_app: dict[str, list[str]] = {}
    docs = large_mesh(services, NAMESPACES)
    for doc in docs:
        identity = Resource(doc).id
        app = identity.namespace or identity.name
        by_app.setdefault(app, []).append(yamlio.dump(doc))
    (folder / "promote.yaml").write_text(PROJECT % ", ".join(f"{app}: {{}}" for app in by_app))
    for app, texts in by_app.items():
        base, overlay = folder / "bases" / app, folder / "overlays/prod" / app
        base.mkdir(parents=True)
        overlay.mkdir(parents=True)
        (base / "manifests.yaml").write_text("---\n".join(texts))
        (base / "kustomization.yaml").write_text("resources: [manifests.yaml]\n")
        (overlay / "kustomization.yaml").write_text(f"resources: [../../../bases/{app}]\n")
    return len(docs)


def main() -> None:
    """Measure and print."""
    services = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        count = write(folder, services)
        began = time.perf_counter()
        command = [str(Path(sys.executable).with_name("promote")), "dr", "check"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        whole = time.perf_counter() - began
        spent = sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2])
        print(done.stdout.splitlines()[0] if done.stdout else done.stderr)
        with open_project(folder) as project:
            began = time.process_time()
            project.render_all("prod-dr")
            rendered = time.process_time() - began
            began = time.process_time()
            check_parity(project, "prod-dr")
            checked = time.process_time() - began
    print(f"{count} resources of {services} services")
    print(f"{whole:6.2f} s  promote dr check, the whole command (exit {done.returncode})")
    print(f"{spent:6.2f} s  of the processor for it")
    print(f"{rendered:6.2f} s  of the processor to render both sides")
    print(f"{checked:6.2f} s  of the processor for the check itself")


if __name__ == "__main__":
    main()
