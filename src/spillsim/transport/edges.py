"""Concentrations at faces as weights of cell means; set up once, so nothing here is compiled."""

from __future__ import annotations

import numpy as np

from .arrays import BoolArray, FloatArray


def edge_weights(volume: FloatArray, jump: BoolArray) -> FloatArray:
    """(K, 4) weights that give the fourth-order concentration at a face from four cell means.

    The derivative at the face of the quartic through the cumulative mass at five faces
    (Colella & Woodward 1984, eq. 1.6 without slope limiting). Next to a jump two cells serve.
    """
    size = volume.size
    weights = np.zeros((size, 4))
    inner = np.arange(2, size - 1)
    v = np.stack([volume[inner - 2], volume[inner - 1], volume[inner], volume[inner + 1]])
    faces = np.stack([-(v[0] + v[1]), -v[1], np.zeros(inner.size), v[2], v[2] + v[3]])
    derivative = np.zeros_like(faces)
    for i in (0, 1, 3, 4):
        # Lagrange basis of face i, differentiated at face 2 (the origin)
        others = [k for k in range(5) if k not in (i, 2)]
        top = -faces[others[0]] * -faces[others[1]] * -faces[others[2]]
        bottom = np.prod([faces[i] - faces[k] for k in range(5) if k != i], axis=0)
        derivative[i] = top / bottom
    derivative[2] = -(derivative[0] + derivative[1] + derivative[3] + derivative[4])
    # cumulative mass at face i is the sum of the cells before it, so a cell's weight is its
    # volume times the sum of the basis derivatives behind it
    behind = np.cumsum(derivative[::-1], axis=0)[::-1]
    weights[inner] = (v * behind[1:]).T
    near = inner[jump[inner - 1] | jump[inner + 1]]
    pair = volume[near - 1] + volume[near]
    weights[near] = 0.0
    weights[near, 1] = volume[near] / pair
    weights[near, 2] = volume[near - 1] / pair
    return weights
