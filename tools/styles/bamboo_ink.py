# "Bamboo and mist": ink wash on silk-toned paper. Scale of a mark: one stroke a segment (30 x 110 px) and a leaf
# (14 x 90 px), loaded on one side, dry at the end; washes of mist between; one red seal.
import numpy as np

from easel import Board, blend, blur, clouds, colour, curve, noise, paper, pixels, ramp, step

W, H = 704, 912


def paint():
    x, y = pixels(W, H)
    tooth = paper(W, H, 3, 2.2)
    ground = colour('#e9e0c8') * (0.95 + 0.06 * tooth + 0.04 * clouds(x / 200, y / 200, 4))[..., None]
    ink = np.zeros((H, W))  # 0 = paper, 1 = full black

    def lay(cover, strength):
        nonlocal ink
        ink = 1 - (1 - ink) * (1 - np.clip(cover * strength, 0, 1))

    # far hills: each a soft top edge that dissolves downwards into mist
    for k, (base, high, seed, tone) in enumerate(((300, 120, 3, 0.16), (380, 150, 9, 0.24), (470, 110, 14, 0.34))):
        top = base - high * clouds(x / 130 + k, 0 * x, seed, 4) ** 1.3 - (60 * np.exp(-(((x - (480, 170, 560)[k]) / 90) ** 2)))
        d = y - top
        body = step(0, 5, d) * np.exp(-np.clip(d, 0, None) / (46 + 14 * k))
        rim = np.exp(-((d - 2) / 3.0) ** 2) * 0.5
        lay(body * (0.7 + 0.6 * clouds(x / 40, y / 60, 20 + k)) + rim, tone * 1.6)
        for t in np.linspace(20, W - 20, 16):  # trees as dabs on the ridge
            px = t + 14 * np.sin(t * 3 + k)
            py = top[0, int(px) % W] + 2
            lay(np.exp(-(((x - px) / 5) ** 2 + ((y - py) / (7 + 4 * np.sin(t))) ** 2)), 0.35 * tone * 2)
    sun = np.hypot(x - 500, y - 150)
    halo = step(190, 46, sun) * 0.12 * step(43, 46, sun)
    lay(halo, 1)
    lay((clouds(x / 160, y / 60, 40) - 0.45) * step(300, 700, y), 0.12)

    board = Board(W, H, np.ones(3), 9)  # strokes of ink: white board, grey paint, multiplied over the washes
    rng = board.rng

    def grey(v):
        return np.ones(3) * v

    leaves = []

    def stalk(points, width, tone, count):
        line = curve(points, 400)
        cuts = np.linspace(0, 399, count + 1) + np.concatenate([[0], rng.normal(0, 5, count - 1), [0]])
        for k in range(count):
            part = line[int(cuts[k]) + 3 : int(cuts[k + 1]) - 3 : max(1, int((cuts[k + 1] - cuts[k]) / 9))]
            if len(part) < 3:
                continue
            t = tone + rng.normal(0, 0.04)
            for pass_ in range(2):
                offset = np.array([(-0.24, 0.2)[pass_] * width, 0])
                board.stroke(part + offset, width * (0.62, 0.6)[pass_], grey(np.clip(t - 0.12 + 0.2 * pass_, 0, 1)), grey(min(1, t + 0.3)), dry=0.5 + 0.2 * pass_, body=0.0, opacity=0.9)
            a = line[int(cuts[k])]
            board.stroke(a + np.array([[-0.62 * width, -2.0], [0, 3], [0.62 * width, -2.5]]), 5, grey(0.06), dry=0.2, body=0, opacity=0.95)
            if k and tone < 0.6:
                leaves.append((a, tone))

    def leaf(at, angle, length, wide, tone):
        bend = rng.normal(0, 0.22)
        t = np.linspace(0, 1, 9)
        a = angle + bend * t
        path = np.array(at) + np.cumsum(np.stack([np.cos(a), np.sin(a)], 1) * length / 9, 0)
        # a leaf is a press and a lift: three overlapping strokes of shrinking length make the point
        for share, w in ((1.0, 0.3), (0.86, 0.62), (0.66, 1.0), (0.45, 0.8)):
            k = max(3, int(9 * share))
            board.stroke(path[:k], wide * w, grey(np.clip(tone + rng.normal(0, 0.03), 0.02, 1)), grey(min(1, tone + 0.22)), dry=0.28, body=0.0, opacity=0.93)

    stalk([(585, 930), (575, 640), (590, 320), (570, -20)], 26, 0.66, 7)
    stalk([(120, 930), (112, 600), (92, 300), (100, -20)], 20, 0.72, 8)
    stalk([(300, 930), (286, 640), (318, 330), (296, -20)], 38, 0.2, 7)
    stalk([(420, 930), (432, 700), (412, 430), (448, 120)], 24, 0.34, 8)
    for (px, py), tone in leaves:
        if py > 800:
            continue
        side = rng.choice([-1, 1])
        twig = curve([(px, py), (px + side * 34, py - 16), (px + side * 84, py + rng.normal(0, 14))], 8)
        board.stroke(twig, 4.5, grey(0.12), dry=0.4, body=0, opacity=0.9)
        for k in range(6):
            start = twig[3 + k % 5]
            a = (np.pi / 2 - side * rng.uniform(0.15, 1.15))
            leaf(start, a, rng.uniform(70, 128), rng.uniform(11, 17), 0.05 if k < 4 else 0.5)
    for cx, cy, n in ((300, 96, 9), (470, 150, 8), (90, 180, 6), (600, 250, 7)):
        for k in range(n):
            leaf((cx + rng.normal(0, 22), cy + rng.normal(0, 20)), np.pi / 2 + rng.normal(0, 0.75), rng.uniform(76, 135), rng.uniform(11, 17), 0.06 if cx in (300, 470) else 0.55)
    for k in range(60):  # grass at the foot
        gx = rng.uniform(150, 560)
        a = -np.pi / 2 + rng.normal(0, 0.4)
        t = np.linspace(0, 1, 6)[:, None]
        path = np.array([gx, 905]) + t * rng.uniform(26, 80) * np.array([np.cos(a), np.sin(a)]) + t**2 * [rng.normal(0, 18), 6]
        board.stroke(path, rng.uniform(2.5, 5), grey(rng.uniform(0.1, 0.5)), dry=0.5, body=0, opacity=0.85)
    rock = step(0, 6, y - (846 + 40 * np.abs(x - 210) / 190 + 12 * noise(x / 20, 0 * x, 5))) * (x > 30) * (x < 420)
    lay(rock * (0.3 + 0.9 * step(0.45, 0.7, clouds(x / 30, y / 12, 6))) * step(0.25, 0.6, tooth + 0.3 * clouds(x / 50, y / 50, 7)), 0.62)
    strokes = board.rgb[..., 0]
    bleed = 1 - blur(1 - strokes, 4.5) * 0.14  # the wet edge creeps into the paper
    tone = (1 - ink * (0.88 + 0.24 * (tooth - 0.5))) * np.minimum(strokes, 1) * bleed
    mist = step(0.42, 0.66, clouds(x / 210, y / 70, 50)) * np.exp(-(((y - 590) / 90) ** 2)) * 0.6
    tone = tone + (1 - tone) * mist
    rgb = ground * ramp(tone, [(0, '#17161a'), (0.35, '#55534f'), (0.7, '#a8a49a'), (1, '#ffffff')])
    u, v = x - 636, y - 806
    seal = (np.abs(u) < 25) & (np.abs(v) < 31)
    marks = (np.abs(np.abs(u) - 11) < 2.6) | (np.abs(v + 14) < 2.6) | (np.abs(v - 12) < 2.6) & (np.abs(u) < 17) | (np.abs(u) < 2.6) & (v > -4)
    rgb = blend(rgb, colour('#b5291f'), (seal & ~(marks & (np.abs(u) < 20) & (np.abs(v) < 26))) * (0.72 + 0.28 * step(0.3, 0.5, tooth)))
    return np.clip(rgb, 0, 1)
