# The courtyard, seen from inside: arcades about a fountain, orange trees in pots, a bougainvillea, washing on a line,
# a tiled roof under an open sky. The sun lights two ochre walls and half of the floor; the other two walls, lime and
# rose, stand in cool shade with lanterns lit under their arches. Walls stand at 4.3, the fountain's rim at 1.
#   blender -b -P tools/scenes/courtyard.py -- --work <folder> --out assets/scenes/courtyard
import math
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import numpy as np
import studio
from sculpt import Sculpture, aim, ball, box_faces, lathe, place, rotation, smooth_curve, tube

FLOOR, WALL, DEEP = -1.0, 4.3, 1.3
BAYS, SPRING, RADIUS, STOREY, EAVES = 4, 0.75, 0.78, 2.15, 4.3
WALLS = (('ochre', 'teal'), ('lime', 'green'), ('rose', 'blue'), ('ochre', 'green'))  # sides +y, -x, -y, +x
options = studio.arguments()
rng = np.random.default_rng(5)
made = Sculpture()


def on_side(k):
    """From a wall's own (along, outwards, up) to the world, for side k of four."""
    turn = rotation((0, 0, 1), k * math.pi / 2)
    return lambda s, d, z: np.stack(np.broadcast_arrays(s, WALL + d, z), -1) @ turn.T


def grid(u, v):
    return np.meshgrid(np.linspace(*u), np.linspace(*v), indexing='ij')


def box(at, size, material, k, count=(10, 10, 10), turn=None):
    """A box in the frame of side k; turn is about its own middle."""
    for f in box_faces(size, count):
        p = place(f, at, turn)
        made.add(on_side(k)(p[..., 0], p[..., 1], p[..., 2]), material, uvw=f + np.array(at) + [0, 0, 7.0 * k])


def chance(*what):
    """A number in [0, 1) that belongs to these integers."""
    return np.random.default_rng(np.array(what) + 50).random()


def side(k):
    to = on_side(k)
    bay = 2 * WALL / BAYS
    inner = np.array([0.0, 0.0, 0.5])
    wall, shutter = WALLS[k]
    for b in range(BAYS):
        centre = -WALL + bay * (b + 0.5)
        # round arch: from the foot of one pier over to the other, and the wall between it and the bay's outline
        t = np.linspace(0, 1, 70)
        a = np.clip((t - 0.25) / 0.5, 0, 1) * np.pi
        foot = np.where(t < 0.25, FLOOR + (SPRING - FLOOR) * t / 0.25, np.where(t > 0.75, FLOOR + (SPRING - FLOOR) * (1 - t) / 0.25, SPRING))
        ps, pz = centre - RADIUS * np.cos(a), foot + RADIUS * np.sin(a)
        qs = np.where(t < 0.3, centre - bay / 2, np.where(t > 0.7, centre + bay / 2, centre + bay * (np.clip((t - 0.3) / 0.4, 0, 1) - 0.5)))
        qz = np.where(t < 0.3, FLOOR + (STOREY - FLOOR) * t / 0.3, np.where(t > 0.7, FLOOR + (STOREY - FLOOR) * (1 - t) / 0.3, STOREY))
        v = np.linspace(0, 1, 14)[None]
        made.add_facing(to(ps[:, None] * (1 - v) + qs[:, None] * v, 0.0, pz[:, None] * (1 - v) + qz[:, None] * v), inner, wall)
        depth = np.linspace(0, 0.34, 8)[None]
        made.add_facing(to(ps[:, None] + 0 * depth, depth, pz[:, None] + 0 * depth), to(centre, 0.2, 0.2), 'stone')
        ring = np.linspace(1.0, 1.13, 4)[None]  # a stone hood about the arch
        hs, hz = centre + (ps - centre)[:, None] * ring, np.where(pz > SPRING, SPRING + (pz - SPRING), pz)[:, None] * 1.0 + (pz > SPRING)[:, None] * (pz - SPRING)[:, None] * (ring - 1)
        made.add_facing(to(hs, -0.03, hz), inner, 'stone')
        upper_window(centre, k, b, shutter)
    u, v = grid((-WALL, WALL, 90), (STOREY, EAVES, 34))
    made.add_facing(to(u, 0.0, v), inner, wall)
    box((0, -0.05, STOREY), (2 * WALL, 0.16, 0.14), 'stone', k, (80, 4, 4))
    box((0, -0.08, EAVES), (2 * WALL, 0.24, 0.16), 'stone', k, (80, 4, 4))
    # arcade: back wall with doors, floor is the court's own, ceiling
    u, v = grid((-WALL - DEEP, WALL + DEEP, 90), (FLOOR - 0.04, STOREY, 30))
    made.add_facing(to(u, DEEP, v), inner, 'back')
    u, v = grid((-WALL - DEEP, WALL + DEEP, 70), (0.0, DEEP, 12))
    made.add_facing(to(u, v, STOREY - 0.12), (0, 0, -1), 'stone')
    for s in ((-1.1,), (-2.9, 1.5), (1.1,), (-1.3, 2.4))[k]:
        box((s, DEEP - 0.03, -0.05), (0.95, 0.08, 1.9), 'door', k, (10, 3, 18))
        box((s, DEEP - 0.01, 0.0), (1.15, 0.06, 2.06), 'stone', k, (8, 3, 14))
    # roof: rows of half-round tiles
    u, v = grid((-WALL - 0.8, WALL + 0.8, 340), (0, 1, 10))
    z = EAVES + 0.12 + 0.75 * v + 0.05 * np.abs(np.sin(u * 14)) 
    made.add_facing(to(u, -0.34 + 1.9 * v, z), (0, 0, 9), 'tile', thickness=0.04)


def upper_window(centre, k, b, shutter):
    """A window of the upper storey; its two shutters stand open, ajar or shut as chance has it."""
    box((centre, 0.02, 3.1), (0.62, 0.1, 1.0), 'dark', k, (6, 3, 8))
    for sign in (-1, 1):
        swing = (0.08, 0.2, 1.1, 0.5, 2.9)[int(chance(k, b, sign + 1) * 5)]  # 0 = flat on the wall, pi = shut
        hinge = centre + sign * 0.31
        middle = (hinge + sign * 0.17 * math.cos(swing), -0.06 - 0.17 * math.sin(swing), 3.1)
        box(middle, (0.34, 0.05, 1.04), shutter, k, (8, 3, 30), rotation((0, 0, 1), -sign * swing))
    box((centre, -0.06, 2.55), (1.1, 0.2, 0.07), 'stone', k, (12, 4, 3))
    if chance(k, b, 7) < 0.45:  # geraniums on the sill
        for j in range(4):
            bush((centre - 0.42 + 0.28 * j, -0.14, 2.7), k, 0.16, j)


def bush(at, k, size, seed, flower='geranium'):
    centre = on_side(k)(*at)
    foliage(centre, size, 60, seed + 10 * k, 'leaf')
    r = np.random.default_rng(seed * 31 + k)
    for _ in range(12):
        d = r.normal(0, 1, 3)
        made.add(place(ball(0.03 * r.uniform(0.7, 1.2), 7, 6), centre + d / np.linalg.norm(d) * size * r.uniform(0.85, 1.05)), flower, closed_u=True)


def flower_pots(k, places):
    """Small pots along the foot of side k: (along, outwards, size, flower)."""
    profile = smooth_curve([(0.02, 0.0), (0.6, 0.0), (0.72, 0.5), (0.8, 0.95), (0.9, 1.0), (0.9, 1.15), (0.78, 1.16), (0.7, 1.0), (0.02, 1.0)], 26)
    for i, (s, d, size, flower) in enumerate(places):
        made.add(place(lathe(profile, 28), on_side(k)(s, d, FLOOR), size=size), 'terracotta', closed_u=True)
        bush((s, d, FLOOR + 1.75 * size), k, size * 1.05, i + 40, flower)


def bougainvillea():
    """Up the second pier of the ochre side, then both ways along the cornice; bracts outnumber leaves."""
    to = on_side(0)
    at = lambda points: to(*np.array(points, float).T)
    stem = smooth_curve(at([(-2.1, -0.16, FLOOR), (-2.22, -0.12, -0.3), (-2.05, -0.1, 0.5), (-2.2, -0.1, 1.3), (-2.1, -0.12, 2.1), (-1.8, -0.2, 2.4)]), 60)
    made.add(tube(stem, np.linspace(0.06, 0.03, 60), 8), 'bark', closed_u=True)
    r = np.random.default_rng(77)
    heads = [(-2.15 + 0.12 * r.normal(), -0.2, z) for z in np.linspace(0.5, 2.0, 5)]
    heads += [(-3.3, -0.22, 2.2), (-2.8, -0.26, 2.36), (-2.35, -0.3, 2.4), (-1.9, -0.32, 2.42), (-1.45, -0.3, 2.42), (-1.0, -0.26, 2.3), (-0.55, -0.24, 2.36), (-0.1, -0.2, 2.3), (-1.6, -0.3, 2.05), (-2.6, -0.26, 1.95), (-0.8, -0.22, 2.0)]
    for i, head in enumerate(heads):
        size = r.uniform(0.2, 0.34)
        foliage(to(*head), size, 70, 300 + i, 'bract', 0.11)
        foliage(to(*head), size * 0.95, 45, 400 + i, 'leaf', 0.11)


def washing():
    """A line from wall to wall above two corners, with sheets and shirts pegged on."""
    for a, b, cloths in (
        ((-4.28, 1.2, 2.75), (-0.6, 4.28, 2.9), ('linen', 'madder', 'linen', 'indigo')),
        ((4.28, -0.9, 2.8), (1.2, -4.28, 2.7), ('saffron', 'linen', 'indigo', 'linen')),
    ):
        a, b = np.array(a), np.array(b)
        sag = lambda t: a + (b - a) * np.asarray(t)[..., None] - np.array([0, 0, 1.0]) * (0.28 * 4 * np.asarray(t) * (1 - np.asarray(t)))[..., None]
        made.add(tube(sag(np.linspace(0, 1, 60)), 0.012, 6), 'rope', closed_u=True)
        at = 0.14
        across = np.cross((b - a) / np.linalg.norm(b - a), [0, 0, 1.0])
        for i, cloth in enumerate(cloths):
            wide, tall = (0.15, 0.72) if i % 2 == 0 else (0.11, 0.5)
            u, v = grid((0, 1, 40), (0, 1, 34))
            surface = sag(at + u * wide) - np.array([0, 0, 1.0]) * (v * tall * (1 + 0.05 * np.sin(5 * u + i)))[..., None]
            surface = surface + across * (v * (0.06 * np.sin(u * 11 + 2 * i) + 0.05 * np.sin(u * 5 + i) - 0.1 * v))[..., None]
            made.add(surface, cloth, uvw=np.stack([u, v, 0 * u + i], -1), thickness=0.012)
            at += wide + 0.045


LANTERNS = ((1, -1.075), (1, 3.225), (2, 1.075), (2, -3.225))  # side, along: under the arches in shade


def lantern(k, s):
    """An iron lantern on a chain; returns where its light is."""
    at = on_side(k)(s, 0.55, 1.15)
    made.add(tube([at + [0, 0, z] for z in (0.2, 0.5, 0.9)], 0.012, 6), 'iron', closed_u=True)
    made.add(place(lathe(smooth_curve([(0.02, 0.24), (0.13, 0.15), (0.14, 0.13)], 12), 24), at), 'iron', closed_u=True)
    made.add(place(lathe(smooth_curve([(0.14, -0.15), (0.13, -0.17), (0.02, -0.2)], 12)[::-1], 24), at), 'iron', closed_u=True)
    for i in range(6):
        a = i * math.pi / 3
        made.add(tube([at + [0.12 * math.cos(a), 0.12 * math.sin(a), z] for z in (-0.15, 0.0, 0.14)], 0.009, 5), 'iron', closed_u=True)
    made.add(place(lathe(smooth_curve([(0.01, -0.1), (0.05, -0.07), (0.06, 0.0), (0.04, 0.07), (0.005, 0.11)], 20), 20), at), 'lamp', closed_u=True)
    return at


def foliage(centre, radius, count, seed, material, length=0.12):
    """Leaves over a lumpy ball, each a small bent sheet."""
    r = np.random.default_rng(seed + 100)
    u, v = np.meshgrid(np.linspace(-1, 1, 3), np.linspace(0, 1, 4), indexing='ij')
    for _ in range(count):
        d = r.normal(0, 1, 3)
        d /= np.linalg.norm(d)
        at = np.array(centre) + d * radius * r.uniform(0.62, 1.0) * (1 + 0.2 * math.sin(3 * d[0] + seed) * math.cos(4 * d[1]))
        half = 0.26 * np.sin(np.pi * np.clip(v, 0.03, 0.98)) + 0.01
        shape = np.stack([u * half, v - 0.3, -0.3 * v * v + 0.3 * half * u * u], -1) * length * r.uniform(0.7, 1.3)
        turn = aim(d + r.normal(0, 0.45, 3)) @ rotation((0, 0, 1), r.uniform(0, 6.28))
        made.add(place(shape, at, turn), material, uvw=np.stack([u, v, 0 * u + r.random()], -1), thickness=0.004)


def pot_and_tree(at, seed):
    profile = smooth_curve([(0.02, 0.0), (0.23, 0.0), (0.26, 0.12), (0.34, 0.42), (0.335, 0.47), (0.39, 0.48), (0.4, 0.56), (0.35, 0.57), (0.33, 0.5), (0.02, 0.5)], 70)
    base = np.array([at[0], at[1], FLOOR])
    made.add(place(lathe(profile, 60), base), 'terracotta', closed_u=True)
    trunk = smooth_curve([base + [0, 0, 0.45], base + [0.04, 0.02, 0.9], base + [-0.02, 0.03, 1.35], base + [0.02, 0, 1.7]], 24)
    made.add(tube(trunk, np.linspace(0.055, 0.035, 24), 10), 'bark', closed_u=True)
    crown = base + [0, 0, 1.85]
    for i, (dx, dy, dz, r) in enumerate(((0, 0, 0.1, 0.46), (0.26, 0.1, -0.08, 0.34), (-0.25, 0.14, -0.05, 0.34), (0.02, -0.28, -0.02, 0.34))):
        foliage(crown + [dx, dy, dz], r, 230, seed * 7 + i, 'leaf')
    for i in range(17):
        d = rng.normal(0, 1, 3)
        made.add(place(ball(0.062, 14, 10), crown + d / np.linalg.norm(d) * [0.5, 0.5, 0.42]), 'orange', closed_u=True)


def fountain():
    def eight(radius_low, radius_high, low, high, material, n=40):
        a = np.arange(8 * 12) / 96 * 2 * np.pi
        r = 1 / np.cos((a % (np.pi / 4)) - np.pi / 8)
        v = np.linspace(0, 1, n)
        rr = r[:, None] * (radius_low + (radius_high - radius_low) * v)
        surface = np.stack([np.cos(a)[:, None] * rr, np.sin(a)[:, None] * rr, np.broadcast_to(low + (high - low) * v, rr.shape)], -1)
        made.add(surface, material, closed_u=True)

    eight(1.12, 1.12, FLOOR, FLOOR + 0.12, 'stone', 8)
    eight(1.12, 0.95, FLOOR + 0.12, FLOOR + 0.12, 'stone', 10)
    eight(0.95, 0.95, FLOOR + 0.12, FLOOR + 0.52, 'azulejo', 24)
    eight(0.95, 1.0, FLOOR + 0.52, FLOOR + 0.56, 'stone', 6)
    eight(1.0, 0.8, FLOOR + 0.6, FLOOR + 0.6, 'stone', 12)
    eight(1.0, 1.0, FLOOR + 0.56, FLOOR + 0.6, 'stone', 4)
    eight(0.8, 0.8, FLOOR + 0.6, FLOOR + 0.4, 'stone', 8)
    eight(0.82, 0.02, FLOOR + 0.48, FLOOR + 0.48, 'water', 60)
    stem = smooth_curve([(0.3, 0.4), (0.3, 0.52), (0.14, 0.62), (0.11, 0.85), (0.17, 1.0), (0.09, 1.12), (0.16, 1.2), (0.42, 1.34), (0.58, 1.44), (0.6, 1.48), (0.55, 1.47), (0.3, 1.36), (0.1, 1.33), (0.08, 1.5), (0.13, 1.6), (0.07, 1.72), (0.02, 1.8)], 170)
    made.add(place(lathe(stem, 72), (0, 0, FLOOR)), 'stone', closed_u=True)
    made.add(place(lathe(np.linspace((0.52, 1.43), (0.05, 1.43), 20), 60), (0, 0, FLOOR)), 'water', closed_u=True)
    for k in range(8):  # threads of water from the bowl
        a = k * math.pi / 4 + 0.2
        p = smooth_curve([(0.6 * math.cos(a), 0.6 * math.sin(a), FLOOR + 1.47), (0.66 * math.cos(a), 0.66 * math.sin(a), FLOOR + 1.3), (0.7 * math.cos(a), 0.7 * math.sin(a), FLOOR + 0.48)], 20)
        made.add(tube(p, 0.008 + 0.003 * np.sin(np.arange(20) * (1.3 + 0.1 * k) + k), 6), 'thread', closed_u=True)


def compose():
    for k in range(4):
        side(k)
    u, v = grid((-WALL - DEEP, WALL + DEEP, 190), (-WALL - DEEP, WALL + DEEP, 190))
    made.add_facing(np.stack([u, v, np.full_like(u, FLOOR)], -1), (0, 0, 9), 'flags')
    fountain()
    for i, at in enumerate(((3.3, 3.2), (-3.25, 3.25), (-3.2, -3.3), (3.3, -3.2))):
        pot_and_tree(at, i)
    for at, size in (((1.5, 3.85), 0.75), ((-3.8, 0.3), 0.8), ((3.85, 0.2), 0.6), ((3.6, -0.35), 0.42), ((-1.4, -3.8), 0.65)):
        jar = smooth_curve([(0.02, 0), (0.2, 0), (0.36, 0.35), (0.4, 0.62), (0.26, 0.86), (0.17, 0.94), (0.22, 1.02), (0.18, 1.0)], 44)
        made.add(place(lathe(jar * size, 36), (*at, FLOOR)), 'jar', closed_u=True)
    flower_pots(0, ((0.0, -0.25, 0.2, 'geranium'), (0.42, -0.4, 0.15, 'marigold'), (-0.36, -0.3, 0.16, 'lavender'), (2.0, -0.7, 0.17, 'marigold')))
    flower_pots(1, ((-2.15, -0.3, 0.2, 'lavender'), (-1.8, -0.42, 0.14, 'geranium')))
    flower_pots(2, ((0.1, -0.3, 0.19, 'marigold'), (-0.35, -0.4, 0.15, 'geranium'), (0.5, -0.36, 0.13, 'lavender')))
    flower_pots(3, ((2.15, -0.28, 0.2, 'lavender'), (-2.15, -0.3, 0.2, 'geranium'), (-1.75, -0.36, 0.14, 'marigold')))
    bougainvillea()
    washing()
    u, v = grid((-0.55, 0.55, 40), (0, 1, 60))  # a rug aired over the cornice
    rug = on_side(3)(u + 1.1, -0.17 - 0.035 * np.sin(u * 16 + 2 * v) * v, STOREY + 0.1 - 1.25 * v)
    made.add_facing(rug, (0, 0, 0), 'rug', uvw=np.stack([u, v, 0 * u], -1), thickness=0.012)
    return [lantern(*where) for where in LANTERNS]


def plaster(low, mid, high):
    return lambda p: p.ramp(p.math('ADD', p.math('MULTIPLY', p.noise(0.9, 5, 0.5), 0.7), p.math('MULTIPLY', p.noise(5, 3), 0.3)), [(0.34, low), (0.5, mid), (0.68, high)])


def limewash(low, mid, high, dado):
    """Old plaster over a painted dado, with damp creeping up from the floor."""

    def colour(p):
        wall = plaster(low, mid, high)(p)
        edge = p.math('ADD', p.axis(2), p.math('MULTIPLY', p.math('SUBTRACT', p.noise(9, 3), 0.5), 0.04))
        foot = p.mix(p.noise(3, 4), dado, p.mix(0.5, dado, high))
        damp = p.math('MULTIPLY', p.span(p.math('ADD', p.axis(2), p.math('MULTIPLY', p.noise(1.7, 5), 1.1)), 0.35, -0.75), 0.5)
        return p.mix(damp, p.mix(p.math('LESS_THAN', edge, -0.2), wall, foot), '#8a8470')

    return colour


def flags(p):
    """Stone flags in a running bond, each of its own tone; a ring of pebbles about the fountain."""
    row = p.math('MULTIPLY', p.axis(1), 1.55)
    shift = p.node('ShaderNodeTexWhiteNoise', {'W': p.math('FLOOR', row)}, noise_dimensions='1D').outputs[0]
    column = p.math('ADD', p.math('MULTIPLY', p.axis(0), 1.15), shift)
    apart = lambda t: p.math('SUBTRACT', 0.5, p.math('ABSOLUTE', p.math('SUBTRACT', p.math('FRACT', t), 0.5)))
    joint = p.math('ADD', p.math('MINIMUM', p.math('MULTIPLY', apart(column), 1.3), apart(row)), p.math('MULTIPLY', p.math('SUBTRACT', p.noise(11, 2), 0.5), 0.03))
    own = p.node('ShaderNodeTexWhiteNoise', {'Vector': p.node('ShaderNodeCombineXYZ', {0: p.math('FLOOR', column), 1: p.math('FLOOR', row)}).outputs[0]}, noise_dimensions='3D').outputs[0]
    tone = p.math('ADD', p.math('MULTIPLY', own, 0.34), p.math('MULTIPLY', p.noise(1.4, 5), 0.7))
    laid = p.mix(p.math('GREATER_THAN', joint, 0.035), '#6e5f4c', p.ramp(tone, [(0.34, '#94705a'), (0.5, '#b8946e'), (0.62, '#c8ac84'), (0.76, '#d8c6a4')]))
    pebble = p.mix(p.span(p.cells(11), 0.15, 0.6), p.ramp(p.noise(5, 2), [(0.38, '#a86048'), (0.48, '#eadfc8'), (0.62, '#7a8a92')]), '#857862')
    radius = p.math('SQRT', p.math('ADD', p.math('POWER', p.axis(0), 2.0), p.math('POWER', p.axis(1), 2.0)))
    return p.mix(p.math('LESS_THAN', p.math('ABSOLUTE', p.math('SUBTRACT', radius, 1.5)), 0.2), laid, pebble)


def azulejo(p):
    u = p.math('MULTIPLY', p.math('ARCTAN2', p.axis(1), p.axis(0)), 16 / math.pi)
    v = p.math('MULTIPLY', p.axis(2), 5.0)
    centred = lambda t: p.math('SUBTRACT', p.math('FRACT', t), 0.5)
    d = p.math('ADD', p.math('ABSOLUTE', centred(u)), p.math('ABSOLUTE', centred(v)))
    return p.ramp(d, [(0.0, '#e0b030'), (0.16, '#e0b030'), (0.18, '#f0ead8'), (0.34, '#f0ead8'), (0.36, '#24509a'), (0.56, '#24509a'), (0.58, '#efe8d4'), (0.8, '#3f8a9a')])


def rug(p):
    band = p.math('FRACT', p.math('MULTIPLY', p.axis(1), 5.0))
    zig = p.math('FRACT', p.math('ADD', p.math('MULTIPLY', p.axis(1), 10.0), p.math('ABSOLUTE', p.math('SUBTRACT', p.math('FRACT', p.math('MULTIPLY', p.axis(0), 5.0)), 0.5))))
    return p.mix(p.math('GREATER_THAN', zig, 0.62), p.ramp(band, [(0.0, '#a81f24'), (0.45, '#c8382a'), (0.5, '#d89a30'), (0.6, '#1f3f6a'), (0.9, '#7a1f34')]), '#e8d8b0')


def slats(dark, light):
    return lambda p: p.mix(p.math('GREATER_THAN', p.math('FRACT', p.math('MULTIPLY', p.axis(2), 14.0)), 0.28), dark, p.mix(p.noise(3, 4), light, p.mix(0.3, light, '#d8d0b8')))


def cloth(base, light, stripe=None):
    """Woven stuff, with two bands along its lower edge where a stripe is given."""

    def colour(p):
        body = p.mix(p.noise(4, 3), base, light)
        band = p.math('LESS_THAN', p.math('ABSOLUTE', p.math('SUBTRACT', p.math('ABSOLUTE', p.math('SUBTRACT', p.axis(1), 0.84)), 0.05)), 0.022)
        return p.mix(band, body, stripe) if stripe else body

    return colour


def materials():
    m = studio.material
    return {
        'ochre': m('ochre', limewash('#c8843e', '#dc9f54', '#eec486', '#a8452c'), 0.6, 0),
        'lime': m('lime', limewash('#b8b4a8', '#dcd6c6', '#f0ead8', '#3f6f96'), 0.6, 0),
        'rose': m('rose', limewash('#b0685a', '#c8867a', '#dcaa98', '#7a3a3a'), 0.6, 0),
        'back': m('back', plaster('#a85a3a', '#c07048', '#d08a5e'), 0.6, 0),
        'stone': m('stone', plaster('#b0a284', '#cabd9e', '#e0d6bc'), 0.5, 0),
        'dark': m('dark', '#1c2630', 0.04, 0.6),
        'teal': m('teal', slats('#1f4a4a', '#3a8a80'), 0.4, 0),
        'green': m('green', slats('#22402a', '#4a7a4e'), 0.4, 0),
        'blue': m('blue', slats('#1c3458', '#3f6ca8'), 0.4, 0),
        'door': m('door', plaster('#4a3a24', '#74522c', '#8a6a3a'), 0.5, 0),
        'tile': m('tile', plaster('#9a4a2c', '#b8603a', '#d08450'), 0.6, 0),
        'flags': m('flags', flags, 0.5, 0),
        'azulejo': m('azulejo', azulejo, 0.08, 0.25),
        'water': m('water', plaster('#1f5a5e', '#2f7a7a', '#4f9a90'), 0.03, 1.0),
        'thread': m('thread', '#d0e4ea', 0.2, 0.4),
        'terracotta': m('terracotta', plaster('#a0502c', '#b8623a', '#cc8058'), 0.5, 0),
        'jar': m('jar', plaster('#2a5a6a', '#3a7a86', '#6a9a94'), 0.25, 0.5),
        'bark': m('bark', plaster('#4a3828', '#6a5038', '#86684a'), 0.6, 0),
        'leaf': m('leaf', lambda p: p.ramp(p.math('ADD', p.math('MULTIPLY', p.axis(2), 0.6), p.math('MULTIPLY', p.axis(1), 0.3)), [(0.1, '#23501f'), (0.45, '#3f7a2a'), (0.8, '#7aa83a')]), 0.4, 0),
        'bract': m('bract', lambda p: p.ramp(p.math('ADD', p.math('MULTIPLY', p.axis(2), 0.6), p.math('MULTIPLY', p.axis(1), 0.3)), [(0.1, '#8a1450'), (0.5, '#cc2a78'), (0.85, '#f070a4')]), 0.4, 0),
        'orange': m('orange', '#f08a1c', 0.35, 0.4),
        'geranium': m('geranium', '#d8283a', 0.5, 0),
        'marigold': m('marigold', '#f0b020', 0.5, 0),
        'lavender': m('lavender', '#7a5ac0', 0.5, 0),
        'rug': m('rug', rug, 0.6, 0),
        'rope': m('rope', '#b8a888', 0.5, 0),
        'linen': m('linen', cloth('#e4ded0', '#f8f4ea', '#4a78b0'), 0.5, 0),
        'madder': m('madder', cloth('#b83a30', '#d05a44'), 0.5, 0),
        'indigo': m('indigo', cloth('#2f4f8c', '#4a70b0'), 0.5, 0),
        'saffron': m('saffron', cloth('#e0a030', '#f0c060', '#a8452c'), 0.5, 0),
        'iron': m('iron', '#2a2824', 0.5, 0.3),
        'lamp': m('lamp', '#f8e0b0', gloss=0, glow=(2.2, 1.25, 0.45)),
    }


def main():
    studio.start().view_settings.exposure = 0.6
    lamps = compose()
    ob = studio.build(made, materials())
    studio.sun_light((0.5, 0.42, -0.8), 6.0, '#ffd9a0', 0.4)
    for at in lamps:
        studio.point_light(at, 0.06, 16, '#ffa850')
    studio.sky('#d4e4f0', '#4a86d8', 1.5)
    cover = dict(radii=(2.2, 3.0), elevations=(-11, 26), target=(0, 0, 0.25), spread=0.4)
    extra = dict(aabb_scale=4, scale=0.33, offset=[0.5, 0.5, 0.5], licence='CC0-1.0')
    train, test = studio.dome(100, 0.21, **cover), studio.dome(20, 0.63, **cover)
    studio.produce(ob, train, test, math.radians(66), options, 'Courtyard', extra, traced_key=True, fill=1.4)


main()
