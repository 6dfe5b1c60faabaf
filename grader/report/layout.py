"""Where the boxes and links of a diagram go, in layers from left to right: a program of its own, under limits.

How long a layout takes grows with the fourth power of what a submission may choose. So ``diagram`` runs this file in a
process that the kernel ends, and gives it nothing but numbers. It imports nothing of the grader, to start at once.
"""

import json
import resource
import sys

from grandalf.graphs import Edge, Graph, Vertex
from grandalf.layouts import SugiyamaLayout
from grandalf.routing import EdgeViewer

GAP = 40.0  # pixels between boxes of a layer
_LAYER = 76.0
_CPU_S, _MEMORY = 5, 1 << 30
Point = tuple[float, float]


class _View:
    """What grandalf lays out. Width and height are swapped, because its layers run downwards and ours to the right."""

    def __init__(self, width: float, height: float) -> None:
        self.width, self.height = width, height
        self.w, self.h = height, width
        self.xy: Point = (0.0, 0.0)
        self.shift: Point = (0.0, 0.0)


def arrange(sizes: list[Point], pairs: list[tuple[int, int]]) -> tuple[list[Point], list[list[Point]]]:
    """The centres of boxes of these widths and heights; for each pair of them, the points that its link passes.

    Pairs are distinct, and of two boxes. Points are those between the ends, in the order of the pair.
    """
    views = [_View(*size) for size in sizes]
    vertices = [Vertex(view) for view in views]
    for vertex, view in zip(vertices, views, strict=True):
        vertex.view = view
    edges = [Edge(vertices[a], vertices[b]) for a, b in pairs]
    for edge in edges:
        edge.view = EdgeViewer()
    top = 0.0
    for component in Graph(vertices, edges).C:
        top = _place(component, top)
    routes = [_route(edge, pair, views) for edge, pair in zip(edges, pairs, strict=True)]
    return [view.xy for view in views], routes


def _route(edge: Edge, pair: tuple[int, int], views: list[_View]) -> list[Point]:
    shift = views[pair[0]].shift
    passed = [(y + shift[0], x + shift[1]) for x, y in getattr(edge.view, "_pts", [])[1:-1]]
    return [point for centre in passed for point in _across(centre, pair, views)]


def _across(centre: Point, pair: tuple[int, int], views: list[_View]) -> tuple[Point, Point]:
    """Where a link enters and leaves a layer that it crosses, so that it bends beside the boxes and not behind them."""
    half = max((v.width for v in views if abs(v.xy[0] - centre[0]) < 1), default=0) / 2
    sign = 1 if views[pair[0]].xy[0] < views[pair[1]].xy[0] else -1
    return (centre[0] - sign * half, centre[1]), (centre[0] + sign * half, centre[1])


def _place(component: object, top: float) -> float:
    """Lay one connected part out below ``top``; give the new ``top``."""
    layout = SugiyamaLayout(component)
    layout.xspace, layout.yspace = GAP, _LAYER
    layout.init_all()
    layout.draw(8)
    views: list[_View] = [vertex.view for vertex in component.sV]  # type: ignore[attr-defined]
    left = min(v.xy[1] - v.width / 2 for v in views)
    upper = min(v.xy[0] - v.height / 2 for v in views)
    for view in views:
        view.shift = (4 - left, top + 4 - upper)
        view.xy = (view.xy[1] + view.shift[0], view.xy[0] + view.shift[1])
    return max(v.xy[1] + v.height / 2 for v in views) + GAP


def main() -> None:
    """From ``[sizes, pairs]`` on standard input to ``[centres, routes]`` on standard output."""
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_S, _CPU_S))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    json.dump(arrange(*json.load(sys.stdin)), sys.stdout, allow_nan=False)


if __name__ == "__main__":
    main()
