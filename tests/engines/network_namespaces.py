"""A network of two hosts and a wire between them that can be made as bad as one likes.

The hosts are network namespaces with the kernel's own TCP; the wire is this program, which carries
packets from one TUN device to the other. (tc's netem would do, too, but few kernels of test machines
have it.) Needs root.
"""

import contextlib
import ctypes
import fcntl
import heapq
import itertools
import os
import random
import selectors
import struct
import subprocess
import threading
import time

NEAR = "10.77.0.1"  # where the plugin runs
FAR = "10.77.0.2"  # where the server is
NOBODY = "10.77.0.3"
CLONE_NEWNET = 0x40000000
TUNSETIFF = 0x400454CA
IFF_TUN_WITHOUT_HEADER = 0x0001 | 0x1000
MTU = 1500


def _make_device(name, address, peer):
    """A TUN device of the calling thread's namespace: its descriptor."""
    device = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TUN_WITHOUT_HEADER))
    for words in (["link", "set", "lo", "up"], ["address", "add", address, "peer", peer, "dev", name],
                  ["link", "set", name, "up", "mtu", str(MTU)]):
        subprocess.run(["ip", *words], check=True)
    return device


class Weather:
    """What the wire does to packets; each method of a subclass gives the delays, in seconds, with which a
    packet arrives: none where it is lost, two where it arrives twice."""

    def __init__(self, seed=1):
        self.random = random.Random(seed)
        self.carried = {NEAR: 0, FAR: 0}  # packets so far, by the host that sent them

    def delays(self, _sender, _packet):
        return (0,)


class Latency(Weather):
    def delays(self, _sender, _packet):
        return (0.1,)


class Loss(Weather):
    def delays(self, _sender, _packet):
        return () if self.random.random() < 0.2 else (0.005,)


class Reordering(Weather):
    def delays(self, _sender, _packet):
        return (self.random.uniform(0, 0.05),)


class Doubling(Weather):
    def delays(self, _sender, _packet):
        return (0.001, 0.002)


class Cut(Weather):
    """The link is dead after so many packets of the far host."""

    def __init__(self, after):
        super().__init__()
        self._after = after

    def delays(self, _sender, _packet):
        return (0,) if self.carried[FAR] <= self._after else ()


class Hole(Weather):
    """What is larger than so many bytes gets lost, and no router says so."""

    def __init__(self, size):
        super().__init__()
        self._size = size

    def delays(self, _sender, packet):
        return (0,) if len(packet) <= self._size else ()


class Corruption(Weather):
    """Some packets arrive with a byte that is wrong."""

    def delays(self, _sender, packet):
        if self.random.random() < 0.2:
            packet[self.random.randrange(20, len(packet))] ^= 0x55
        return (0,)


class Wire:
    """Carries packets until stop(); its weather can be changed at any time."""

    def __init__(self):
        self.weather = Weather()
        self._devices = {NEAR: _make_device("near0", NEAR, FAR)}
        self._stopping = threading.Event()
        self._on_its_way = []
        self._numbers = itertools.count()
        self._thread = threading.Thread(target=self._carry, daemon=True)

    def at_far_host(self, start):
        """Makes the far host and calls start() there, in a thread of its own; then carries packets."""
        def work():
            libc = ctypes.CDLL(None, use_errno=True)
            if libc.unshare(CLONE_NEWNET) != 0:
                raise OSError(ctypes.get_errno(), "no network namespace")
            self._devices[FAR] = _make_device("far0", FAR, NEAR)
            start()
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        self._thread.start()

    def stop(self):
        self._stopping.set()
        self._thread.join()

    def _carry(self):
        with selectors.DefaultSelector() as selector:
            for host, device in self._devices.items():
                selector.register(device, selectors.EVENT_READ, host)
            while not self._stopping.is_set():
                for key, _events in selector.select(self._seconds_to_next()):
                    self._take(key.data, bytearray(os.read(key.fd, 65536)))
                self._deliver()

    def _seconds_to_next(self):
        return max(0, self._on_its_way[0][0] - time.monotonic()) if self._on_its_way else 0.1

    def _take(self, sender, packet):
        if packet[0] >> 4 != 4:  # IPv6 neighbours talk, too
            return
        weather = self.weather
        weather.carried[sender] += 1
        receiver = FAR if sender == NEAR else NEAR
        for delay in weather.delays(sender, packet):
            heapq.heappush(self._on_its_way, (time.monotonic() + delay, next(self._numbers), receiver, packet))

    def _deliver(self):
        while self._on_its_way and self._on_its_way[0][0] <= time.monotonic():
            _time, _number, receiver, packet = heapq.heappop(self._on_its_way)
            with contextlib.suppress(OSError):  # a device that is down takes none: lost
                os.write(self._devices[receiver], packet)
