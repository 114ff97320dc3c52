# "Night over the river": oil in long strokes that follow a swirling sky. Scale of a mark: about 60 x 9 px.
# A moon and stars with rings, hills, a dark cypress, a village whose lit windows lie in the water.
import numpy as np

from easel import Board, blend, clouds, colour, flow_path, pixels, ramp, sampled, scatter, step

W, H = 896, 720
EYES = [(690, 120, 62, 1.0), (470, 215, 78, -1.0), (120, 95, 34, 1.0), (300, 70, 26, -1.0), (560, 70, 24, 1.0), (820, 270, 30, -1.0), (235, 235, 28, 1.0), (60, 270, 22, 1.0)]


def paint():
    x, y = pixels(W, H)
    hill = 430 - 60 * np.exp(-(((x - 760) / 210) ** 2)) - 34 * np.sin(x / 150 + 0.6) - 14 * np.sin(x / 47)
    shore = 520 + 8 * np.sin(x / 90)
    sky, water = y < hill, y > shore
    # directions: the sky turns about its lights and drifts in waves between them
    vx, vy = np.ones_like(x), 0.5 * np.sin(x / 105 + y / 160) + 0.25 * np.sin(y / 60)
    for cx, cy, r, turn in EYES:
        near = np.exp(-(((x - cx) ** 2 + (y - cy) ** 2) / (2 * (1.35 * r) ** 2))) * 6
        vx, vy = vx - turn * near * (y - cy) / r, vy + turn * near * (x - cx) / r
    slope = np.gradient(hill, axis=1)
    angle = np.where(sky, np.arctan2(vy, vx), np.where(water, 0.06 * np.sin(x / 40 + y / 18), np.arctan(slope) + 0.35 * np.sin(x / 30 + y / 25)))
    # colours: deep ultramarine to turquoise with bands, warm halos
    band = clouds(x / 160 + vy * 0.25, y / 70, 5)
    rgb = ramp(band * 0.75 + 0.3 * y / 430, [(0.2, '#0b1a4a'), (0.4, '#17378a'), (0.55, '#2b62b4'), (0.68, '#4f93c4'), (0.82, '#9cc6c4')])
    for cx, cy, r, _ in EYES:
        d = np.hypot(x - cx, y - cy) / r
        ring = np.exp(-(d**2) / 0.9) + 0.35 * np.exp(-(((d - 1.25) / 0.2) ** 2))
        if (cx, cy) == (470, 215):
            rgb = blend(rgb, colour('#b9dbd8'), np.clip(0.75 * ring, 0, 0.8))
        else:
            rgb = blend(rgb, colour('#f0c23c'), np.clip(ring, 0, 1))
            rgb = blend(rgb, colour('#fff3b8'), step(0.55, 0.25, d))
    moon = step(1.02, 0.96, np.hypot(x - 690, y - 120) / 40) * step(0.78, 0.84, np.hypot(x - 706, y - 110) / 40)
    rgb = blend(rgb, colour('#f6a821'), moon)
    land = ramp(clouds(x / 60, y / 30, 9), [(0.25, '#0c1d2e'), (0.5, '#1c4348'), (0.75, '#3a6e52')])
    far = blend(ramp(clouds(x / 90, y / 40, 11), [(0.3, '#13275e'), (0.7, '#315f96')]), land, step(0, 46, y - hill))
    rgb = np.where(sky[..., None], rgb, far)
    rgb = np.where(water[..., None], ramp(clouds(x / 120, y / 16, 21) + 0.15 * (y - shore) / 200, [(0.25, '#0a1740'), (0.5, '#173a7c'), (0.75, '#2f68a4')]), rgb)
    houses = [(330, 486, 44, 34), (384, 478, 36, 42), (430, 490, 52, 30), (500, 482, 38, 38), (560, 488, 46, 32), (626, 480, 40, 40), (270, 492, 40, 28)]
    for hx, hy, w, h in houses:
        wall = (abs(x - hx) < w / 2) & (y > hy - h / 2) & (y < hy + h / 2 + 10)
        roof = (y < hy - h / 2) & (y > hy - h / 2 - 20 + abs(x - hx) * 0.8)
        rgb[wall], rgb[roof] = colour('#23406a'), colour('#5c3550')
    tower = (abs(x - 465) < 9 - np.clip(452 - y, 0, 70) * 0.12) & (y > 384) & (y < 490)
    rgb[tower] = colour('#152a58')
    angle = np.where(tower, np.pi / 2, angle)
    lights = [(326, 488), (392, 484), (436, 492), (506, 484), (566, 490), (618, 482), (634, 490), (276, 494)]
    for lx, ly in lights:
        rgb = blend(rgb, colour('#ffc93c'), step(7, 4, np.hypot(x - lx, y - ly)))
        fall = np.exp(-(((x - lx - 5 * np.sin(y / 9 + lx)) / 9) ** 2)) * step(shore.min(), shore.min() + 14, y) * step(690, 530, y)
        rgb = blend(rgb, colour('#e8a53a'), np.clip(fall * 0.85, 0, 1))
    fall = np.exp(-(((x - 690 - 9 * np.sin(y / 11)) / 26) ** 2)) * water
    rgb = blend(rgb, colour('#f2cf6a'), fall * 0.75)
    tree = np.abs(x - 130 - 13 * np.sin(y / 34)) < np.interp(y, [60, 130, 330, 560, 720], [0, 16, 48, 82, 104]) * (0.86 + 0.14 * np.sin(y / 13 + x / 19))
    rgb = np.where(tree[..., None], ramp(clouds(x / 18, y / 60, 31), [(0.3, '#06140f'), (0.55, '#143322'), (0.75, '#42512a')]), rgb)
    angle = np.where(tree, np.pi / 2 + 0.55 * np.sin(y / 34 + x / 40), angle)

    board = Board(W, H, colour('#1a2f5e'), 11)
    rng = board.rng
    pick, turn = sampled(rgb), sampled(angle)
    for spacing, width, length in ((17, 22, 80), (10, 11, 60), (7, 6.5, 36)):
        for px, py in scatter(W + 40, H + 40, spacing, rng) - 20:
            c = pick(px, py)
            if spacing == 7 and rng.random() < 0.45:
                continue
            tint = np.clip(c * (1 + rng.normal(0, 0.09)) + rng.normal(0, 0.03, 3), 0, 1)
            path = flow_path(px, py, turn, length * rng.uniform(0.6, 1.15))
            board.stroke(path, width * rng.uniform(0.75, 1.2), tint, np.clip(tint * 1.25 + 0.03, 0, 1), dry=rng.uniform(0.15, 0.5), body=1.0)
    for cx, cy, r, sign in EYES:  # rings of thick light paint
        for k in range(int(r * 1.5)):
            a, q = rng.random() * 6.283, r * rng.uniform(0.1, 1.25)
            arc = a + sign * np.linspace(0, min(1.5, 26 / (q + 6)), 7)
            path = np.stack([cx + q * np.cos(arc), cy + q * np.sin(arc)], 1)
            light = colour('#fff2b0', '#f7c948', '#e9e2b0', '#f0a830')[rng.integers(4)] if (cx, cy) != (470, 215) else colour('#d8ecec', '#8fc0d8', '#f2f4e0', '#4f8fc8')[rng.integers(4)]
            board.stroke(path, 7.5, light, dry=0.3, body=1.6, opacity=0.95 if q < r else 0.6)
    return board.lit(0.55)
