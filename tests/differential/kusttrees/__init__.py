"""Random kustomize directories, and where kustomize and promote differ about them."""
