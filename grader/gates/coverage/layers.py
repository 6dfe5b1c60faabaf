"""Which modules belong to which layer: by path, in the course's projects and in others alike."""

import re
from collections.abc import Iterable

LAYERS = {
    "models": re.compile(r"(^|/)(models|querysets|managers|choices)(\.py$|/)"),
    "serializers": re.compile(r"(^|/)(serializers|schemas)(\.py$|/)"),
    "utils": re.compile(r"(^|/)(utils?|helpers|validators|core|common)(\.py$|/)"),
}


def layers(paths: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The paths of each layer; one belongs to the first that it fits."""
    found: dict[str, list[str]] = {name: [] for name in LAYERS}
    for path in paths:
        name = next((name for name, pattern in LAYERS.items() if pattern.search(path)), None)
        if name is not None:
            found[name].append(path)
    return {name: tuple(modules) for name, modules in found.items()}
