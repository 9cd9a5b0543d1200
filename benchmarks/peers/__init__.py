"""Straightforward compiled solvers of the standard tasks, all behind one call.

``PEERS[name].run(task, cell_length)`` returns a `PeerResult`; `search.find_cell_length` finds the
cell length at which a peer reaches a target error, and the time it then needs.
"""

from __future__ import annotations

from .explicit import EXPLICIT_PEERS
from .implicit import IMPLICIT_PEERS
from .interface import Peer, PeerResult
from .weno import WENO_PEERS

PEERS: dict[str, Peer] = {
    peer.name: peer for peer in (*EXPLICIT_PEERS, *WENO_PEERS, *IMPLICIT_PEERS)
}

__all__ = ["PEERS", "Peer", "PeerResult"]
