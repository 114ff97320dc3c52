# "Haystacks": soft pastel on blue-grey toned paper. Scale of a mark: open strokes of about 46 x 7 px that break on the
# tooth, so that the paper shows through everywhere; evening light, orange against violet.
import numpy as np

from easel import blend, clouds, colour, noise, paper, pixels, ramp, sampled, scatter, step

W, H = 896, 672


def scene():
    x, y = pixels(W, H)
    rgb = ramp(y / 250 + 0.3 * (clouds(x / 190, y / 36, 5) - 0.5), [(0, '#5f7fc0'), (0.35, '#a8a4d0'), (0.6, '#f0b8a0'), (0.85, '#f9cf7a'), (1, '#fbe39a')])
    angle = 0.12 * np.sin(x / 120) + 0.0 * y
    trees = 238 - 18 * step(0.4, 0.7, noise(x / 60, 0 * x, 3)) - 26 * np.exp(-(((x - 170) / 90) ** 2)) - 12 * noise(x / 18, 0 * x, 4)
    line = (y > trees) & (y < 276)
    rgb = np.where(line[..., None], ramp(clouds(x / 46, y / 22, 8), [(0.25, '#3f4a8a'), (0.5, '#4f7a94'), (0.8, '#8a6a9a')]), rgb)
    angle = np.where(line, 1.35, angle)
    field = y >= 268 + 4 * np.sin(x / 60)
    depth = np.clip((y - 268) / (H - 268), 0, 1)
    rgb = np.where(field[..., None], ramp(clouds(x / (60 + 130 * depth), y / (8 + 26 * depth), 11) * 0.8 + 0.22 * (1 - depth), [(0.2, '#7a5a9a'), (0.38, '#c8783f'), (0.55, '#e8a83f'), (0.75, '#f6d878'), (0.95, '#d8c46a')]), rgb)
    angle = np.where(field, 0.06 + 0.25 * (noise(x / 90, y / 40, 6) - 0.5) + 0.25 * (x / W - 0.5) * depth, angle)
    for cx, base, w, h in ((690, 372, 92, 92), (505, 318, 46, 46), (290, 520, 210, 235)):
        left, right = cx - w, cx + w
        half = np.interp(y, [base - h, base - 0.86 * h, base - 0.42 * h, base - 0.36 * h, base], [2, 0.16 * w, 0.98 * w, 0.9 * w, 0.78 * w])
        inside = (np.abs(x - cx) < half + 4 * np.sin(y / 9)) & (y > base - h) & (y < base + 0.06 * h * (1 - ((x - cx) / w) ** 2))
        cast = (np.abs(y - base - 0.16 * (cx - x) * 0.5 - 0.03 * h) < 0.15 * h * step(-3.0 * w, -0.2 * w, x - cx) * 1.0) & (x < cx + 0.3 * w) & (x > cx - 3.0 * w)
        rgb = np.where(cast[..., None], ramp(clouds(x / 50, y / 12, 14), [(0.25, '#3f3f8a'), (0.55, '#5f5aa8'), (0.8, '#8a6aa0')]), rgb)
        side = (x - cx) / w + 0.25 * (noise(x / 24, y / 30, 7) - 0.5)
        roof = y < base - 0.4 * h
        rgb = np.where(inside[..., None], np.where(roof[..., None], ramp(side * 0.5 + 0.5, [(0.05, '#5a3f7a'), (0.35, '#a0505a'), (0.6, '#e8863a'), (0.85, '#f8c45a'), (1, '#fff0b0')]), ramp(side * 0.5 + 0.5, [(0.05, '#3a3370'), (0.4, '#7a4a70'), (0.65, '#c8603f'), (0.9, '#f0a848'), (1, '#fbe08a')])), rgb)
        angle = np.where(inside, np.where(roof, np.pi / 2 + (x - cx) / w * -0.85, np.pi / 2 + (x - cx) / w * -0.2), angle)
        rim = (np.abs(np.abs(x - cx) - half) < 0.035 * w) & (x > cx) & (y > base - h) & (y < base)
        rgb = np.where(rim[..., None], colour('#fff2b8'), rgb)
    sun = np.hypot(x - 812, y - 205)
    rgb = blend(rgb, colour('#fff2b4'), step(30, 24, sun) * ~line + 0.5 * np.exp(-((sun / 80) ** 2)) * (y < 238))
    return rgb, angle


def paint():
    rng = np.random.default_rng(4)
    want, turn = scene()
    x, y = pixels(W, H)
    tooth = paper(W, H, 5, 2.4)
    rgb = np.ones((H, W, 3)) * colour('#6f7690') * (0.92 + 0.14 * tooth)[..., None]
    pick, angle = sampled(want), sampled(turn)
    accents = colour('#f7a23a', '#f25f5c', '#6f5fc0', '#4fa0c8', '#f9e08a', '#c05f9a')
    for spacing, width, length, press in ((15, 15, 66, 0.72), (9.5, 8.5, 50, 0.62), (8, 5.5, 36, 0.5)):
        for px, py in scatter(W + 30, H + 30, spacing, rng) - 15:
            c = np.clip(pick(px, py) * (1 + rng.normal(0, 0.07)) + rng.normal(0, 0.03, 3), 0, 1)
            if spacing == 8:
                if rng.random() < 0.45:
                    continue
                if rng.random() < 0.22:
                    c = 0.55 * c + 0.45 * accents[rng.integers(6)]
            a = angle(px, py) + rng.normal(0, 0.13)
            half, wide = length * rng.uniform(0.3, 0.6), width * rng.uniform(0.7, 1.15) / 2
            reach_x, reach_y = half * abs(np.cos(a)) + wide + 2, half * abs(np.sin(a)) + wide + 2
            x0, x1 = max(int(px - reach_x), 0), min(int(px + reach_x) + 1, W)
            y0, y1 = max(int(py - reach_y), 0), min(int(py + reach_y) + 1, H)
            if x1 <= x0 or y1 <= y0:
                continue
            dx, dy = np.arange(x0, x1)[None] - px, np.arange(y0, y1)[:, None] - py
            u, v = dx * np.cos(a) + dy * np.sin(a), -dx * np.sin(a) + dy * np.cos(a)
            v = v + 0.0022 * u * u * rng.choice([-1, 1])
            edge = step(wide, wide - 2.5, np.abs(v)) * step(half, half - 5, np.abs(u))
            load = press + 0.22 * (1 - np.abs(u) / half) + rng.normal(0, 0.05)
            grip = step(1 - load - 0.14, 1 - load + 0.16, tooth[y0:y1, x0:x1] + 0.1 * (noise(v * 0.9 + px, u / 26 + py, 3) - 0.5))
            region = rgb[y0:y1, x0:x1]
            region += (c - region) * (edge * grip * 0.9)[..., None]
    return np.clip(rgb, 0, 1)
