# "Guitar in facets": analytic cubism. Scale of a mark: planes of 60 to 160 px, each with its own light from one edge
# to the other, brushed in short parallel touches of 20 x 5 px; ochre, umber, olive and cold grey.
import numpy as np

from easel import Board, blend, clouds, colour, curve, noise, pixels, polygon, ramp, sampled, scatter, step

W, H = 736, 896


def subject(x, y):
    """A guitar, a bottle, a glass, a sheet of music on a table, as tone, at any coordinates (so planes can shift it)."""
    rgb = ramp(0.55 + 0.3 * (y / H - 0.5) + 0.2 * noise(x / 200, y / 200, 2), [(0.2, '#6f6a58'), (0.5, '#8f8466'), (0.8, '#a8966a')])
    table = y > 640 + 0.12 * (x - 360)
    rgb = np.where(table[..., None], ramp(noise(x / 160, y / 24, 4), [(0.2, '#5a3a20'), (0.8, '#8f5f30')]), rgb)
    sheet = (np.abs((x - 560) * 0.94 + (y - 560) * 0.34) < 90) & (np.abs((y - 560) * 0.94 - (x - 560) * 0.34) < 120)
    q = (y - 560) * 0.94 - (x - 560) * 0.34
    rgb = np.where(sheet[..., None], np.where(((q % 14 < 2.4) & (q % 84 < 62))[..., None], colour('#3a332a'), colour('#e2d6b4')), rgb)
    bottle = (np.abs(x - 190) < np.interp(y, [120, 190, 260, 330, 620, 640], [20, 20, 24, 62, 66, 60])) & (y > 120) & (y < 660)
    rgb = np.where(bottle[..., None], ramp((x - 190) / 130 + 0.5, [(0, '#1c2618'), (0.35, '#4a5f3a'), (0.45, '#a8b48a'), (0.6, '#3a4a2c'), (1, '#141a10')]), rgb)
    label = bottle & (y > 430) & (y < 540)
    rgb = np.where(label[..., None], np.where((np.abs(y - 485) < 7)[..., None], colour('#7a2a1c'), colour('#d8c898')), rgb)
    c, s = np.cos(-0.42), np.sin(-0.42)
    u, v = (x - 400) * c + (y - 480) * s, -(x - 400) * s + (y - 480) * c
    half = np.interp(v, [-130, -100, -40, 10, 60, 130, 190, 225], [20, 92, 104, 78, 92, 138, 128, 40])
    body = (np.abs(u) < half) & (v > -130) & (v < 225)
    rgb = np.where((np.abs(u) < half + 9)[..., None] & ((v > -138) & (v < 232))[..., None], colour('#2c1a10'), rgb)
    rgb = np.where(body[..., None], ramp(u / 280 + 0.5 + 0.12 * noise(u / 12, v / 140, 3), [(0.1, '#8a5222'), (0.4, '#c88c3c'), (0.6, '#e0b060'), (0.9, '#a06a2a')]), rgb)
    hole = np.hypot(u, v + 12)
    rgb = np.where((hole < 46)[..., None], colour('#e8d9a8'), rgb)
    rgb = np.where((hole < 40)[..., None], colour('#1a120c'), rgb)
    neck = (np.abs(u) < 21) & (v < -60) & (v > -430)
    rgb = np.where(neck[..., None], np.where((v % 38 < 4)[..., None], colour('#c8b070'), colour('#3a2416')), rgb)
    headstock = (np.abs(u) < 32) & (v <= -400) & (v > -480)
    rgb = np.where(headstock[..., None], colour('#241610'), rgb)
    strings = ((u + 15) % 7.5 < 1.6) & (np.abs(u) < 18) & (v > -470) & (v < 130)
    rgb = np.where(strings[..., None], colour('#e8dcb8'), rgb)
    bridge = (np.abs(u) < 52) & (np.abs(v - 132) < 9)
    rgb = np.where(bridge[..., None], colour('#1f130c'), rgb)
    glass = (np.abs(x - 610) < np.interp(y, [640, 700, 760, 800, 806], [52, 48, 34, 12, 40])) & (y > 640) & (y < 850)
    rgb = np.where(glass[..., None], ramp((x - 610) / 100 + 0.5, [(0, '#5f6a6a'), (0.3, '#c8d0c4'), (0.6, '#8a9490'), (1, '#3f4846')]), rgb)
    fruit = np.hypot(x - 250, (y - 740) * 1.05)
    rgb = np.where((fruit < 54)[..., None], ramp((x - 250 + y - 740) / 150 + 0.5, [(0, '#e0c070'), (0.5, '#a8702c'), (1, '#4a2a18')]), rgb)
    return rgb


def paint():
    rng = np.random.default_rng(12)
    x, y = pixels(W, H)
    # planes: cells of a few dozen slanted cuts
    cells = [np.array([(0, 0), (W, 0), (W, H), (0, H)], float)]
    slants = np.array([-0.42, 1.15, 0.2, -1.1, 1.57, 0.62])
    for _ in range(84):
        areas = [0.5 * abs(np.cross(p, np.roll(p, -1, 0)).sum()) * (1.6 - np.hypot(*(p.mean(0) - [370, 470])) / 560) for p in cells]
        k = int(np.argmax(areas))
        p = cells.pop(k)
        a = slants[rng.integers(6)] + rng.normal(0, 0.1)
        n = np.array([-np.sin(a), np.cos(a)])
        side = (p - p.mean(0)) @ n + rng.normal(0, 8)
        parts = ([], [])
        for i in range(len(p)):
            j = (i + 1) % len(p)
            parts[int(side[i] > 0)].append(p[i])
            if (side[i] > 0) != (side[j] > 0):
                cut = p[i] + (p[j] - p[i]) * side[i] / (side[i] - side[j])
                parts[0].append(cut)
                parts[1].append(cut)
        cells += [np.array(q) for q in parts if len(q) > 2]
    rgb, angle = np.zeros((H, W, 3)), np.zeros((H, W))
    borders = []
    for p in cells:
        cover = polygon(W, H, p, 2)
        centre = p.mean(0)
        calm = np.clip(np.hypot(*(centre - [390, 470])) / 420, 0.35, 1)
        t, zoom = rng.normal(0, 0.16) * calm, rng.uniform(0.9, 1.12)
        shift = rng.normal(0, 26, 2) * calm
        dx, dy = (x - centre[0]) * zoom, (y - centre[1]) * zoom
        seen = subject(centre[0] + dx * np.cos(t) - dy * np.sin(t) + shift[0], centre[1] + dx * np.sin(t) + dy * np.cos(t) + shift[1])
        edge = rng.integers(len(p))
        a, b = p[edge], p[(edge + 1) % len(p)]
        n = np.array([-(b - a)[1], (b - a)[0]]) / (np.hypot(*(b - a)) + 1e-9)
        n = n if (centre - a) @ n > 0 else -n
        reach = ((p - a) @ n).max() + 1e-9
        fade = np.clip(((x - a[0]) * n[0] + (y - a[1]) * n[1]) / reach, 0, 1)
        light = rng.random() < 0.5
        veil = colour('#e9dcb6', '#c9c4ae', '#d8b878')[rng.integers(3)] if light else colour('#2a2018', '#39372c', '#4a2f1a')[rng.integers(3)]
        seen = blend(seen, veil, (1 - fade) ** 1.4 * rng.uniform(0.35, 0.8))
        rgb = blend(rgb, seen, cover)
        angle = np.where(cover > 0.5, np.arctan2(n[1], n[0]) + np.pi / 2 + rng.normal(0, 0.15), angle)
        borders.append((p, edge, light))
    board = Board(W, H, colour('#7a6a4a'), 3)
    pick, turn, brush = sampled(rgb), sampled(angle), board.rng
    for spacing, width, length in ((11, 13, 34), (6.5, 6, 20)):
        for px, py in scatter(W + 20, H + 20, spacing, brush) - 10:
            c = np.clip(pick(px, py) * (1 + brush.normal(0, 0.07)) + brush.normal(0, 0.015, 3), 0, 1)
            a = turn(px, py) + brush.normal(0, 0.08)
            d = np.array([np.cos(a), np.sin(a)]) * length * brush.uniform(0.35, 0.55)
            board.stroke(np.array([[px, py] - d, [px, py], [px, py] + d]), width * brush.uniform(0.8, 1.1), c, c * 1.15, dry=brush.uniform(0.1, 0.4), body=0.8)
    for p, edge, light in borders:  # drawn edges of the planes
        for k in (edge, (edge + 1) % len(p)):
            a, b = p[k], p[(k + 1) % len(p)]
            if np.hypot(*(b - a)) < 24:
                continue
            line = np.linspace(a, b, 6) + brush.normal(0, 0.7, (6, 2))
            board.stroke(line, 3.2, colour('#1c1510') if k == edge or not light else colour('#efe4c4'), dry=0.35, body=0.5, opacity=0.8)
    return board.lit(0.42, 0.7, 0.05)
