"""The YAML nodes that kustomize keeps of a resource, for the one thing that depends on them.

The name of what a generator made ends in a hash. Once a patch has made another kind of it,
kustomize hashes the nodes of its YAML: with their styles, tags, lines and columns. Nothing else
asks for these, so they are worked out only then, in a build of their own.
"""
