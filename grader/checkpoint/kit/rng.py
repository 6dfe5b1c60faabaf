"""Random inputs that anybody can repeat: they follow from the run's seed and the check's name alone."""

import hashlib
import random

_WORDS = tuple(
    """
    amber anchor autumn basil beacon birch bramble bridge candle canyon cedar cinder clover cobalt copper coral
    cotton cypress delta dune ember falcon fennel fern flint forest garnet ginger glacier granite harbor hazel
    heron hollow indigo iris island ivory jasmine juniper kestrel lagoon lantern laurel lichen linen lotus magnet
    maple marble meadow mint mosaic nectar nettle nimbus oasis olive onyx opal orchard otter pebble pepper petal
    pine plover poplar prairie quartz quill raven reed ridge river rowan saffron sage sequoia sierra silver
    sparrow spruce summit tamarind thistle timber topaz tulip tundra umber valley velvet violet walnut willow
    winter wren yarrow zephyr
    """.split()  # noqa: SIM905 - a hundred quotes would be harder to read
)


class Rng(random.Random):
    """``random.Random`` that also makes words and texts."""

    def word(self) -> str:
        """A word and a number, unlikely to come twice."""
        return f"{self.choice(_WORDS)}{self.randrange(10_000, 100_000)}"

    def slug(self) -> str:
        """Two words joined by a hyphen."""
        return f"{self.choice(_WORDS)}-{self.word()}"

    def title(self) -> str:
        """Three words, capitalised, the last with a number."""
        return f"{self.choice(_WORDS)} {self.choice(_WORDS)} {self.word()}".title()

    def sentence(self) -> str:
        """Six words and a full stop."""
        return " ".join([*self.choices(_WORDS, k=5), self.word()]).capitalize() + "."


def seeded(seed: int, name: str) -> Rng:
    """The generator of the check of that name in a run of that seed."""
    digest = hashlib.sha256(f"{seed}:{name}".encode()).digest()
    return Rng(int.from_bytes(digest[:8]))
