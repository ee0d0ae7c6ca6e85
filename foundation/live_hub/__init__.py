"""The live process's hub: brings nudges from Redis to the sockets of this process, losing none for good.

`live_process()` is the one of the running event loop; a consumer gives it peers and the topics they follow.
"""

from foundation.live_hub.live_process import LiveProcess, live_process
from foundation.live_hub.peers import Peer, peer_for

__all__ = ["LiveProcess", "Peer", "live_process", "peer_for"]
