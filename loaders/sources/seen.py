"""Numbers by numbers, for files of millions of records: 24 to 48 bytes an entry, where a dict takes two hundred."""

from array import array


class Seen:
    """64-bit keys with 64-bit values, neither of them 0: a hash table with open addressing in two flat arrays."""

    def __init__(self) -> None:
        self._count = 0
        self._keys = array("Q", bytes(8 * 1024))
        self._values = array("Q", bytes(8 * 1024))

    def __len__(self) -> int:
        return self._count

    def get(self, key: int) -> int:
        """The value of `key`; 0 where there is none."""
        return self._values[self._slot(key)]

    def put(self, key: int, value: int) -> None:
        """Set the value of `key`."""
        if self._count * 3 > len(self._keys) * 2:
            self._grow()
        slot = self._slot(key)
        self._count += not self._keys[slot]
        self._keys[slot], self._values[slot] = key, value

    def _slot(self, key: int) -> int:
        """Where `key` is, or would be put. Keys are hashes already, so their last bits are as good as any."""
        keys, last = self._keys, len(self._keys) - 1
        slot = key & last
        while (found := keys[slot]) and found != key:
            slot = (slot + 1) & last
        return slot

    def _grow(self) -> None:
        keys, values = self._keys, self._values
        self._keys, self._values = (array("Q", bytes(16 * len(keys))) for _ in range(2))
        for key, value in zip(keys, values, strict=True):
            if key:
                slot = self._slot(key)
                self._keys[slot], self._values[slot] = key, value
