# A cloth that falls on a round table: position-based dynamics on a grid (Mueller et al. 2007), in numpy.
# The sheet starts as a corrugated fan, longer along its surface than its footprint, so gravity lays it in folds.
# Constraints are solved in independent stripes, so the result is the same on every run. No self-collision.
import numpy as np


def drape(start, spacing_u, spacing_v, collide, steps=260, iterations=14, gravity=9.8, dt=1 / 90, friction=0.55):
    """start [U, V, 3]; spacing: rest lengths; collide(points) pushes points out of things and says which touch."""
    x = start.copy()
    velocity = np.zeros_like(x)
    diagonal = np.hypot(spacing_u, spacing_v)
    for _ in range(steps):
        velocity[..., 2] -= gravity * dt
        velocity *= 0.985
        before = x.copy()
        x = x + velocity * dt
        for _ in range(iterations):
            for parity in (0, 1):
                pull(x, x[parity:-1:2], x[parity + 1 :: 2], spacing_u, 1.0)
                pull(x, x[:, parity:-1:2], x[:, parity + 1 :: 2], spacing_v, 1.0)
                pull(x, x[parity:-1:2, :-1], x[parity + 1 :: 2, 1:], diagonal, 0.4)
                pull(x, x[parity:-1:2, 1:], x[parity + 1 :: 2, :-1], diagonal, 0.4)
            for parity in (0, 1, 2, 3):  # stiffness against sharp bending
                pull(x, x[parity:-4:4], x[parity + 4 :: 4][: len(x[parity:-4:4])], 4 * spacing_u, 0.06, True)
                pull(x, x[:, parity:-4:4], x[:, parity + 4 :: 4][:, : x[:, parity:-4:4].shape[1]], 4 * spacing_v, 0.06, True)
            touching = collide(x)
        velocity = (x - before) / dt
        velocity[touching] *= 1 - friction
    return x


def pull(x, a, b, rest, strength, only_short=False):
    """Moves the two ends of each edge (views into x) towards the rest length; a, b are cut to the same shape."""
    u, v = min(a.shape[0], b.shape[0]), min(a.shape[1], b.shape[1])
    a, b = a[:u, :v], b[:u, :v]
    delta = b - a
    length = np.sqrt((delta**2).sum(-1, keepdims=True)) + 1e-9
    stretch = length - rest
    if only_short:
        stretch = np.minimum(stretch, 0)
    move = delta / length * stretch * (0.5 * strength)
    a += move
    b -= move
