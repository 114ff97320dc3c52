# "Harbour": oil laid on with a palette knife. Scale of a mark: slabs of about 70 x 26 px with ridged sides.
# A low sun, sails in vermilion, ochre and cream, their broken reflections, a violet town behind.
import numpy as np

from easel import Board, blend, clouds, colour, pixels, polygon, ramp, sampled, scatter, step

W, H = 896, 720
HORIZON = 330
BOATS = [(210, 470, 190, '#d8412a', '#f08a3c'), (430, 420, 120, '#f1e3c2', '#d9b27a'), (640, 520, 230, '#e9a52c', '#f6d27a'), (790, 405, 95, '#b83a3a', '#e47a4a'), (70, 400, 80, '#f3e8d0', '#c9d2d4'), (545, 388, 70, '#c94f2a', '#e8a060')]


def paint():
    x, y = pixels(W, H)
    rgb = ramp(y / HORIZON + 0.25 * (clouds(x / 170, y / 50, 3) - 0.5), [(0, '#3c6f9c'), (0.3, '#7fa3b4'), (0.55, '#e3b98a'), (0.8, '#f2a04e'), (1.0, '#f7cf74')])
    sun = np.hypot(x - 560, y - 262)
    rgb = blend(rgb, colour('#fff0b0'), np.exp(-((sun / 60) ** 2)))
    town = HORIZON - 26 - 40 * step(0.45, 0.75, clouds(np.floor(x / 34) * 0.9, 0 * y, 8, 2)) - 30 * np.exp(-(((x - 130) / 60) ** 2))
    rgb = np.where(((y > town) & (y <= HORIZON + 8))[..., None], ramp(clouds(np.floor(x / 17), np.floor(y / 15), 4, 1), [(0.1, '#4a3a6a'), (0.5, '#7a5a86'), (0.8, '#c98a80'), (1, '#e9b58a')]), rgb)
    deep = (y - HORIZON) / (H - HORIZON)
    sea = ramp(np.clip(deep + 0.35 * (clouds(x / 90, y / 22, 6) - 0.5), 0, 1), [(0, '#d9a878'), (0.18, '#6f9a9c'), (0.45, '#2f6f86'), (0.75, '#1c4a6a'), (1, '#14304e')])
    glitter = np.exp(-(((x - 560 - 24 * np.sin(y / 14)) / (24 + 70 * deep)) ** 2)) * step(0.35, 0.6, clouds(x / 60, y / 11, 12))
    rgb = np.where((y > HORIZON + 8)[..., None], blend(sea, colour('#ffd27a'), glitter * 0.95), rgb)
    angle = np.where(y > HORIZON + 8, 0.0, np.where(y > town, np.pi / 2, 0.5 * (clouds(x / 140, y / 140, 2) - 0.5) * 3 - 0.35))
    fine = np.zeros((H, W))
    for bx, by, size, sail, light in sorted(BOATS, key=lambda b: b[1]):
        shade = np.array([0.75, 0.68, 0.8])
        main = [(bx + 0.02 * size, by - 0.18 * size), (bx + 0.06 * size, by - 1.25 * size), (bx + 0.56 * size, by - 0.22 * size)]
        jib = [(bx - 0.03 * size, by - 0.2 * size), (bx + 0.02 * size, by - 1.12 * size), (bx - 0.42 * size, by - 0.22 * size)]
        hull = [(bx - 0.52 * size, by - 0.16 * size), (bx + 0.62 * size, by - 0.17 * size), (bx + 0.44 * size, by + 0.06 * size), (bx - 0.36 * size, by + 0.06 * size)]
        for shape, tone, turn in ((main, colour(sail), -1.1), (jib, colour(light), 1.15), (hull, colour('#2a2438'), 0.0)):
            cover = polygon(W, H, shape)
            tint = tone * (0.82 + 0.3 * clouds(x / 40, y / 40, 5, 2)[..., None])
            if shape is main:
                tint = blend(tint, tone * shade * 0.8, step(-6, 6, x - bx - size * (0.1 + 0.22 * (y - by + 1.25 * size) / size)) * 0.8)
            rgb, angle = blend(rgb, tint, cover), np.where(cover > 0.5, turn, angle)
            fine = np.maximum(fine, cover)
        for shape, tone in ((main, colour(sail)), (jib, colour(light)), (hull, colour('#221f36'))):
            mirrored = polygon(W, H, [(px + 6 * np.sin(py), 2 * by + 0.06 * size - 0.72 * (py - by) - by) for px, py in shape])
            ripple = step(0.42, 0.5, clouds(x / 70, y / 9, int(bx)))
            rgb = blend(rgb, tone * 0.8, mirrored * ripple * (y > by + 0.05 * size) * 0.85)
        band = [(bx - 0.5 * size, by - 0.13 * size), (bx + 0.6 * size, by - 0.14 * size), (bx + 0.57 * size, by - 0.085 * size), (bx - 0.46 * size, by - 0.08 * size)]
        rgb = blend(rgb, colour('#e8d3a8'), polygon(W, H, band))

    board = Board(W, H, colour('#b98a64'), 5)
    rng, pick, turn, detail = board.rng, sampled(rgb), sampled(angle), sampled(fine)
    for spacing, width, length in ((34, 44, 110), (19, 27, 68), (11, 14, 34)):
        for px, py in scatter(W + 60, H + 60, spacing, rng) - 30:
            inside = detail(px, py) > 0.5
            near_town = HORIZON - 80 < py < HORIZON + 12
            if spacing == 34 and (inside or near_town):
                continue
            if spacing == 11 and not (inside or near_town) and rng.random() < 0.72:
                continue
            c = np.clip(pick(px, py) * (1 + rng.normal(0, 0.08)) + rng.normal(0, 0.025, 3), 0, 1)
            a = turn(px, py) + rng.normal(0, 0.09 if inside or py > HORIZON else 0.22)
            reach = length * rng.uniform(0.5, 1.1) * (0.6 if inside else 1) / 2
            d = np.array([np.cos(a), np.sin(a)]) * reach
            bend = np.array([-d[1], d[0]]) * rng.normal(0, 0.05)
            p = np.array([px, py])
            other = np.clip(c * rng.uniform(0.8, 1.3), 0, 1)
            board.stroke(np.array([p - d, p + bend, p + d]), width * rng.uniform(0.7, 1.15), c, other, dry=rng.uniform(0.0, 0.3), body=1.9, square=True)
    for k in range(46):  # last touches: the sun and its glitter, thick
        if k < 12:
            a, q = rng.random() * 6.283, rng.uniform(0, 26)
            p, half, wide, c = np.array([560 + q * np.cos(a), 262 + q * np.sin(a)]), 20, 17, colour('#fff4c0', '#ffe08a', '#fff9dc')[k % 3]
        else:
            py = HORIZON + 14 + (k - 12) * 10.5
            p, half, wide, c = np.array([560 + rng.normal(0, 16 + 0.1 * (py - HORIZON)), py]), rng.uniform(10, 30), 9, colour('#ffe29a', '#ffc861', '#fff0c4')[k % 3]
        board.stroke(np.array([p - [half, 0], p + [0, rng.normal(0, 2)], p + [half, 0]]), wide, c, dry=0.15, body=2.2, square=True)
    for bx, by, size, _, _ in BOATS:  # masts, drawn with the knife's edge
        board.stroke(np.array([[bx, by - 0.1 * size], [bx + 0.02 * size, by - 0.7 * size], [bx + 0.03 * size, by - 1.32 * size]]), 3.6, colour('#3a2630'), dry=0.1, body=1.5, square=True)
    return board.lit(0.5, 0.8, 0.12)
