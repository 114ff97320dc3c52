# "River in points": divided colour. Scale of a mark: round dots of about 8 px, pure hues side by side.
# Sunday light on a bank: trees, their blue-violet shade, water with sails, figures under parasols.
import numpy as np

from easel import blend, clouds, colour, pixels, polygon, ramp, scatter, step

W, H = 896, 704
PURE = colour('#f7d038', '#f2a53a', '#e8622e', '#d23a3f', '#b84a8c', '#6a4aa0', '#2e4fa8', '#2f8fc8', '#3fb3b0', '#2f9a5a', '#7fbf4a', '#d6d84a', '#fbf3dc', '#1f2f5c', '#f0b8a8', '#9cc4e4')


def scene():
    x, y = pixels(W, H)
    rgb = ramp(y / 240, [(0, '#8fc0e6'), (0.6, '#cfe2e8'), (1, '#f8ecc8')])
    far = 232 - 22 * clouds(x / 70, 0 * x, 3, 3) - 14 * np.exp(-(((x - 640) / 120) ** 2))
    rgb = np.where((y > far)[..., None], ramp(clouds(x / 30, y / 16, 5), [(0.2, '#5a7fae'), (0.6, '#86b08c'), (0.9, '#c8c88a')]), rgb)
    bank = 390 + 120 * step(100, 900, x) - 70 * step(0, 380, x) + 6 * np.sin(x / 23)
    water = (y > 252) & (y < bank + 90)
    rgb = np.where(water[..., None], ramp(clouds(x / 110, y / 13, 7) + 0.25 * (y - 252) / 250 - 0.1, [(0.15, '#dfe8e0'), (0.4, '#8fc4dc'), (0.6, '#5a9ccc'), (0.85, '#3a6fb0')]), rgb)
    for bx, by, s, tone in ((520, 300, 74, '#fbf6e4'), (690, 330, 104, '#fbeed0'), (600, 276, 38, '#f4c8a0'), (806, 290, 52, '#f8f2dc'), (430, 276, 34, '#f6e6d0')):
        rgb = blend(rgb, colour(tone), polygon(W, H, [(bx, by), (bx + 3, by - 1.3 * s), (bx + 0.55 * s, by)]))
        rgb = blend(rgb, colour('#e8c9b0'), polygon(W, H, [(bx - 3, by), (bx, by - 1.1 * s), (bx - 0.35 * s, by)]))
        rgb = blend(rgb, colour('#8c3a3a'), polygon(W, H, [(bx - 0.45 * s, by + 2), (bx + 0.6 * s, by + 2), (bx + 0.45 * s, by + 0.14 * s), (bx - 0.35 * s, by + 0.14 * s)]))
        rgb = blend(rgb, colour('#f6ead0'), polygon(W, H, [(bx - 0.2 * s, by + 0.18 * s), (bx + 0.4 * s, by + 0.18 * s), (bx + 0.1 * s, by + 1.1 * s)]) * step(0.4, 0.6, clouds(x / 30, y / 6, 4)) * 0.8)
    grass = y > bank + 60
    light = clouds(x / 140 + y / 90, y / 60, 9)
    rgb = np.where(grass[..., None], ramp(light, [(0.3, '#4f8f3a'), (0.5, '#8fbf45'), (0.75, '#dcd65a')]), rgb)
    shade = np.zeros((H, W))
    for cx, cy, w, h in ((190, 600, 260, 44), (700, 655, 190, 30), (60, 520, 150, 34)):
        shade = np.maximum(shade, step(1.1, 0.85, ((x - cx) / w) ** 2 + ((y - cy + 0.1 * (x - cx)) / h) ** 2 + 0.3 * (clouds(x / 26, y / 14, 6) - 0.5)))
    rgb = blend(rgb, ramp(clouds(x / 30, y / 20, 8), [(0.3, '#2c3f7c'), (0.6, '#3a6f6a'), (0.9, '#4f8f4a')]), shade * grass)
    for tx, ty, lean in ((120, 560, 0.05), (250, 600, -0.04), (40, 500, 0.03), (838, 560, -0.03)):
        trunk = np.abs(x - tx - lean * (ty - y) - 5 * np.sin(y / 50)) < 9 + 5 * step(ty - 60, ty, y)
        rgb = np.where((trunk & (y < ty + 4) & (y > 120))[..., None], ramp((x - tx) / 30 + 0.5, [(0.2, '#c8784a'), (0.5, '#6a4a78'), (0.9, '#2a2f66')]), rgb)
    leaves = np.zeros((H, W))
    for cx, cy, r in ((60, 80, 120), (190, 60, 130), (300, 110, 92), (120, 190, 100), (10, 220, 80), (250, 200, 60), (860, 130, 92), (800, 80, 62), (880, 240, 60)):
        leaves = np.maximum(leaves, step(1.08, 0.9, np.hypot(x - cx, (y - cy) * 1.15) / r + 0.5 * (clouds(x / 30, y / 30, 13) - 0.5)))
    sunny = clouds(x / 42, y / 36, 15) + 0.25 * np.sin(x / 60) - 0.0007 * y
    rgb = blend(rgb, ramp(sunny, [(0.25, '#1f3f6a'), (0.42, '#2a7a4a'), (0.58, '#6fb043'), (0.75, '#d8cf4a')]), leaves)
    figures = [(430, 560, 1.0, '#3a3f7c', '#e0523a'), (492, 566, 0.94, '#7a2f5c', None), (600, 520, 0.7, '#f4ead4', '#3f8fc0'), (330, 520, 0.74, '#2c3566', None), (715, 598, 1.15, '#c8443c', '#f4d04a'), (660, 474, 0.5, '#6a3f78', '#f4f0dc')]
    for fx, fy, s, coat, parasol in figures:
        rgb = blend(rgb, colour('#2a3f7c'), 0.8 * step(1, 0.8, ((x - fx + 60 * s) / (76 * s)) ** 2 + ((y - fy) / (9 * s)) ** 2))
        rgb = blend(rgb, colour(coat), polygon(W, H, [(fx - 9 * s, fy - 86 * s), (fx + 9 * s, fy - 86 * s), (fx + 13 * s, fy - 50 * s), (fx + 26 * s, fy), (fx - 22 * s, fy), (fx - 12 * s, fy - 50 * s)]))
        rgb = blend(rgb, colour('#f0c0a0'), step(11, 9, np.hypot(x - fx, y - fy + 97 * s) / s))
        rgb = blend(rgb, colour('#5a2a3a'), step(12, 10, np.hypot((x - fx) * 0.8, y - fy + 105 * s) / s) * (y < fy - 100 * s))
        if parasol:
            top = (np.hypot((x - fx - 12 * s) / 44, (y - fy + 112 * s) / 30) < s) & (y < fy - 110 * s)
            rgb = np.where(top[..., None], blend(np.ones((H, W, 3)) * colour(parasol), colour('#fbf3dc'), step(10, -20, (x - fx) / s) * 0.5), rgb)
    return rgb


def paint():
    rng = np.random.default_rng(3)
    want = scene()
    board = np.ones((H, W, 3)) * colour('#f1e7cf')
    for spacing, radius in ((7.0, 5.6), (5.6, 4.4), (7.5, 3.4)):
        points = scatter(W + 20, H + 20, spacing, rng) - 10
        column, row = np.clip(points.astype(int).T, 0, [[W - 1], [H - 1]])
        target = want[row, column]
        # a dot takes one pure hue: near the target, but each time another neighbour of it
        wander = target + rng.normal(0, 0.13, target.shape)
        distance = ((wander[:, None] - PURE[None]) ** 2 * [0.9, 1.2, 0.8]).sum(-1)
        hue = PURE[distance.argmin(1)]
        tint = 0.5 * hue + 0.5 * target + rng.normal(0, 0.025, target.shape)
        for (px, py), c, r in zip(points, tint, radius * rng.uniform(0.75, 1.15, len(points))):
            x0, y0 = max(int(px - r - 1), 0), max(int(py - r - 1), 0)
            x1, y1 = min(int(px + r + 3), W), min(int(py + r + 3), H)
            if x1 <= x0 or y1 <= y0:
                continue
            gx, gy = np.arange(x0, x1)[None] - px, np.arange(y0, y1)[:, None] - py
            d = np.sqrt(gx * gx + (gy * 1.08) ** 2)
            cover = np.clip(r - d + 0.5, 0, 1)[..., None] * 0.94
            lit = 1 + 0.07 * np.clip((-gx - gy) / r, -1, 1)[..., None]
            region = board[y0:y1, x0:x1]
            region += (c * lit - region) * cover
    return np.clip(board, 0, 1)
