"""The random numbers of sfconv (SplitMix64.swift) in numpy, so that all libraries start alike.

Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014. Normal numbers
by Marsaglia's polar method, the first of each pair.
"""
import numpy as np

MASK = 2**64 - 1
GAMMA = 0x9E3779B97F4A7C15


def _mix(z):
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


class SplitMix64:
    def __init__(self, seed):
        self.state = seed & MASK

    def next(self, count):
        """The next `count` words."""
        steps = np.arange(1, count + 1, dtype=np.uint64) * np.uint64(GAMMA)
        words = _mix(steps + np.uint64(self.state))
        self.state = (self.state + count * GAMMA) & MASK
        return words

    def stream(self, number):
        """A generator for another purpose; this one does not advance."""
        seeder = SplitMix64(self.state ^ (number * 0xD1B54A32D192ED03 & MASK))
        return SplitMix64(int(seeder.next(1)[0]))

    def uniform(self, count):
        return (self.next(count) >> np.uint64(11)).astype(np.float64) * 2.0**-53

    def integers(self, count, below):
        """As Swift's, but for a rejection that has probability below / 2**64."""
        return np.array([int(word) * below >> 64 for word in self.next(count)])

    def normal(self, count):
        # The pairs that fall outside the circle are dropped: 1 - pi/4 of them.
        points = self.uniform(2 * int(count * 1.35 + 200)).reshape(-1, 2) * 2 - 1
        square = (points**2).sum(axis=1)
        inside = (square > 0) & (square < 1)
        u, square = points[inside, 0], square[inside]
        assert len(u) >= count, "too few pairs"
        return (u * np.sqrt(-2 * np.log(square) / square))[:count]
