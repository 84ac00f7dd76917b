"""Makes data.npz: ten samples of 5 x 5 pixels, which do not fit a network for 1 x 28 x 28."""
import numpy as np

generator = np.random.default_rng(1)
np.savez(
    "data.npz",
    x=generator.integers(0, 256, (10, 5, 5), dtype=np.uint8),
    y=np.arange(10, dtype=np.int64),
)
