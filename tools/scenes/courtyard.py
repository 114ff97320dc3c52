# The courtyard, seen from inside: an arcade of warm plaster about a fountain, orange trees in pots, shutters and a
# tiled roof under an open sky; a low sun lights two walls and leaves two in cool shade. Walls stand at 4.3.
#   blender -b -P tools/scenes/courtyard.py -- --work <folder> --out assets/scenes/courtyard
import math
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import numpy as np
import studio
from sculpt import Sculpture, aim, ball, box_faces, lathe, place, rotation, smooth_curve, tube, value_noise

FLOOR, WALL, DEEP = -1.0, 4.3, 1.3
BAYS, SPRING, RADIUS, STOREY, EAVES = 4, 0.75, 0.78, 2.15, 4.3
options = studio.arguments()
rng = np.random.default_rng(5)
made = Sculpture()


def on_side(k):
    """From a wall's own (along, outwards, up) to the world, for side k of four."""
    turn = rotation((0, 0, 1), k * math.pi / 2)
    return lambda s, d, z: np.stack(np.broadcast_arrays(s, WALL + d, z), -1) @ turn.T


def grid(u, v):
    return np.meshgrid(np.linspace(*u), np.linspace(*v), indexing='ij')


def box(at, size, material, k=None, count=(10, 10, 10), turn=None):
    """A box; with k, given in the frame of side k."""
    for f in box_faces(size, count):
        if k is not None:
            p = f + np.array(at)
            f = on_side(k)(p[..., 0], p[..., 1] , p[..., 2])
            made.add(f, material)
        else:
            made.add(place(f, at, turn), material)


def side(k):
    to = on_side(k)
    bay = 2 * WALL / BAYS
    inner = np.array([0.0, 0.0, 0.5])
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
        made.add_facing(to(ps[:, None] * (1 - v) + qs[:, None] * v, 0.0, pz[:, None] * (1 - v) + qz[:, None] * v), inner, 'plaster')
        depth = np.linspace(0, 0.34, 8)[None]
        made.add_facing(to(ps[:, None] + 0 * depth, depth, pz[:, None] + 0 * depth), to(centre, 0.2, 0.2), 'stone')
        ring = np.linspace(1.0, 1.13, 4)[None]  # a stone hood about the arch
        hs, hz = centre + (ps - centre)[:, None] * ring, np.where(pz > SPRING, SPRING + (pz - SPRING), pz)[:, None] * 1.0 + (pz > SPRING)[:, None] * (pz - SPRING)[:, None] * (ring - 1)
        made.add_facing(to(hs, -0.03, hz), inner, 'stone')
        # upper storey: window with shutters
        box((centre, 0.02, 3.1), (0.62, 0.1, 1.0), 'dark', k, (6, 3, 8))
        for sign in (-1, 1):
            box((centre + sign * 0.5, -0.04, 3.1), (0.36, 0.06, 1.04), 'shutter', k, (8, 3, 26))
        box((centre, -0.06, 2.55), (1.5, 0.2, 0.07), 'stone', k, (12, 4, 3))
        if (b + k) % 3 == 0:
            for j in range(4):  # geraniums on the sill
                bush((centre - 0.5 + 0.33 * j, -0.16, 2.68), k, 0.17, j)
    u, v = grid((-WALL, WALL, 90), (STOREY, EAVES, 34))
    made.add_facing(to(u, 0.0, v), inner, 'plaster')
    box((0, -0.05, STOREY), (2 * WALL, 0.16, 0.14), 'stone', k, (80, 4, 4))
    box((0, -0.08, EAVES), (2 * WALL, 0.24, 0.16), 'stone', k, (80, 4, 4))
    # arcade: back wall with a door, floor is the court's own, ceiling
    u, v = grid((-WALL - DEEP, WALL + DEEP, 90), (FLOOR, STOREY, 30))
    made.add_facing(to(u, DEEP, v), inner, 'back')
    u, v = grid((-WALL - DEEP, WALL + DEEP, 70), (0.0, DEEP, 12))
    made.add_facing(to(u, v, STOREY - 0.12), (0, 0, -1), 'plaster')
    for s in (-2.15, 2.15) if k % 2 else (0.0,):
        box((s, DEEP - 0.03, -0.05), (0.95, 0.08, 1.9), 'door', k, (10, 3, 18))
        box((s, DEEP - 0.01, 0.0), (1.15, 0.06, 2.06), 'stone', k, (8, 3, 14))
    # roof: rows of half-round tiles
    u, v = grid((-WALL - 0.8, WALL + 0.8, 420), (0, 1, 30))
    z = EAVES + 0.12 + 0.75 * v + 0.05 * np.abs(np.sin(u * 14)) - 0.03 * ((v * 9) % 1)
    made.add_facing(to(u, -0.34 + 1.9 * v, z), (0, 0, 9), 'tile')


def bush(at, k, size, seed):
    to = on_side(k)
    centre = to(*at)
    foliage(centre, size, 60, seed + 10 * k, 'leaf')
    for i in range(9):
        d = np.random.default_rng(seed * 31 + i + k).normal(0, 1, 3)
        made.add(place(ball(0.035, 7, 6), centre + d / np.linalg.norm(d) * size * 0.9), 'geranium', closed_u=True)


def foliage(centre, radius, count, seed, material, length=0.12):
    """Leaves over a lumpy ball, each a small bent sheet."""
    r = np.random.default_rng(seed + 100)
    u, v = np.meshgrid(np.linspace(-1, 1, 3), np.linspace(0, 1, 5), indexing='ij')
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
    made.add(tube(trunk, np.linspace(0.055, 0.035, 24), 10), 'bark', closed_v=True)
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

    eight(1.3, 1.3, FLOOR, FLOOR + 0.12, 'stone', 8)
    eight(1.3, 1.12, FLOOR + 0.12, FLOOR + 0.12, 'stone', 10)
    eight(1.12, 1.12, FLOOR + 0.12, FLOOR + 0.52, 'azulejo', 24)
    eight(1.12, 1.18, FLOOR + 0.52, FLOOR + 0.56, 'stone', 6)
    eight(1.18, 0.94, FLOOR + 0.6, FLOOR + 0.6, 'stone', 12)
    eight(1.18, 1.18, FLOOR + 0.56, FLOOR + 0.6, 'stone', 4)
    eight(0.94, 0.94, FLOOR + 0.6, FLOOR + 0.4, 'stone', 8)
    eight(0.98, 0.02, FLOOR + 0.48, FLOOR + 0.48, 'water', 60)
    stem = smooth_curve([(0.3, 0.4), (0.3, 0.52), (0.14, 0.62), (0.11, 0.85), (0.17, 1.0), (0.09, 1.12), (0.16, 1.2), (0.42, 1.34), (0.58, 1.44), (0.6, 1.48), (0.55, 1.47), (0.3, 1.36), (0.1, 1.33), (0.08, 1.5), (0.13, 1.6), (0.07, 1.72), (0.02, 1.8)], 170)
    made.add(place(lathe(stem, 72), (0, 0, FLOOR)), 'stone', closed_u=True)
    made.add(place(lathe(np.linspace((0.52, 1.43), (0.05, 1.43), 20), 60), (0, 0, FLOOR)), 'water', closed_u=True)
    for k in range(8):  # threads of water from the bowl
        a = k * math.pi / 4 + 0.2
        p = smooth_curve([(0.6 * math.cos(a), 0.6 * math.sin(a), FLOOR + 1.47), (0.68 * math.cos(a), 0.68 * math.sin(a), FLOOR + 1.3), (0.72 * math.cos(a), 0.72 * math.sin(a), FLOOR + 0.48)], 20)
        made.add(tube(p, 0.012, 6), 'thread', closed_v=True)


def compose():
    for k in range(4):
        side(k)
    u, v = grid((-WALL - DEEP, WALL + DEEP, 260), (-WALL - DEEP, WALL + DEEP, 260))
    made.add_facing(np.stack([u, v, np.full_like(u, FLOOR) - 0.006 * np.abs(value_noise(np.stack([u, v, 0 * u], -1), 3, 3.0))], -1), (0, 0, 9), 'flags')
    fountain()
    for i, at in enumerate(((2.7, 2.6), (-2.7, 2.5), (-2.6, -2.7), (2.75, -2.5))):
        pot_and_tree(at, i)
    for at, size in (((1.9, 3.1), 0.6), ((-3.3, 1.1), 0.7), ((3.4, -1.0), 0.55), ((-1.4, -3.5), 0.65)):
        jar = smooth_curve([(0.02, 0), (0.2, 0), (0.36, 0.35), (0.4, 0.62), (0.26, 0.86), (0.17, 0.94), (0.22, 1.02), (0.18, 1.0)], 60)
        made.add(place(lathe(jar * size, 48), (*at, FLOOR)), 'jar', closed_u=True)
    u, v = grid((-0.55, 0.55, 40), (0, 1, 60))  # a rug aired over the cornice
    rug = on_side(2)(u + 1.1, -0.17 - 0.035 * np.sin(u * 16 + 2 * v) * v, STOREY + 0.1 - 1.25 * v)
    made.add_facing(rug, (0, 0, 0), 'rug', uvw=np.stack([u, v, 0 * u], -1), thickness=0.012)


def plaster(low, mid, high):
    return lambda p: p.ramp(p.math('ADD', p.math('MULTIPLY', p.noise(0.9, 5, 0.5), 0.7), p.math('MULTIPLY', p.noise(5, 3), 0.3)), [(0.34, low), (0.5, mid), (0.68, high)])


def flags(p):
    cell = lambda which: p.math('FRACT', p.math('MULTIPLY', p.axis(which), 1.6))
    joint = p.math('MINIMUM', p.math('MINIMUM', cell(0), p.math('SUBTRACT', 1.0, cell(0))), p.math('MINIMUM', cell(1), p.math('SUBTRACT', 1.0, cell(1))))
    odd = p.math('MODULO', p.math('ADD', p.math('FLOOR', p.math('MULTIPLY', p.axis(0), 1.6)), p.math('FLOOR', p.math('MULTIPLY', p.axis(1), 1.6))), 2.0)
    tone = p.math('ADD', p.math('MULTIPLY', p.math('ABSOLUTE', odd), 0.2), p.noise(1.4, 4))
    return p.mix(p.math('GREATER_THAN', joint, 0.03), '#5a5046', p.ramp(tone, [(0.35, '#8a6a52'), (0.55, '#b89a78'), (0.75, '#c8b292')]))


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


def materials():
    m = studio.material
    slats = lambda p: p.mix(p.math('GREATER_THAN', p.math('FRACT', p.math('MULTIPLY', p.axis(2), 14.0)), 0.25), '#1f4a4a', '#3a8a80')
    return {
        'plaster': m('plaster', plaster('#c88a4a', '#dca560', '#ecc68a'), 0.6, 0),
        'back': m('back', plaster('#a85a3a', '#c07048', '#d08a5e'), 0.6, 0),
        'stone': m('stone', plaster('#b0a284', '#cabd9e', '#e0d6bc'), 0.5, 0),
        'dark': m('dark', '#1c2024', 0.2, 0.6),
        'shutter': m('shutter', slats, 0.4, 0),
        'door': m('door', plaster('#5a3420', '#74482c', '#8a5a3a'), 0.5, 0),
        'tile': m('tile', plaster('#9a4a2c', '#b8603a', '#d08450'), 0.6, 0),
        'flags': m('flags', flags, 0.5, 0),
        'azulejo': m('azulejo', azulejo, 0.2, 0.5),
        'water': m('water', plaster('#1f5a5e', '#2f7a7a', '#4f9a90'), 0.12, 1.0),
        'thread': m('thread', '#d0e4ea', 0.2, 0.4),
        'terracotta': m('terracotta', plaster('#a0502c', '#b8623a', '#cc8058'), 0.5, 0),
        'jar': m('jar', plaster('#2a5a6a', '#3a7a86', '#6a9a94'), 0.25, 0.5),
        'bark': m('bark', plaster('#4a3828', '#6a5038', '#86684a'), 0.6, 0),
        'leaf': m('leaf', lambda p: p.ramp(p.math('ADD', p.math('MULTIPLY', p.axis(2), 0.6), p.math('MULTIPLY', p.axis(1), 0.3)), [(0.1, '#23501f'), (0.45, '#3f7a2a'), (0.8, '#7aa83a')]), 0.4, 0),
        'orange': m('orange', '#f08a1c', 0.35, 0.4),
        'geranium': m('geranium', '#d8283a', 0.5, 0),
        'rug': m('rug', rug, 0.6, 0),
    }


def main():
    studio.start()
    compose()
    ob = studio.build(made, materials())
    studio.sun_light((0.62, 0.5, -0.62), 7.5, '#ffdcaa')
    studio.area_light((0, 0, 9), (0, 0, 0), (8, 8), 30, '#a8c4ff')
    studio.sky('#cfe2f0', '#3f7fd0', 1.0)
    cover = dict(radii=(2.4, 3.3), elevations=(4, 34), target=(0, 0, -0.1), spread=0.45)
    extra = dict(aabb_scale=4, scale=0.33, offset=[0.5, 0.5, 0.5], licence='CC0-1.0')
    train, test = studio.dome(100, 0.21, **cover), studio.dome(20, 0.63, **cover)
    studio.produce(ob, train, test, math.radians(62), options, 'Courtyard', extra)


main()
