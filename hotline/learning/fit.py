"""Fitting the learned layer: LightGBM, one forest of quantile trees a level, made into the core's own `Ensemble`.

LightGBM is needed only here (the extra `forecast`). Row and column samples have a fixed seed and one thread is used:
the same rows give the same trees.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from acd.forecast.ensemble import LEVELS, Ensemble, Tree
from acd.forecast.features import FEATURES
from calls.errors import BadInput


class Shape(msgspec.Struct, frozen=True):
    """The shape of the trees."""

    trees: int = 150
    rate: float = 0.08
    leaves: int = 24
    depth: int = 8
    least_in_leaf: int = 100


LEAST_ROWS = 2000
"""Fewer waits than this fit noise: the closed form speaks better."""


def fit(vectors: Sequence[Sequence[float]], waits_s: Sequence[float], kinds: Sequence[str], shape: Shape) -> Ensemble:
    """Trees for LEVELS from `vectors` (each in the order of FEATURES) and the waits that followed, in seconds.

    Raises BadInput with fewer than LEAST_ROWS waits, or without LightGBM.
    """
    if len(waits_s) < LEAST_ROWS:
        raise BadInput(f"{len(waits_s)} answered waits, at least {LEAST_ROWS} are needed to fit a model")
    try:
        import lightgbm
    except ImportError as error:
        raise BadInput("fitting needs LightGBM: install hotline[forecast]") from error
    data: NDArray[np.float64] = np.asarray(vectors, dtype=np.float64)
    rows = lightgbm.Dataset(
        data,
        np.asarray(waits_s, dtype=np.float64),
        feature_name=list(FEATURES),
        params={"min_data_in_leaf": shape.least_in_leaf, "verbose": -1, "num_threads": 1},
        free_raw_data=False,
    )
    groups = []
    for level in LEVELS:
        booster = lightgbm.train(_parameters(level, shape), rows, shape.trees)
        groups.append([flat_tree(tree["tree_structure"]) for tree in booster.dump_model()["tree_info"]])
    return Ensemble(kinds, groups)


def _parameters(level: float, shape: Shape) -> dict[str, object]:
    return {
        "objective": "quantile",
        "alpha": level,
        "learning_rate": shape.rate,
        "num_leaves": shape.leaves,
        "max_depth": shape.depth,
        "min_data_in_leaf": shape.least_in_leaf,
        "feature_fraction": 0.6,
        "bagging_fraction": 0.7,
        "bagging_freq": 1,
        "seed": 1,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": 1,
        "verbose": -1,
    }


def flat_tree(structure: dict[str, Any]) -> Tree:
    """One tree of LightGBM's `dump_model` as arrays. Raises BadInput for splits other than `<=` on numbers."""
    nodes = list(_walk(structure))
    index = {id(node): at for at, (node, _) in enumerate(nodes)}
    feature, threshold, left, right, value = [], [], [], [], []
    for at, (node, _) in enumerate(nodes):
        leaf = "leaf_value" in node
        if not leaf and node["decision_type"] != "<=":
            raise BadInput(f"a split by {node['decision_type']!r} is not known")
        feature.append(0 if leaf else int(node["split_feature"]))
        threshold.append(0.0 if leaf else float(node["threshold"]))
        left.append(at if leaf else index[id(node["left_child"])])
        right.append(at if leaf else index[id(node["right_child"])])
        value.append(float(node["leaf_value"]) if leaf else 0.0)
    return Tree(feature, threshold, left, right, value, max(depth for _, depth in nodes))


def _walk(structure: dict[str, Any]) -> Iterator[tuple[dict[str, Any], int]]:
    open_nodes = [(structure, 0)]
    while open_nodes:
        node, depth = open_nodes.pop()
        yield node, depth
        if "leaf_value" not in node:
            open_nodes.append((node["right_child"], depth + 1))
            open_nodes.append((node["left_child"], depth + 1))
