"""What is measured of a project's architecture, by metric, with the unit that each is counted in."""

from collections.abc import Mapping

CYCLES = "architecture.cycles"
LAYERS = "architecture.layers"
FAT_VIEWS = "architecture.fat-views"
DUPLICATION = "architecture.duplication"
INVERSION = "architecture.inversion"
METRICS: Mapping[str, str] = {
    CYCLES: "cycles",
    LAYERS: "findings",
    FAT_VIEWS: "findings",
    DUPLICATION: "blocks",
    INVERSION: "findings",
}
