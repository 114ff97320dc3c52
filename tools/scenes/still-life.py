# The still life: fruit, a glazed vase of poppies, books and a candle, a draped cloth on a round walnut table, in a
# dim plastered room with one large window. Works from all around: the room is closed, the table top is the unit
# of the composition (radius 1.45, inside the box |x| <= 1.5) and the walls stand at 5.2.
#   blender -b -P tools/scenes/still-life.py -- --work <folder> --out assets/scenes/still-life
import hashlib
import math
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import numpy as np
import studio
from drape import drape
from sculpt import Sculpture, aim, ball, box_faces, lathe, place, rotation, smooth_curve, tube, value_noise

TOP = -0.62  # height of the table top
FALLEN = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'still-life-cloth.npz')
FLOOR = -2.3
options = studio.arguments()
rng = np.random.default_rng(7)
made = Sculpture()


def kept(name, seed, make):
    """The result of a long calculation, kept in the work folder under a hash of what it began with."""
    path = os.path.join(options.work, f'{name}-{hashlib.sha1(np.ascontiguousarray(seed).tobytes()).hexdigest()[:12]}.npy')
    if not os.path.exists(path):
        os.makedirs(options.work, exist_ok=True)
        np.save(path, make())
    return np.load(path)


def room():
    knots = [(0.02, FLOOR), (1.5, FLOOR), (3.4, FLOOR), (5.2, FLOOR)]
    made.add(lathe(smooth_curve(knots, 90), 180), 'floor', flip=False, closed_u=True)
    wall = [(5.2, FLOOR), (5.14, FLOOR + 0.02), (5.12, FLOOR + 0.3), (5.2, FLOOR + 0.36), (5.2, -0.62), (5.12, -0.58), (5.12, -0.46), (5.2, -0.42)]
    dense = np.concatenate([np.linspace(a, b, 6)[:-1] for a, b in zip(wall[:-1], wall[1:])] + [smooth_curve([(5.2, -0.42), (5.2, 1.0), (5.15, 2.6), (4.6, 3.9), (3.0, 4.8), (0.02, 5.2)], 90)])
    made.add(lathe(dense, 240), 'wall', closed_u=True, flip=True)


def window(angle_deg):
    """Panes, bars and frame on the wall; returns what the light needs: centre and the way inwards."""
    a = math.radians(angle_deg)
    inward = np.array([-math.cos(a), -math.sin(a), 0])
    right = np.array([-math.sin(a), math.cos(a), 0])
    centre = -inward * 4.86 + np.array([0, 0, 1.05])
    turn = np.stack([right, np.array([0, 0, 1.0]), inward], 1)  # local x right, y up, z inwards
    width, height = 2.5, 2.9

    def put(size, at, count=(10, 10, 4), what='frame'):
        for face in box_faces(size, count):
            made.add(face @ turn.T + centre + turn @ np.array(at, float), what, uvw=face + np.array(at))

    put((width, height, 0.02), (0, 0, -0.06), (30, 30, 2), 'pane')
    for x in (-width / 2, 0, width / 2):
        put((0.12 if x else 0.07, height + 0.12, 0.12), (x, 0, 0.06), (4, 40, 4))
    for y in (-height / 2, -height / 6, height / 6, height / 2):
        put((width + 0.1, 0.12 if abs(y) > 1 else 0.055, 0.12), (0, y, 0.06), (40, 4, 4))
    put((width + 0.5, 0.1, 0.34), (0, -height / 2 - 0.1, 0.12), (30, 4, 8))
    return centre, inward, (width, height)


def table():
    profile = smooth_curve([(1.38, TOP - 0.13), (1.43, TOP - 0.11), (1.45, TOP - 0.06), (1.435, TOP - 0.012), (1.41, TOP)], 24)
    made.add(lathe(profile, 360), 'walnut', closed_u=True)
    x, y = np.meshgrid(np.linspace(-1, 1, 230), np.linspace(-1, 1, 230), indexing='ij')  # a square grid bent to a disc
    disc = np.stack([x * np.sqrt(1 - y * y / 2), y * np.sqrt(1 - x * x / 2), 0 * x], -1) * 1.411
    made.add(disc + [0, 0, TOP], 'walnut')
    made.add(lathe(np.linspace((0.05, TOP - 0.13), (1.38, TOP - 0.13), 30), 90), 'walnut', closed_u=True, flip=False)
    leg = smooth_curve([(0.62, FLOOR + 0.02), (0.6, FLOOR + 0.12), (0.24, FLOOR + 0.3), (0.14, FLOOR + 0.6), (0.22, FLOOR + 0.95), (0.13, FLOOR + 1.2), (0.3, TOP - 0.14)], 80)
    made.add(lathe(leg, 64), 'walnut', closed_u=True)


def fruit(kind, at, radius, tilt=(0, 0, 1), seed=0, turn=0.0):
    """An apple, pear, orange, lemon, plum or grape; `at` is the centre, uvw is the fruit's own unit space."""
    u_count, v_count = (64, 48) if kind != 'grape' else (24, 18)
    latitude = np.linspace(-np.pi / 2 + 1e-3, np.pi / 2 - 1e-3, v_count)
    c, s = np.cos(latitude), np.sin(latitude)
    r, z = c.copy(), s.copy()
    if kind == 'apple':
        z = 0.9 * s - 0.42 * np.exp(-((r / 0.3) ** 2)) * (s > 0) + 0.2 * np.exp(-((r / 0.22) ** 2)) * (s < 0)
        r = c * (1 + 0.1 * s)
    elif kind == 'pear':
        knots = [(0.02, -0.86), (0.35, -0.93), (0.8, -0.66), (0.96, -0.2), (0.8, 0.3), (0.5, 0.72), (0.4, 1.05), (0.28, 1.3), (0.02, 1.38)]
        r, z = smooth_curve(knots, v_count).T
    elif kind == 'lemon':
        z = 1.22 * s + 0.22 * np.sign(s) * np.exp(-((r / 0.22) ** 2))
    elif kind == 'plum':
        z = 1.08 * s
    shape = lathe(np.stack([r, z], 1), u_count)
    azimuth = np.arange(u_count) / u_count * 2 * np.pi
    if kind == 'plum':
        shape[..., :2] *= (1 - 0.07 * np.exp(-((azimuth / 0.22) ** 2)) - 0.07 * np.exp(-(((azimuth - 2 * np.pi) / 0.22) ** 2)))[:, None, None]
    if kind == 'apple':
        shape[..., 2] += (0.035 * np.cos(5 * azimuth))[:, None] * -np.minimum(z, 0)[None]
    lump = value_noise(shape + seed * 3.1, seed, 1.4) * (0.045 if kind != 'grape' else 0.02)
    shape = shape * (1 + lump[..., None])
    rotate = aim(tilt) @ rotation((0, 0, 1), turn)
    made.add(place(shape, at, rotate, radius), kind, uvw=shape + seed * 10.0, closed_u=True)
    if kind in ('apple', 'pear'):
        base = 0.55 if kind == 'apple' else 1.3
        path = smooth_curve([(0, 0, base - 0.1), (0.02, 0.01, base + 0.18), (0.1, 0.03, base + 0.42)], 10)
        made.add(place(tube(path, np.linspace(0.035, 0.05, 10)), at, rotate, radius), 'stem', closed_v=True)


def vase(at):
    knots = [(0.02, 0.0), (0.2, 0.0), (0.215, 0.03), (0.27, 0.14), (0.345, 0.34), (0.345, 0.52), (0.25, 0.7), (0.145, 0.82), (0.135, 0.9), (0.185, 0.98), (0.2, 0.985), (0.185, 0.97), (0.12, 0.88), (0.1, 0.8)]
    shape = lathe(smooth_curve(knots, 150), 140)
    made.add(place(shape, at), 'glaze', uvw=shape, closed_u=True)


def leaf(at, turn, length, width, bend, material='leaf'):
    u, v = np.meshgrid(np.linspace(-1, 1, 9), np.linspace(0, 1, 20), indexing='ij')
    half = width * np.sin(np.pi * v**0.8) ** 0.9 + 0.002
    shape = np.stack([u * half, length * v, bend * length * v**2 + 0.35 * half * u**2 + 0.012 * np.sin(v * 26) * u**2], -1)
    made.add(place(shape, at, turn), material, uvw=np.stack([u, v, 0 * u], -1), thickness=0.007)


def poppy(at, facing, radius, colour, seed):
    turn = aim(facing)
    for i in range(6):
        inner = i % 2
        u, v = np.meshgrid(np.linspace(-1, 1, 19), np.linspace(0.04, 1, 14), indexing='ij')
        spread = 0.62 * (1 - 0.2 * inner)
        angle = u * spread * v**0.35 + i * np.pi / 3
        rim = 1 + 0.05 * np.sin(u * 9 + seed + i) * v - 0.1 * u**2 * v
        r = radius * v * rim * (1 - 0.1 * inner)
        lift = radius * (0.5 * v**1.6 + 0.17 * inner * v + 0.09 * np.sin(7 * u + 2 * i + seed) * v**2)
        shape = np.stack([r * np.cos(angle), r * np.sin(angle), lift], -1)
        made.add(place(shape, at, turn), colour, uvw=np.stack([u + 3 * i, v, np.full_like(u, seed)], -1), thickness=0.006)
    made.add(place(ball(radius * 0.2, 18, 12), np.array(at) + turn @ [0, 0, radius * 0.13], turn), 'heart', closed_u=True)
    for k in range(16):
        a = k * 2.39996
        tip = np.array([math.cos(a), math.sin(a), 0.0]) * radius * (0.27 + 0.1 * (k % 3)) + [0, 0, radius * 0.3]
        made.add(place(ball(radius * 0.045, 7, 6), np.array(at) + turn @ tip), 'heart', closed_u=True)


def bouquet(mouth):
    heads = [  # direction, length of stem, radius of flower, material
        ((0.05, -0.1, 1.0), 0.62, 0.21, 'poppy'), ((0.62, -0.25, 0.9), 0.56, 0.2, 'poppy'), ((-0.55, -0.4, 0.85), 0.55, 0.19, 'poppy-light'),
        ((0.2, 0.62, 0.8), 0.55, 0.2, 'poppy'), ((-0.45, 0.5, 0.95), 0.6, 0.18, 'poppy-white'), ((0.35, -0.75, 0.62), 0.5, 0.17, 'poppy-white'),
        ((-0.9, 0.1, 0.6), 0.52, 0.17, 'poppy'), ((0.85, 0.4, 0.55), 0.5, 0.16, 'poppy-light'),
    ]
    mouth = np.array(mouth, float)
    for k, (direction, length, radius, colour) in enumerate(heads):
        d = np.array(direction) / np.linalg.norm(direction)
        flat = np.array([d[0], d[1], 0])
        end = mouth + d * length
        path = smooth_curve([mouth + [0, 0, -0.25] + flat * 0.02, mouth + flat * 0.06, mouth + d * length * 0.55 + [0, 0, 0.05], end], 24)
        made.add(tube(path, 0.011), 'stalk', closed_v=True)
        poppy(end, d + [0, 0, 0.25] + flat * 0.4, radius, colour, k)
    for k in range(13):
        a = k * 2.39996
        d = np.array([math.cos(a), math.sin(a), 0.35 + 0.5 * (k % 3) / 2])
        across = np.cross(d, [0, 0, 1])
        above = np.cross(across, d)
        turn = np.stack([v / np.linalg.norm(v) for v in (across, d, above)], 1)
        leaf(mouth + d * 0.04, turn, 0.36 + 0.1 * (k % 4) / 3, 0.062, -0.45)


def bowl(at):
    outer = [(0.02, 0.03), (0.16, 0.03), (0.17, 0.0), (0.2, 0.0), (0.2, 0.05), (0.36, 0.14), (0.46, 0.26), (0.485, 0.335)]
    inner = [(0.48, 0.345), (0.46, 0.33), (0.43, 0.26), (0.33, 0.16), (0.18, 0.09), (0.02, 0.08)]
    shape = lathe(np.concatenate([smooth_curve(outer, 70), smooth_curve(inner, 60)]), 160)
    made.add(place(shape, at), 'faience', uvw=shape, closed_u=True)


def candle(at):
    stick = [(0.02, 0.0), (0.19, 0.0), (0.2, 0.02), (0.17, 0.045), (0.06, 0.07), (0.035, 0.12), (0.06, 0.16), (0.035, 0.2), (0.03, 0.3), (0.075, 0.34), (0.085, 0.36), (0.07, 0.37), (0.02, 0.37)]
    made.add(place(lathe(smooth_curve(stick, 110), 56), at), 'brass', closed_u=True)
    wax = lathe(smooth_curve([(0.056, 0.36), (0.057, 0.5), (0.054, 0.8), (0.058, 0.87), (0.05, 0.885), (0.02, 0.86), (0.005, 0.855)], 60), 40)
    wax[:, :, :2] *= 1 + 0.07 * value_noise(wax * [14, 14, 3.5], 3)[..., None]
    made.add(place(wax, at), 'wax', uvw=wax, closed_u=True)
    for k, (a, low) in enumerate(((0.6, 0.62), (2.2, 0.7), (4.4, 0.55))):  # runs of wax
        p = [(0.057 * math.cos(a), 0.057 * math.sin(a), z) for z in np.linspace(low, 0.87, 12)]
        made.add(place(tube(p, np.linspace(0.018, 0.008, 12)), at), 'wax', uvw=tube(p, 0.01), closed_v=True)
    wick = smooth_curve([(0, 0, 0.85), (0, 0, 0.9), (0.008, 0, 0.925)], 8)
    made.add(place(tube(wick, 0.005), at), 'wick', closed_v=True)
    flame = lathe(smooth_curve([(0.002, 0.885), (0.02, 0.91), (0.026, 0.94), (0.017, 0.99), (0.002, 1.06)], 40), 24)
    made.add(place(flame, at), 'flame', uvw=flame, closed_u=True)
    return np.array(at) + [0, 0, 0.95]


def book(at, size, turn, cover):
    r = rotation((0, 0, 1), turn)
    w, d, h = size
    board = 0.014
    for z in (board / 2, h - board / 2):
        for f in box_faces((w, d, board), (30, 30, 3)):
            made.add(place(f, np.array(at) + [0, 0, z], r), cover, uvw=f * [1, 1, 1] + [0, 0, z])
    arc = np.linspace(-np.pi / 2, np.pi / 2, 16)
    back = np.stack([np.stack([-w / 2 + 0.01 - 0.03 * np.cos(arc), np.full(16, y), h / 2 + np.sin(arc) * h / 2], -1) for y in np.linspace(-d / 2, d / 2, 40)])
    made.add(place(back, at, r), cover, uvw=back + [0, 0, 1], flip=True, thickness=0.012)
    for f in box_faces((w - 0.035, d - 0.04, h - 2 * board), (30, 30, 8)):
        made.add(place(f, np.array(at) + [0.006, 0, h / 2], r), 'pages', uvw=f)


def cloth():
    """A crimson cloth: corrugated at first, then let fall over the rim of the table."""
    u_count, v_count = 150, 110
    a = math.radians(-58)
    out = np.array([math.cos(a), math.sin(a), 0])
    side = np.array([-math.sin(a), math.cos(a), 0])
    u, v = np.meshgrid(np.linspace(0, 1, u_count), np.linspace(-1, 1, v_count), indexing='ij')
    rest_u, rest_v = 1.95 / (u_count - 1), 1.75 / (v_count - 1)
    along = 0.42 + u * 1.62  # from the middle of the table out over its rim
    fan = (0.27 + 0.24 * u) * v
    start = out * along[..., None] + side * (fan + 0.1 * np.sin(4 * u))[..., None]
    start[..., 2] = TOP + 0.2 + 0.11 * np.sin(v * 10 + 2.2 * u) * (0.5 + 0.5 * u) + 0.05 * np.sin(9 * u + 1)
    lump = out * 0.72 + side * 0.12 + np.array([0, 0, TOP - 0.02])

    def collide(x):
        r = np.sqrt((x[..., :2] ** 2).sum(-1))
        over = (x[..., 2] < TOP + 0.014) & (r < 1.462) & (x[..., 2] > TOP - 0.16)
        up = over & ((TOP + 0.014 - x[..., 2]) < (1.462 - r) + 0.03)
        x[..., 2][up] = TOP + 0.014
        aside = over & ~up
        x[..., :2][aside] *= (1.462 / r[aside])[..., None]
        d = x - lump
        distance = np.sqrt((d**2).sum(-1))
        inside = distance < 0.17
        x[inside] = lump + d[inside] / distance[inside][..., None] * 0.17
        return over | inside

    # Kept as it fell: the last bit of a processor's sine, which numpy takes from its widest vectors, sends it into other folds.
    surface = np.load(FALLEN)['points'].astype(float) if os.path.exists(FALLEN) else kept('cloth', start, lambda: drape(start, rest_u, rest_v, collide))
    made.add(surface, 'crimson', uvw=np.stack([u * 1.95, v * 0.875, 0 * u], -1), thickness=0.014)


def compose():
    room()
    where = window(128)
    table()
    cloth()
    vase((-0.22, 0.3, TOP))
    bouquet((-0.22, 0.3, TOP + 0.95))
    bowl((0.2, -0.5, TOP))
    b = np.array([0.2, -0.5, TOP])
    fruit('orange', b + [0.16, -0.14, 0.25], 0.165, seed=1)
    fruit('orange', b + [-0.19, -0.1, 0.25], 0.16, seed=2, tilt=(0.4, 0.1, 1))
    fruit('lemon', b + [0.0, 0.2, 0.27], 0.13, tilt=(1, 0.4, 0.25), seed=3)
    fruit('pear', b + [0.02, -0.03, 0.44], 0.16, tilt=(-0.5, -0.5, 0.75), seed=4)
    fruit('apple', b + [0.24, 0.13, 0.3], 0.15, tilt=(0.3, 0.1, 1), seed=5)
    fruit('apple', (-0.5, -0.74, TOP + 0.155), 0.18, tilt=(-0.25, -0.15, 1), seed=6)
    fruit('lemon', (-0.2, -1.05, TOP + 0.125), 0.13, tilt=(0.5, 1, 0.12), seed=7)
    fruit('pear', (0.9, 0.3, TOP + 0.165), 0.19, tilt=(0.12, 0.02, 1), seed=8, turn=1)
    fruit('pear', (1.13, 0.02, TOP + 0.155), 0.17, tilt=(0.8, -0.85, 0.18), seed=9)
    fruit('plum', (0.62, 0.62, TOP + 0.12), 0.12, tilt=(0.6, 0.3, 1), seed=10)
    fruit('plum', (0.84, 0.74, TOP + 0.12), 0.115, tilt=(-0.3, 0.8, 0.6), seed=11, turn=2)
    fruit('orange', (-1.02, -0.32, TOP + 0.155), 0.16, seed=12, tilt=(0.3, -0.2, 1))
    grapes((0.28, 0.92))
    book((-0.82, 0.44, TOP), (0.62, 0.82, 0.13), 0.35, 'cover-blue')
    book((-0.84, 0.42, TOP + 0.13), (0.5, 0.7, 0.1), 0.72, 'cover-ochre')
    fire = candle((-0.86, 0.42, TOP + 0.23))
    return where, fire


def grapes(at):
    """A bunch: spheres settled on one another by pushing apart, the stalk through their middle."""
    n = 46
    p = np.stack([rng.normal(0, 0.14, n), rng.normal(0, 0.085, n), rng.uniform(0.06, 0.24, n)], 1)
    p[:, 0] += 0.07
    r = rng.uniform(0.05, 0.06, n)
    for _ in range(260):
        p[:, 2] -= 0.0025
        p[:, :2] *= 0.997
        d = p[:, None] - p[None]
        dist = np.linalg.norm(d, axis=2) + np.eye(n)
        push = np.maximum((r[:, None] + r[None]) * 0.97 - dist, 0)
        np.fill_diagonal(push, 0)
        p += (d / dist[..., None] * push[..., None] * 0.4).sum(1)
        p[:, 2] = np.maximum(p[:, 2], r)
    turn = rotation((0, 0, 1), 2.5)
    p = p @ turn.T + np.array([at[0], at[1], TOP])
    for k in range(n):
        fruit('grape', p[k], r[k], tilt=rng.normal(0, 1, 3), seed=20 + k)
    end = np.array([at[0], at[1], TOP]) + turn @ np.array([-0.36, 0.0, 0.2])
    path = smooth_curve([np.array([at[0], at[1], TOP + 0.1]), np.array([at[0], at[1], TOP + 0.2]) + turn @ np.array([-0.18, 0, 0.02]), end], 16)
    made.add(tube(path, 0.014), 'stem', closed_v=True)


# ---------------------------------------------------------------- colours
def stripes(p):
    """Peel of an apple: red over yellow in streaks from pole to pole."""
    streak = p.noise(3.2, 4, 0.6, p.stretch(2.6, 2.6, 0.35))
    blush = p.noise(0.9, 2)
    return p.ramp(p.math('ADD', p.math('MULTIPLY', streak, 0.75), p.math('MULTIPLY', blush, 0.5)), [(0.44, '#e2b23a'), (0.56, '#c8421f'), (0.7, '#9c1414'), (0.9, '#6d0d12')])


def glaze(p):
    """Cobalt running down into turquoise, with a bare band of clay at the foot."""
    run = p.math('ADD', p.axis(2), p.math('MULTIPLY', p.math('SUBTRACT', p.noise(3.6, 3, 0.0, p.stretch(2.6, 2.6, 0.5)), 0.5), 0.5))
    body = p.ramp(p.span(run, 0.0, 1.0), [(0.05, '#8a5a35'), (0.1, '#0f6f78'), (0.34, '#1496a0'), (0.52, '#1f5fa8'), (0.72, '#16307e'), (0.95, '#3c78b8')])
    return p.mix(p.math('MULTIPLY', p.noise(26, 2), 0.22), body, '#5fd0c8', 'SOFT_LIGHT')


def wood(p):
    grain = p.noise(7, 5, 0.8, p.stretch(0.5, 7.0, 1.0))
    plank = p.math('FLOOR', p.math('MULTIPLY', p.axis(1), 3.2))
    tone = p.node('ShaderNodeTexWhiteNoise', {'W': plank}, noise_dimensions='1D').outputs[0]
    seam = p.math('LESS_THAN', p.math('ABSOLUTE', p.math('SUBTRACT', p.math('FRACT', p.math('MULTIPLY', p.axis(1), 3.2)), 0.5)), 0.485)
    colour = p.ramp(p.math('ADD', grain, p.math('MULTIPLY', tone, 0.16)), [(0.32, '#2c150a'), (0.5, '#5e3216'), (0.66, '#8a5125'), (0.85, '#a8703a')])
    return p.mix(seam, '#1c0d06', colour)


def plaster(p):
    big, small = p.noise(0.42, 4, 0.5), p.noise(2.4, 4, 0.3)
    tone = p.math('ADD', p.math('MULTIPLY', big, 0.72), p.math('MULTIPLY', small, 0.42))
    wall = p.ramp(tone, [(0.36, '#33392c'), (0.5, '#565238'), (0.62, '#7a6444'), (0.78, '#94764e')])
    low = p.ramp(tone, [(0.36, '#2a1d18'), (0.6, '#54362a'), (0.8, '#6e4a36')])
    return p.mix(p.math('GREATER_THAN', p.axis(2), -0.5), low, wall)


def boards(p):
    grain = p.noise(2.6, 4, 0.6, p.stretch(0.35, 4.0, 1.0, (0, 0, 0.5)))
    turned = p.stretch(1, 1, 1, (0, 0, 0.5))
    row = p.math('MULTIPLY', p.axis(1, turned), 2.1)
    tone = p.node('ShaderNodeTexWhiteNoise', {'W': p.math('FLOOR', row)}, noise_dimensions='1D').outputs[0]
    seam = p.math('LESS_THAN', p.math('ABSOLUTE', p.math('SUBTRACT', p.math('FRACT', row), 0.5)), 0.475)
    return p.mix(seam, '#150d09', p.ramp(p.math('ADD', grain, p.math('MULTIPLY', tone, 0.3)), [(0.36, '#3a2418'), (0.6, '#68442c'), (0.9, '#8c6442')]))


def damask(p):
    """Crimson with a woven ochre border."""
    edge = p.math('MINIMUM', p.axis(0), p.math('MINIMUM', p.math('SUBTRACT', 1.95, p.axis(0)), p.math('SUBTRACT', 0.875, p.math('ABSOLUTE', p.axis(1)))))
    band = p.math('LESS_THAN', p.math('ABSOLUTE', p.math('SUBTRACT', edge, 0.1)), 0.028)
    thin = p.math('LESS_THAN', p.math('ABSOLUTE', p.math('SUBTRACT', edge, 0.165)), 0.009)
    body = p.ramp(p.noise(5, 3, 0.2), [(0.35, '#7c1020'), (0.7, '#b0202a')])
    return p.mix(p.math('MAXIMUM', band, thin), body, '#d9a441')


def faience(p):
    """Tin glaze, cream, with blue bands and a row of blue dots on the outside."""
    z = p.axis(2)
    line = lambda at, half: p.math('LESS_THAN', p.math('ABSOLUTE', p.math('SUBTRACT', z, at)), half)
    lines = p.math('MAXIMUM', line(0.325, 0.013), p.math('MAXIMUM', line(0.285, 0.005), line(0.07, 0.008)))
    turn = p.math('ARCTAN2', p.axis(1), p.axis(0))
    petal = p.math('MULTIPLY', p.math('ABSOLUTE', p.math('SINE', p.math('MULTIPLY', turn, 8.0))), 0.075)
    leafy = p.math('LESS_THAN', p.math('ABSOLUTE', p.math('SUBTRACT', z, 0.2)), petal)
    core = p.math('LESS_THAN', p.math('ABSOLUTE', p.math('SUBTRACT', z, 0.2)), p.math('SUBTRACT', petal, 0.028))
    base = p.ramp(p.noise(4, 3), [(0.3, '#d8ccb0'), (0.7, '#f2ead6')])
    with_leaf = p.mix(p.math('SUBTRACT', leafy, p.math('MULTIPLY', core, 0.7)), base, '#274b94')
    return p.mix(lines, with_leaf, '#1f3f8a')


def petal(dark, mid, light):
    def colour(p):
        vein = p.noise(4, 3, 0.3, p.stretch(3.0, 0.5, 1.0))
        tone = p.math('ADD', p.math('MULTIPLY', p.axis(1), 0.7), p.math('MULTIPLY', p.math('SUBTRACT', vein, 0.5), 0.5))
        return p.ramp(tone, [(0.0, '#1d0a10'), (0.12, '#2a0a10'), (0.22, dark), (0.5, mid), (0.85, light)])

    return colour


def leather(base, dark):
    def colour(p):
        z = p.axis(2)
        gilt = p.math('MULTIPLY', p.math('GREATER_THAN', z, 0.6), p.math('LESS_THAN', p.math('ABSOLUTE', p.math('SUBTRACT', p.math('FRACT', p.math('MULTIPLY', p.axis(1), 5.0)), 0.5)), 0.07))
        return p.mix(gilt, p.ramp(p.noise(6, 4), [(0.35, dark), (0.7, base)]), '#d8ae55')

    return colour


def skin(stops, scale=1.6, detail=4):
    return lambda p: p.ramp(p.noise(scale, detail), stops)


def pores(scale):
    return lambda p: p.cells(scale)


def materials():
    m = studio.material
    return {
        'floor': m('floor', boards, 0.35, 0),
        'wall': m('wall', plaster, 0.6, 0),
        'frame': m('frame', skin([(0.3, '#6e5a44'), (0.7, '#8a7458')]), 0.4, 0.3),
        'pane': m('pane', '#000000', gloss=0, glow=lambda p: p.ramp(p.span(p.math('ADD', p.axis(1), p.math('MULTIPLY', p.noise(1.3, 4), 0.9)), -1.1, 2.0), [(0.0, '#e8e2c8'), (0.4, '#d4e2ea'), (0.62, '#ffffff'), (0.9, '#a8c8ea')])),
        'walnut': m('walnut', wood, 0.3, 0.7),
        'crimson': m('crimson', damask, 0.6, 0.25),
        'glaze': m('glaze', glaze, 0.12, 1.0),
        'faience': m('faience', faience, 0.14, 0.9),
        'brass': m('brass', skin([(0.3, '#7a5018'), (0.7, '#b98332')], 6), 0.3, 3.0),
        'wax': m('wax', '#efe3c4', 0.35, 0.5, glow=lambda p: p.mix(p.math('POWER', p.span(p.axis(2), 0.55, 0.89), 3.0), (0, 0, 0), (0.55, 0.24, 0.06))),
        'wick': m('wick', '#15100c', gloss=0),
        'flame': m('flame', '#000000', gloss=0, glow=lambda p: p.mix(1.0, p.ramp(p.span(p.axis(2), 0.88, 1.06), [(0.0, '#3a5aff'), (0.14, '#ff9a30'), (0.45, '#ffe9a8'), (0.8, '#ffb84d'), (1.0, '#ff7a20')]), (6, 6, 6), 'MULTIPLY')),
        'apple': m('apple', stripes, 0.2, 0.8),
        'pear': m('pear', lambda p: p.mix(p.math('MULTIPLY', p.math('GREATER_THAN', p.noise(16, 2), 0.63), 0.55), p.ramp(p.noise(0.8, 3), [(0.36, '#8f9a2c'), (0.52, '#c2b23a'), (0.68, '#c88a34'), (0.8, '#a85a2c')]), '#7a5a24'), 0.32, 0.5),
        'orange': m('orange', skin([(0.3, '#d8660c'), (0.55, '#ee8412'), (0.75, '#f6a22c')], 1.3), 0.32, 0.7, (pores(17), 0.005)),
        'lemon': m('lemon', skin([(0.3, '#d6b410'), (0.55, '#f2d222'), (0.75, '#f7e060')], 1.3), 0.32, 0.6, (pores(15), 0.005)),
        'plum': m('plum', lambda p: p.mix(p.span(p.noise(1.8, 4), 0.42, 0.72), '#35123f', '#7a6aa0'), 0.35, 0.6),
        'grape': m('grape', lambda p: p.mix(p.span(p.noise(1.2, 3), 0.35, 0.75), '#2a0f3c', '#6a3f7a'), 0.22, 0.8),
        'stem': m('stem', '#4a3018', 0.6, 0.2),
        'stalk': m('stalk', '#4c6a2a', gloss=0),
        'leaf': m('leaf', lambda p: p.mix(p.math('LESS_THAN', p.math('ABSOLUTE', p.axis(0)), 0.09), p.ramp(p.noise(5, 3), [(0.3, '#22481e'), (0.6, '#3f7030'), (0.8, '#6f9440')]), '#93ac62'), 0.4, 0.5),
        'heart': m('heart', '#1a1a14', gloss=0),
        'poppy': m('poppy', petal('#a81408', '#d9280e', '#f0582a'), gloss=0),
        'poppy-light': m('poppy-light', petal('#d86a10', '#f09030', '#f8bc60'), gloss=0),
        'poppy-white': m('poppy-white', petal('#c8b8a0', '#ece2d0', '#fbf6ea'), gloss=0),
        'cover-blue': m('cover-blue', leather('#1f5a66', '#123e4a'), 0.4, 0.5),
        'cover-ochre': m('cover-ochre', leather('#7a2f22', '#551c16'), 0.4, 0.5),
        'pages': m('pages', lambda p: p.ramp(p.noise(9, 3, 0, p.stretch(0.4, 0.4, 14.0)), [(0.35, '#b79b6c'), (0.65, '#e2d2a8')]), 0.6, 0),
    }


def main():
    studio.start()
    (centre, inward, size), fire = compose()
    ob = studio.build(made, materials())
    studio.area_light(centre + inward * 0.02, centre + inward - np.array([0, 0, 0.12]), size, 1150, '#fff1dc')
    studio.area_light((0, 0, 4.6), (0, 0, 0), (5, 5), 300, '#b4c8ff')
    studio.point_light(fire, 0.05, 14, '#ff9a4a')
    cover = dict(radii=(3.3, 4.0), elevations=(3, 62), target=(0, 0, -0.12), spread=0.16)
    angle = math.radians(46)
    extra = dict(aabb_scale=4, scale=0.33, offset=[0.5, 0.5, 0.5], licence='CC0-1.0')
    studio.produce(ob, studio.dome(100, 0.37, **cover), studio.dome(20, 0.81, **cover), angle, options, 'Still life', extra, key_with_sky=True)


main()
