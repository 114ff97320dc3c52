# The boat: a small clinker fishing boat drawn up on a shingle beach in late sun, with oars, a mast and its furled sail,
# stays, a net over the side, lobster pots, rope, floats and a box of fish. Sea to one side, dunes and three net huts
# to the other. The boat is the unit of the composition (inside |x| <= 1.5); what lies beyond goes on to the horizon.
#   blender -b -P tools/scenes/boat.py -- --work <folder> --out assets/scenes/boat
import math
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import numpy as np
import studio
from sculpt import Sculpture, aim, ball, box_faces, lathe, place, rotation, smooth_curve, tube, value_noise

BEACH, SEA, STRAKES = -0.72, -1.02, 7
UP = np.array([0.0, 0.0, 1.0])
HEEL = rotation((0, 0, 1), 0.3) @ rotation((1, 0, 0), 0.19) @ rotation((0, 1, 0), -0.03)
BERTH = np.array([0.0, 0.0, BEACH - 0.04])
options = studio.arguments()
made = Sculpture()


def grid(u, v):
    return np.meshgrid(np.linspace(*u), np.linspace(*v), indexing='ij')


def ground(x, y):
    """Height of the beach: falls to the sea at +y, rises to dunes at -y, lumpy underfoot."""
    p = np.stack(np.broadcast_arrays(x, y, 0.0), -1).astype(float)
    slope = -0.055 * np.maximum(y, 0) - 0.012 * np.maximum(y - 2, 0) ** 2
    bank = 1.5 / (1 + np.exp(-(-y - 6.6 + 0.8 * value_noise(p * [1, 0, 0], 5, 0.3)) / 0.7)) * (1 + 0.35 * value_noise(p, 9, 0.33))
    far = np.clip((np.hypot(x, y) - 2) / 3, 0, 1)
    return BEACH + slope + bank + 0.035 * value_noise(p, 2, 0.9) + 0.016 * value_noise(p, 3, 2.7) + 0.06 * far * value_noise(p, 4, 0.5)


def rest(x, y, lift=0.0):
    return np.array([x, y, ground(np.array([x]), y)[0] + lift])


def aboard(points):
    """From the boat's own frame (x forward, z up from the keel) to the world."""
    return place(points, BERTH, HEEL)


def pole(points, radius, material, count=8, steps=None, **more):
    path = smooth_curve(points, steps or 8 * len(points))
    at = np.linspace(0, 1, len(path))
    r = np.interp(at, np.linspace(0, 1, np.size(radius)), np.atleast_1d(radius))
    surface = tube(path, r, count)
    along = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))])
    uvw = np.stack(np.broadcast_arrays(along[None], np.arange(count)[:, None] * 0.03, 0.0), -1) + path[0] * [0, 3, 7]
    made.add(surface, material, uvw=uvw, closed_u=True, **more)


def board(at, size, material, turn=None, count=(16, 8, 4), mark=0.0, world=aboard):
    for f in box_faces(size, count):
        made.add(world(place(f, at, turn)), material, uvw=f + [0, mark, mark * 3])


# ---------------------------------------------------------------- the boat
def along(knots):
    return lambda u: smooth_curve([(v,) for _, v in knots], 400)[:, 0][np.clip((np.interp(u, [k for k, _ in knots], np.linspace(0, 1, len(knots))) * 399).astype(int), 0, 399)]


BEAM = along([(0, 0.31), (0.2, 0.44), (0.45, 0.52), (0.7, 0.46), (0.88, 0.26), (1, 0.018)])
KEEL = along([(0, 0.06), (0.3, 0.01), (0.6, 0.0), (0.85, 0.05), (1, 0.2)])
SHEER = along([(0, 0.56), (0.3, 0.48), (0.6, 0.5), (0.85, 0.64), (1, 0.8)])


def hull(u, v, out=0.0):
    """The skin at u (0 stern, 1 stem) and v (0 keel, 1 gunwale), `out` further out; starboard (+y)."""
    a = v * np.pi / 2
    y = BEAM(u) * np.sin(a) ** (0.72 + 0.35 * u**3) + out * np.clip(BEAM(u) / 0.1, 0, 1) * np.cos(a * 0.6)
    z = KEEL(u) + (SHEER(u) - KEEL(u)) * (1 - np.cos(a)) ** 0.86 - out * (1 - v) * 0.8
    return np.stack([-1.38 + 2.56 * u + 0.2 * v * u**5 - 0.06 * v * (1 - u) ** 6, y, z], -1)


MIRROR = np.array([1.0, -1.0, 1.0])


def skin():
    for k in range(STRAKES):
        u, t = grid((0, 1, 110), (0, 1, 6))
        surface = hull(u, (k + t * 1.06) / STRAKES * 0.995, 0.022 * (1 - t) + 0.004)
        paint = 'red' if k < 3 else 'blue' if k < 6 else 'white'
        for sign in (1, -1):
            made.add(aboard(surface * [1, sign, 1]), paint, uvw=np.stack([surface[..., 0], t * 0.11, 0 * t + k + 20 * sign], -1), thickness=0.012, flip=sign < 0)
    u, v = grid((0.004, 0.985, 110), (0.02, 0.99, 40))
    for sign in (1, -1):
        inner = hull(u, v, -0.016) * [1, sign, 1]
        made.add(aboard(inner), 'inside', uvw=np.stack([inner[..., 0], v * 0.8, 0 * v + sign], -1), flip=sign < 0)
    # stern board
    v, s = grid((0.0, 1, 30), (-1, 1, 24))
    edge = hull(0 * v, v)
    stern = np.stack([edge[..., 0] + 0.006, edge[..., 1] * s, edge[..., 2]], -1)
    made.add(aboard(stern), 'blue', uvw=np.stack([stern[..., 1], stern[..., 2], 0 * v + 9], -1), thickness=0.035)
    # rails, keel, stem
    u = np.linspace(0, 1, 60)
    for sign in (1, -1):
        rail = hull(u, np.ones(60), 0.012) * [1, sign, 1]
        pole(aboard(rail), 0.026, 'varnish', 8, 90)
        pole(aboard(hull(u, np.full(60, 0.87), 0.018) * [1, sign, 1]), 0.011, 'ochre', 6, 90)
    v = np.linspace(0, 1.06, 24)
    pole(aboard(hull(np.ones(24), np.minimum(v, 1)) * [1, 0, 1] + np.stack([0.012 + 0 * v, 0 * v, np.maximum(v - 1, 0) * 1.6], -1)), 0.032, 'varnish', 8, 40)
    pole(aboard(np.stack([-1.38 + 2.56 * u, 0 * u, KEEL(u) - 0.025], -1)), 0.028, 'varnish', 8, 60)
    pole(aboard(np.stack([np.full(8, -1.4), np.linspace(-0.31, 0.31, 8), 0.575 - 0.1 * np.linspace(-1, 1, 8) ** 2 * 0], -1)), 0.024, 'varnish', 8)


def fittings():
    for u in np.linspace(0.07, 0.93, 13):  # ribs
        v = np.linspace(0.0, 0.98, 20)
        for sign in (1, -1):
            pole(aboard(hull(np.full(20, u), v, -0.028) * [1, sign, 1]), 0.014, 'rib', 6, 26)
    for k, (u, high) in enumerate(((0.12, 0.36), (0.42, 0.33), (0.68, 0.36))):  # thwarts
        x = hull(np.array(u), np.array(0.8))[0]
        wide = 2 * float(BEAM(np.array(u))) * 0.93
        board((x, 0, high), (0.17, wide, 0.025), 'thwart', count=(6, 24, 3), mark=k + 1.0)
    for k in range(5):  # bottom boards
        board((-0.25, -0.2 + 0.1 * k, 0.09 + 0.018 * abs(k - 2)), (1.5, 0.085, 0.012), 'thwart', count=(30, 4, 3), mark=k + 5.0)
    for u in (0.36, 0.56):  # rowlocks
        for sign in (1, -1):
            at = hull(np.array(u), np.array(1.0), 0.012) * [1, sign, 1]
            pole(aboard([at + [-0.03, 0, 0.02], at + [-0.035, 0, 0.07], at + [-0.03, 0, 0.1]]), 0.009, 'iron', 6)
            pole(aboard([at + [0.03, 0, 0.02], at + [0.035, 0, 0.07], at + [0.03, 0, 0.1]]), 0.009, 'iron', 6)
    # rudder
    u, v = grid((0, 1, 8), (0, 1, 20))
    board_shape = np.stack([-1.45 - 0.2 * u * (0.6 + 0.6 * (1 - v) ** 2), 0 * u, 0.06 + 0.56 * v], -1)
    made.add(aboard(board_shape), 'red', uvw=board_shape[..., [2, 0, 1]] + [0, 0, 33], thickness=0.028)
    pole(aboard([(-1.5, 0.0, 0.63), (-1.2, 0.03, 0.66), (-0.95, 0.06, 0.67)]), [0.02, 0.016], 'varnish')


def oar(a, b, roll):
    """From the grip a to the tip of the blade b."""
    a, b = np.array(a, float), np.array(b, float)
    d = (b - a) / np.linalg.norm(b - a)
    neck = b - d * 0.42
    pole([a, a + d * 0.1, a + d * 0.14, (a + neck) / 2, neck, b - d * 0.1], [0.014, 0.014, 0.02, 0.021, 0.016, 0.008], 'varnish', 8, 40)
    side = np.cross(d, rotation(d, roll) @ UP)
    side /= np.linalg.norm(side)
    u, v = grid((-1, 1, 9), (0, 1, 20))
    half = 0.062 * np.clip(v * 3, 0.25, 1) * np.sqrt(np.clip((1.02 - v) * 12, 0.0, 1))
    blade = neck + v[..., None] * d * 0.42 + (u * half)[..., None] * side + ((u**2) * 0.008)[..., None] * np.cross(side, d)
    made.add(blade, 'blade', uvw=np.stack([v, u * 0.1, 0 * u + roll], -1), thickness=0.012)


def rig():
    """Mast, furled sail on its yard, stays and halyard."""
    foot, head = np.array([0.45, 0, 0.06]), np.array([0.37, 0, 1.8])
    pole(aboard([foot, (foot + head) / 2, head]), [0.034, 0.032, 0.02], 'mast', 10, 40)
    made.add(aboard(place(ball(0.035, 12, 8), head)), 'ochre', closed_u=True)
    # the yard lies low, the sail is bundled along it and lashed
    a, b = np.array([-1.05, 0.1, 0.72]), np.array([0.62, -0.07, 1.12])
    pole(aboard([a, (a + b) / 2, b]), [0.014, 0.022, 0.014], 'mast', 8, 30)
    s, t = grid((0, 1, 120), (0, 1, 40))
    angle = t * 2 * np.pi
    lash = np.abs(np.sin(s * np.pi * 7)) ** 0.35
    r = (0.03 + 0.055 * np.sin(np.pi * np.clip(s, 0.02, 0.98)) ** 0.6 * (0.55 + 0.45 * lash)) * (1 + 0.16 * np.sin(5 * angle + 9 * s) + 0.1 * np.sin(9 * angle - 23 * s))
    way = (b - a) / np.linalg.norm(b - a)
    side = np.cross(way, UP)
    side /= np.linalg.norm(side)
    over = np.cross(side, way)
    bundle = a + 0.06 * (b - a) + s[..., None] * (b - a) * 0.86 + (np.cos(angle) * r)[..., None] * side + (np.sin(angle) * r * 1.15 - 0.045)[..., None] * over
    made.add(aboard(bundle[:, :-1]), 'sail', uvw=np.stack([s * 1.6, angle / 6.28 * 0.4, 0 * s], -1)[:, :-1], closed_v=True)
    for k in range(1, 7):
        at = a + (0.06 + 0.86 * k / 7) * (b - a)
        ring = [at + side * 0.052 * math.cos(q) + over * (0.06 * math.sin(q) - 0.045) for q in np.linspace(0, 2 * math.pi, 14)]
        pole(aboard(ring), 0.007, 'rope', 5, 28)
    rope = lambda p, q, slack: pole(aboard([np.array(p) + (np.array(q) - np.array(p)) * t - UP * slack * 4 * t * (1 - t) for t in np.linspace(0, 1, 12)]), 0.0075, 'rope', 5, 36)
    tip = hull(np.array(1.0), np.array(1.0)) * [1, 0, 1]
    rope(head - UP * 0.04, tip + [0.01, 0, 0.04], 0.03)
    for sign in (1, -1):
        for u in (0.6, 0.5):
            rope(head - UP * 0.06, hull(np.array(u), np.array(1.0)) * [1, sign, 1], 0.01)
    rope(head - UP * 0.1, a + [0.25, 0, 0.05], 0.06)
    rope(head - UP * 0.1, (0.5, 0.05, 0.4), 0.02)


def catch():
    """What lies in the boat: a basket, a coil of line, a float."""
    coil(aboard(np.array([0.82, 0.02, 0.36])), 0.12, 4, 0.016, 'rope', HEEL)
    weave = smooth_curve([(0.13, 0.0), (0.16, 0.1), (0.19, 0.2), (0.185, 0.21)], 26)
    basket = lathe(weave, 60)
    basket[..., :2] *= (1 + 0.03 * np.sign(np.sin(np.arange(60)[:, None] * np.pi / 2.5 + np.pi * (np.arange(26)[None] // 3))))[..., None]
    made.add(aboard(place(basket, (-0.55, -0.12, 0.13))), 'wicker', uvw=basket, closed_u=True, thickness=0.012)
    r = np.random.default_rng(4)
    for _ in range(16):
        at = np.array([-0.55, -0.12, 0.3]) + [*r.normal(0, 0.07, 2), r.uniform(-0.02, 0.05)]
        fish(aboard(at), r.uniform(0.11, 0.15), rotation((0, 0, 1), r.uniform(0, 6.3)) @ rotation((0, 1, 0), r.normal(0, 0.3)))


def fish(at, length, turn):
    s = np.linspace(0, 1, 20)
    half = 0.17 * np.sin(np.pi * s**0.75) * (1 - 0.55 * s) + 0.012 + 0.11 * np.clip((s - 0.86) / 0.14, 0, 1)
    angle = np.arange(10) / 10 * 2 * np.pi
    body = np.stack(np.broadcast_arrays((s[:, None] - 0.5), np.cos(angle)[None] * half[:, None] * np.where(s > 0.86, 0.25, 0.5)[:, None], np.sin(angle)[None] * half[:, None]), -1)
    flat = rotation((1, 0, 0), 1.35)
    made.add(place(body, at, turn @ flat, length), 'fish', uvw=body, closed_v=True, flip=True)


def coil(at, radius, turns, thick, material, turn=None):
    t = np.linspace(0, turns, turns * 26)
    wobble = 1 + 0.05 * np.sin(t * 2.1) + 0.03 * np.sin(t * 9.7)
    path = np.stack([np.cos(t * 6.283) * radius * wobble * (1 - 0.08 * (t % 2)), np.sin(t * 6.283) * radius * wobble, thick * (1 + 1.5 * t) * 0.75], -1)
    path = place(path, at, turn)
    made.add(tube(path, thick, 7), material, uvw=np.stack(np.broadcast_arrays(t[None] * radius * 6.28, np.arange(7)[:, None] * 0.03, 0.0), -1), closed_u=True)
    return path[-1]


# ---------------------------------------------------------------- round about it
def net():
    """A net drawn over the port rail and let down onto the shingle, with corks along its head rope."""
    count, length = 34, 90
    lines = []
    for j, s in enumerate(np.linspace(0, 1, count)):
        u = np.array(0.3 + 0.26 * s)
        rail = aboard(hull(u, np.array(1.0), 0.03) * MIRROR) + UP * 0.03
        inside = aboard(hull(u, np.array(0.75), -0.12) * MIRROR)
        out = HEEL @ np.array([0, -1.0, 0])
        out[2] = 0
        spread = (s - 0.5) * (HEEL @ np.array([1.0, 0, 0]))
        foot = rail + out * (0.13 + 0.05 * math.sin(9 * s)) + spread * 0.1
        foot[2] = ground(foot[0], foot[1]) + 0.02
        knots = [inside, rail - out * 0.03, rail + out * 0.02 - UP * 0.03, rail + out * 0.07 - UP * 0.22, foot]
        for q in (0.12, 0.26, 0.42, 0.6):
            p = foot + out * (q * (0.85 + 0.3 * math.sin(3 + 5 * s))) + spread * (1.1 * q)
            p[2] = ground(p[0], p[1]) + 0.02 + 0.035 * max(0.0, math.sin(14 * q + 8 * s)) * (1 - q)
            knots.append(p)
        curve = smooth_curve(knots, length)
        curve += (0.012 * np.sin(np.linspace(0, 20, length) + 1.7 * j))[:, None] * spread
        lines.append(curve)
    mesh = np.stack(lines)  # [count, length, 3]
    for way in (0, 1):  # diamonds: each string steps from line to line and back
        for start in range(-length, count, 1):
            walk = []
            j, direction = (start, 1) if way == 0 else (count - 1 - start, -1)
            for i in range(0, length, 2):
                at = j + direction * i / 2
                if 0 <= at <= count - 1:
                    walk.append(mesh[int(at), i])
            if len(walk) > 3:
                made.add(tube(smooth_curve(walk, 2 * len(walk)), 0.0042, 4), 'net', closed_u=True)
    for rope in (mesh[0], mesh[-1], mesh[:, -1]):
        pole(rope[::3], 0.009, 'rope', 5, 90)
    for j in range(1, count, 3):
        at = mesh[j, -1] + UP * 0.02
        d = aim(mesh[min(j + 1, count - 1), -1] - mesh[j - 1, -1])
        cork = lathe(smooth_curve([(0.004, -0.045), (0.036, -0.04), (0.042, 0.0), (0.036, 0.04), (0.004, 0.045)], 16), 16)
        made.add(place(cork, at, d), 'cork', uvw=cork + j, closed_u=True)


def lobster_pot(x, y, turn, lift=0.0):
    r = rotation(UP, turn)
    at = rest(x, y, 0.03 + lift)
    world = lambda p: place(p, at, r)
    half, wide, high = 0.3, 0.19, 0.27
    arch = lambda k, q: np.array([k, wide * math.cos(q), high * math.sin(q) ** 0.8 if q not in (0, math.pi) else 0.0])
    hoops = (-half, 0.0, half)
    for k in hoops:
        pole(world([arch(k, q) for q in np.linspace(0, math.pi, 15)]), 0.012, 'cane', 6, 30)
    for k in range(5):
        board((0, -wide + 0.095 * k, 0), (2 * half + 0.06, 0.06, 0.018), 'slat', count=(16, 3, 3), mark=k + lift, world=world)
    for q in (0.5, 1.1, math.pi / 2, 2.04, 2.64):
        pole(world([arch(-half, q), arch(0, q) + [0, 0, 0.012], arch(half, q)]), 0.009, 'cane', 5, 14)
    for sign in (1, -1):  # netting in two ways round
        for k in np.linspace(-half * 1.9, half * 1.9, 27):
            path = [arch(k + sign * 0.28 * (q / math.pi * 2 - 1), q) for q in np.linspace(0.02, math.pi - 0.02, 24)]
            path = [p for p in path if abs(p[0]) <= half]
            if len(path) > 3:
                made.add(world(tube(path, 0.0045, 4)), 'twine', closed_u=True)
    for k in (-half, half):
        for q in np.linspace(0.35, math.pi - 0.35, 7):
            made.add(world(tube([arch(k, q), arch(k, math.pi - q) * [1, 0.2, 0.55], [k, 0, 0.02]], 0.0045, 4)), 'twine', closed_u=True)


def pebbles():
    r = np.random.default_rng(12)
    unit = ball(1.0, 9, 6)
    n = 2300
    radius = 3.3 * np.sqrt(r.uniform(0, 1, n)) ** 1.25
    angle = r.uniform(0, 2 * np.pi, n)
    for i in range(n):
        x, y = radius[i] * math.cos(angle[i]), radius[i] * math.sin(angle[i])
        size = 0.016 + 0.05 * r.random() ** 3.2
        shape = unit * [1, r.uniform(0.6, 0.95), r.uniform(0.4, 0.65)]
        shape = shape * (1 + 0.12 * value_noise(shape + i, 1, 1.3))[..., None]
        made.add(place(shape, rest(x, y, 0.1 * size), rotation(UP, r.uniform(0, 6.3)) @ rotation((1, 0, 0), r.normal(0, 0.2)), size), 'pebble', uvw=np.full_like(shape, r.uniform(0, 50)) + shape * 0.12, closed_u=True)


def buoy(x, y, size, material, tilt):
    turn = aim(tilt)
    shape = lathe(smooth_curve([(0.02, -1.0), (0.5, -0.86), (0.93, -0.35), (1.0, 0.1), (0.8, 0.66), (0.4, 0.95), (0.16, 1.05), (0.15, 1.3), (0.02, 1.32)], 40), 36)
    at = rest(x, y, size * 0.85)
    made.add(place(shape, at, turn, size), material, uvw=shape, closed_u=True)
    top = at + turn @ np.array([0, 0, size * 1.2])
    end = rest(x + 0.28, y - 0.2, 0.012)
    pole([top, top + turn @ np.array([0, 0, 0.08]), (top + end) / 2 + UP * 0.02, end, rest(x + 0.42, y - 0.1, 0.012), rest(x + 0.5, y - 0.28, 0.012)], 0.008, 'rope', 5, 40)


def crate(x, y, turn):
    r = rotation(UP, turn)
    at = rest(x, y, 0.0)
    world = lambda p: place(p, at, r)
    for k in range(2):
        for sign in (1, -1):
            board((0, sign * 0.19, 0.06 + 0.085 * k), (0.6, 0.016, 0.07), 'slat', count=(16, 3, 4), mark=k + sign, world=world)
            board((sign * 0.29, 0, 0.06 + 0.085 * k), (0.016, 0.38, 0.07), 'slat', count=(3, 12, 4), mark=k + sign * 4, world=world)
    board((0, 0, 0.03), (0.58, 0.37, 0.014), 'slat', count=(16, 12, 3), mark=11, world=world)
    rand = np.random.default_rng(3)
    for i in range(26):
        p = np.array([-0.22 + 0.11 * (i % 5), -0.12 + 0.06 * (i // 5 % 5), 0.07 + 0.03 * (i // 13)]) + rand.normal(0, 0.012, 3)
        fish(world(p), rand.uniform(0.2, 0.26), r @ rotation(UP, rand.normal(0.9, 0.25)))


def gull():
    """A herring gull on the stem."""
    at = aboard(hull(np.array(1.0), np.array(1.0)) * [1, 0, 1]) + UP * 0.17
    r = rotation(UP, 2.3)
    world = lambda p: place(p, at, r, 0.95)
    body = lathe(smooth_curve([(0.004, -0.16), (0.03, -0.12), (0.058, -0.04), (0.058, 0.03), (0.036, 0.085), (0.02, 0.1)], 30), 24)
    made.add(world(place(body, (0, 0, 0), rotation((0, 1, 0), 1.1))), 'feather', uvw=body, closed_u=True)
    made.add(world(place(ball(0.034, 16, 12), (0.085, 0, 0.09))), 'feather', uvw=ball(0.034, 16, 12), closed_u=True)
    pole(world([(0.06, 0, 0.03), (0.075, 0, 0.06), (0.085, 0, 0.09)]), [0.045, 0.032], 'feather', 12)
    pole(world([(0.112, 0, 0.09), (0.14, 0, 0.086), (0.158, 0, 0.074)]), [0.012, 0.004], 'beak', 8)
    for sign in (1, -1):
        wing = lathe(smooth_curve([(0.003, -0.19), (0.02, -0.13), (0.042, -0.03), (0.036, 0.04), (0.004, 0.075)], 26), 16) * [1, 0.35, 1]
        made.add(world(place(wing, (-0.015, sign * 0.05, 0.012), rotation((0, 1, 0), 1.15))), 'wing', uvw=wing, closed_u=True)
        pole(world([(0.01, sign * 0.02, -0.04), (0.012, sign * 0.02, -0.09), (0.014, sign * 0.02, -0.14)]), 0.005, 'beak', 5)
        made.add(world(place(ball(0.006, 8, 6), (0.1, sign * 0.026, 0.097))), 'iron', closed_u=True)


def hut(x, y, turn, size, paint):
    """A net hut of upright boards with a pitched roof."""
    r = rotation(UP, turn)
    base = np.array([x, y, ground(np.array([x]), y)[0] - 0.1])
    world = lambda p: place(p, base, r, size)
    board((0, 0, 0.6), (1.0, 1.2, 1.2), paint, count=(14, 16, 16), world=world)
    u, v = grid((-1, 1, 12), (0, 1, 10))
    for sign in (1, -1):
        made.add_facing(world(np.stack([sign * 0.62 * (1 - v), 0.72 * u, 1.12 + 0.62 * v], -1)), world(np.array([0, 0, 9.0])), 'roof', uvw=np.stack([u, v, 0 * u + sign], -1), thickness=0.04 * size)
        made.add_facing(world(np.stack([0.5 * u * (1 - v), 0 * u + sign * 0.6, 1.2 + 0.5 * v], -1)), world(np.array([0, sign * 9.0, 1.2])), paint, uvw=np.stack([0.5 * u * (1 - v), 0 * u, 0.6 + 0.5 * v], -1))
    board((0.0, 0.61, 0.45), (0.42, 0.03, 0.9), 'door', count=(8, 3, 12), world=world)


def groyne():
    for i in range(17):
        y = -2.2 + 0.52 * i
        x = -4.3 - 0.05 * i + 0.06 * math.sin(7 * i)
        top = 0.15 - 0.045 * i + 0.1 * math.sin(5 * i)
        pole([(x, y, top - 1.4), (x + 0.02, y, top - 0.6), (x, y + 0.02, top)], [0.11, 0.1, 0.085], 'post', 10, 30)
        made.add(place(ball(0.085, 12, 7) * [1, 1, 0.3], (x, y + 0.02, top)), 'post', closed_u=True)
    for k in range(2):
        pole([(-4.18 - 0.05 * i, -2.2 + 0.52 * i, -0.25 - 0.045 * i - 0.22 * k) for i in range(17)], 0.045, 'post', 6, 60)


def grass():
    r = np.random.default_rng(21)
    for _ in range(95):
        x, y = r.uniform(-9, 9), r.uniform(-9.5, -5.2)
        for _ in range(20):
            a = r.uniform(0, 6.3)
            d = np.array([math.cos(a), math.sin(a), 0])
            tall = r.uniform(0.35, 0.75)
            foot = rest(x, y, -0.03) + d * r.uniform(0, 0.16)
            v, u = np.linspace(0, 1, 6)[:, None], np.array([-1.0, 1.0])[None]
            across = np.cross(d, UP)
            blade = foot + v[..., None] * UP * tall + (v**2)[..., None] * (d * 0.3 + np.array([0.16, 0, -0.12])) * tall + (u * 0.016 * (1.05 - v))[..., None] * across
            made.add(blade, 'grass', uvw=np.stack(np.broadcast_arrays(v, u, a), -1), thickness=0.004)


def land_and_sea():
    u, v = grid((-3.6, 3.6, 190), (-3.6, 3.6, 190))
    made.add(np.stack([u, v, ground(u, v)], -1), 'shingle')
    for low, high, n in ((3.6, 11.0, 110),):  # a coarser ring of four pieces about it
        for a, b, c, d in ((-high, high, low, high), (-high, high, -high, -low), (-high, -low, -low, low), (low, high, -low, low)):
            u, v = grid((a, b, n), (c, d, n))
            made.add(np.stack([u, v, ground(u, v) - 0.004], -1), 'shingle')
    u, v = grid((0, 1, 160), (0, 1, 90))
    x, y = (u - 0.5) * (90 + 300 * v**2), 2.6 + 9 * v + 120 * v**3
    wave = 0.025 * np.sin(y * 2.1 + 0.5 * np.sin(x * 0.7)) * np.clip((y - 3.5) / 3, 0, 1) * np.exp(-((y / 14) ** 2))
    made.add(np.stack([x, y, SEA + wave], -1), 'sea')
    # hills across the land side, so that no horizon is bare
    s, t = grid((math.pi * 1.1, math.pi * 1.9, 160), (0, 1, 12))
    high = 3.4 + 2.2 * value_noise(np.stack([s * 3, 0 * s, 0 * s], -1), 8, 1.0) + 1.0 * value_noise(np.stack([s * 9, 0 * s, 0 * s], -1), 6, 1.0)
    made.add_facing(np.stack([46 * np.cos(s), 40 * np.sin(s) + 1, -2 + t * (0.6 + (high + 1) * np.clip(np.sin((s - math.pi * 1.1) / 0.8) * 2.2, 0, 1))], -1), (0, 0, 0), 'hill')
    u, v = grid((-60, 60, 60), (-60, -10.9, 30))
    made.add(np.stack([u, v, 0.55 + 0 * u], -1), 'meadow')
    for a, b in ((-60, -10.9), (10.9, 60)):
        u, v = grid((a, b, 20), (-11, 9, 20))
        made.add(np.stack([u, v, ground(np.clip(u, -11, 11), v) - 0.02], -1), 'shingle')


def compose():
    land_and_sea()
    pebbles()
    skin()
    fittings()
    rig()
    catch()
    oar(aboard(np.array([0.92, 0.12, 0.6])), aboard(np.array([-0.98, 0.2, 0.46])), 0.2)
    oar(rest(0.5, 1.32, 0.4) * [1, 0.55, 1] + [0, 0, 0.22], rest(-0.55, 1.38, 0.04), 1.4)
    net()
    lobster_pot(1.05, -0.98, 0.5)
    lobster_pot(0.62, -1.28, -0.25)
    lobster_pot(0.86, -1.1, 0.15, 0.29)
    end = coil(rest(1.42, 0.5), 0.15, 5, 0.017, 'rope')
    bow = aboard(hull(np.array(1.0), np.array(0.8)) * [1, 0, 1])
    pole([bow, (bow + rest(1.5, 0.45)) / 2 - UP * 0.05, rest(1.48, 0.42, 0.03), end], 0.014, 'rope', 6, 40)
    buoy(-0.78, 1.12, 0.13, 'buoy-orange', (0.5, 0.4, 0.6))
    buoy(-1.08, 0.95, 0.11, 'buoy-white', (-0.6, 0.5, 0.35))
    buoy(-0.98, 1.3, 0.09, 'buoy-orange', (0.1, 0.9, 0.3))
    crate(0.62, 1.1, 0.5)
    for x, turn in ((-0.75, 1.75), (0.45, 1.95)):  # rollers under the keel
        d = rotation(UP, turn) @ np.array([0.62, 0, 0])
        at = BERTH + HEEL @ np.array([x, 0, -0.03])
        at[2] = ground(at[0], at[1]) + 0.03
        pole([at - d, at, at + d], 0.06, 'post', 10, 24)
    pole([aboard(np.array([-0.2, -0.47, 0.36])), rest(-0.05, -0.86, -0.05)], 0.04, 'post', 8, 16)  # a shore props her up
    gull()
    groyne()
    for k, (x, y, turn, size, paint) in enumerate(((-4.6, -7.9, 0.25, 1.9, 'hut-blue'), (-1.7, -8.4, -0.1, 1.7, 'hut-red'), (3.4, -8.2, -0.35, 1.9, 'hut-cream'))):
        hut(x, y, turn, size, paint)
    grass()


# ---------------------------------------------------------------- colours
def worn(base, light, wood='#9a8468', chips=0.68):
    """Paint on planks: faded in streaks, chipped to the wood here and there."""

    def colour(p):
        faded = p.mix(p.noise(1.6, 4, 0.3, p.stretch(0.8, 5.0, 1.0)), base, light)
        chip = p.math('GREATER_THAN', p.noise(9, 4, 0.4, p.stretch(0.7, 3.0, 1.0)), chips)
        return p.mix(chip, faded, wood)

    return colour


def timber(dark, mid, light):
    return lambda p: p.ramp(p.noise(6, 4, 0.8, p.stretch(0.5, 6.0, 3.0)), [(0.32, dark), (0.5, mid), (0.7, light)])


STONES = [(0.28, '#7c7a78'), (0.38, '#a8977c'), (0.46, '#bfa27a'), (0.53, '#98816a'), (0.6, '#cdbd9e'), (0.68, '#a07660'), (0.78, '#868884')]


def shingle(p):
    """Stones as cells, each of its own tone, dark between; damp near the water, sand in the dunes."""
    voronoi = lambda scale: p.node('ShaderNodeTexVoronoi', {'Vector': p.uvw, 'Scale': scale})
    coarse, fine = voronoi(10.5), voronoi(24.0)
    own = p.axis(0, coarse.outputs['Color'])
    stone = p.ramp(p.math('ADD', p.math('MULTIPLY', own, 0.55), p.math('MULTIPLY', p.noise(0.6, 3), 0.5)), [(s + 0.02, c) for s, c in STONES])
    grit = p.ramp(p.axis(1, fine.outputs['Color']), [(0.0, '#7a6852'), (0.5, '#a8906c'), (1.0, '#c8b490')])
    body = p.mix(p.span(coarse.outputs['Distance'], 0.42, 0.58), stone, p.mix(p.span(fine.outputs['Distance'], 0.3, 0.7), grit, '#75664f'))
    sand = p.ramp(p.noise(0.7, 5), [(0.35, '#a88c58'), (0.65, '#ccb47c')])
    y = p.math('ADD', p.axis(1), p.math('MULTIPLY', p.math('SUBTRACT', p.noise(0.5, 4), 0.5), 2.6))
    dry = p.mix(p.span(y, -4.2, -5.6), body, sand)
    return p.mix(p.math('MULTIPLY', p.span(y, 2.5, 3.7), 0.62), dry, '#2e3436')


def sea(p):
    """Foam along the shore, green shallows, blue beyond, streaks of wind."""
    y = p.math('ADD', p.axis(1), p.math('MULTIPLY', p.math('SUBTRACT', p.noise(0.45, 4), 0.5), 1.8))
    deep = p.ramp(p.span(y, 3.0, 24.0), [(0.0, '#7fb0a0'), (0.12, '#3f9a98'), (0.4, '#1f6f90'), (1.0, '#1a4f86')])
    streak = p.math('MULTIPLY', p.span(p.noise(0.8, 4, 0.5, p.stretch(0.5, 2.4, 1.0)), 0.45, 0.75), 0.45)
    lit = p.mix(streak, deep, '#8cc4cc')
    lace = p.math('GREATER_THAN', p.noise(2.6, 5, 0.6, p.stretch(0.7, 1.6, 1.0)), 0.5)
    near = p.math('ADD', p.math('LESS_THAN', p.math('ABSOLUTE', p.math('SUBTRACT', y, 4.35)), 0.22), p.math('MULTIPLY', lace, p.math('LESS_THAN', p.math('ABSOLUTE', p.math('SUBTRACT', y, 5.0)), 0.75)))
    crest = p.math('MULTIPLY', p.math('GREATER_THAN', p.noise(0.9, 3, 0.3, p.stretch(0.35, 2.0, 1.0)), 0.66), p.math('LESS_THAN', y, 30.0))
    return p.mix(p.math('MINIMUM', p.math('ADD', near, p.math('MULTIPLY', crest, 0.7)), 1.0), lit, '#f2f4ee')


def upright(base, light):
    """Boards on end: a dark seam every so often, each board of its own tone."""

    def colour(p):
        s = p.math('MULTIPLY', p.math('ADD', p.axis(0), p.axis(1)), 9.0)
        own = p.node('ShaderNodeTexWhiteNoise', {'W': p.math('FLOOR', s)}, noise_dimensions='1D').outputs[0]
        seam = p.math('LESS_THAN', p.math('FRACT', s), 0.1)
        return p.mix(seam, p.mix(p.math('ADD', p.math('MULTIPLY', own, 0.6), p.math('MULTIPLY', p.noise(4, 4), 0.4)), base, light), '#2a2a28')

    return colour


def twist(dark, light):
    """The lay of a rope: slanting strands."""
    return lambda p: p.mix(p.math('GREATER_THAN', p.math('FRACT', p.math('ADD', p.math('MULTIPLY', p.axis(0), 38.0), p.math('MULTIPLY', p.axis(1), 12.0))), 0.3), dark, p.mix(p.noise(9, 2), light, dark))


def materials():
    m = studio.material
    return {
        'shingle': m('shingle', shingle, gloss=0),
        'pebble': m('pebble', lambda p: p.ramp(p.noise(0.9, 3, 0.4), STONES), gloss=0),
        'sea': m('sea', sea, 0.06, 0.5),
        'hill': m('hill', lambda p: p.ramp(p.math('ADD', p.noise(0.16, 5), p.math('MULTIPLY', p.axis(2), 0.03)), [(0.35, '#4a6a5a'), (0.5, '#6a8a6a'), (0.7, '#8a9a8a')]), gloss=0),
        'meadow': m('meadow', lambda p: p.ramp(p.noise(0.3, 5), [(0.35, '#6a7a3a'), (0.65, '#b0a860')]), gloss=0),
        'grass': m('grass', lambda p: p.ramp(p.math('ADD', p.axis(0), p.math('MULTIPLY', p.noise(3, 2), 0.4)), [(0.1, '#55642a'), (0.6, '#93a04a'), (1.0, '#d2c478')]), gloss=0),
        'red': m('red', worn('#8e1f1a', '#b8402c'), gloss=0),
        'blue': m('blue', worn('#1550a0', '#2f7cc4'), gloss=0),
        'white': m('white', worn('#d8d4c4', '#f6f2e6'), gloss=0),
        'ochre': m('ochre', worn('#d89a20', '#f0bc40'), gloss=0),
        'inside': m('inside', worn('#6a9a88', '#94b8a0', '#8a7858', 0.63), 0.5, 0),
        'rib': m('rib', timber('#6a5638', '#8e764e', '#ae9468'), 0.5, 0),
        'thwart': m('thwart', timber('#7a5c36', '#a07e4c', '#c0a06c'), 0.5, 0),
        'varnish': m('varnish', timber('#6a3a18', '#94592a', '#b67a40'), gloss=0),
        'mast': m('mast', timber('#9a7038', '#c0944e', '#d8b070'), gloss=0),
        'blade': m('blade', lambda p: p.mix(p.math('GREATER_THAN', p.axis(0), 0.55), '#b87c40', worn('#d8d4c4', '#f6f2e6')(p)), gloss=0),
        'sail': m('sail', lambda p: p.ramp(p.noise(3, 4, 0.5, p.stretch(1.0, 3.0, 1.0)), [(0.32, '#8a3c1e'), (0.52, '#b4562c'), (0.72, '#d07c48')]), gloss=0),
        'rope': m('rope', twist('#8a744c', '#dcc898'), gloss=0),
        'net': m('net', '#2f7a70', gloss=0),
        'cork': m('cork', lambda p: p.ramp(p.noise(14, 3), [(0.35, '#c0702c'), (0.6, '#e89a40')]), gloss=0),
        'cane': m('cane', timber('#7a5a30', '#a07c48', '#c09c64'), gloss=0),
        'slat': m('slat', timber('#7e7460', '#a4987e', '#c4b89c'), gloss=0),
        'twine': m('twine', '#c86a2c', gloss=0),
        'iron': m('iron', '#2a2a2c', gloss=0),
        'wicker': m('wicker', timber('#7a5428', '#a87c40', '#c8a060'), gloss=0),
        'fish': m('fish', lambda p: p.ramp(p.math('ADD', p.math('MULTIPLY', p.axis(2), 2.4), p.noise(9, 2)), [(0.25, '#e8ece8'), (0.5, '#a8c0cc'), (0.62, '#4a7a94'), (0.8, '#22405a')]), 0.08, 0.5),
        'buoy-orange': m('buoy-orange', lambda p: p.mix(p.noise(3, 3), '#e8501c', '#f88038'), 0.04, 0.4),
        'buoy-white': m('buoy-white', lambda p: p.mix(p.math('LESS_THAN', p.math('ABSOLUTE', p.axis(2)), 0.3), p.mix(p.noise(3, 3), '#e8e4d6', '#fbf8ee'), '#c8281e'), 0.04, 0.4),
        'feather': m('feather', '#f2f0ea', gloss=0),
        'wing': m('wing', lambda p: p.mix(p.math('LESS_THAN', p.axis(2), -0.12), '#8a949e', '#20242a'), gloss=0),
        'beak': m('beak', '#e8a828', gloss=0),
        'post': m('post', timber('#4a4438', '#6e6654', '#948a74'), gloss=0),
        'hut-blue': m('hut-blue', upright('#3f6f9a', '#6a9cc0'), gloss=0),
        'hut-red': m('hut-red', upright('#9a3a2c', '#c05c44'), gloss=0),
        'hut-cream': m('hut-cream', upright('#d8c490', '#ecdcb0'), gloss=0),
        'roof': m('roof', lambda p: p.ramp(p.noise(2, 4, 0, p.stretch(1, 6, 1)), [(0.35, '#4a4a50'), (0.65, '#74727a')]), gloss=0),
        'door': m('door', upright('#2a4a4a', '#3f6a66'), gloss=0),
    }


def main():
    studio.start().view_settings.exposure = 0.4
    compose()
    ob = studio.build(made, materials())
    studio.sun_light((-0.62, 0.42, -0.52), 6.0, '#ffd294', 0.4)
    studio.sky('#a8c6dc', '#2f74cc', 0.85)
    cover = dict(radii=(3.0, 3.8), elevations=(6, 48), target=(0, 0, -0.04), spread=0.2)
    extra = dict(aabb_scale=16, scale=0.33, offset=[0.5, 0.5, 0.5], licence='CC0-1.0')
    train, test = studio.dome(100, 0.13, **cover), studio.dome(20, 0.57, **cover)
    studio.produce(ob, train, test, math.radians(50), options, 'Fishing boat', extra, traced_key=True, fill=1.25)


main()
