# "Fish": a mosaic. Scale of a mark: tesserae of 11 px set in rows that follow the outline of each form (andamento),
# dark mortar between, each stone a little off in tone and tilt, some of gold. Two fish turn about each other.
import numpy as np

from easel import blend, blur, clouds, colour, curve, noise, pixels, polygon, ramp, step

W, H = 896, 704
TILE = 11.5


def distance_to(points, x, y, chunk=12):
    """Distance of every pixel to a dense polyline given as points."""
    best = np.full(x.shape, 1e18)
    for i in range(0, len(points), chunk):
        p = points[i : i + chunk]
        best = np.minimum(best, ((x[..., None] - p[:, 0]) ** 2 + (y[..., None] - p[:, 1]) ** 2).min(-1))
    return np.sqrt(best)


def fish(cx, cy, size, turn):
    body = curve([(-1.0, 0.0), (-0.8, -0.24), (-0.4, -0.44), (0.1, -0.4), (0.5, -0.2), (0.72, -0.1)], 60)
    body = np.concatenate([body, curve([(0.72, -0.1), (0.9, -0.32), (1.18, -0.42), (1.06, -0.05), (1.2, 0.36), (0.9, 0.26), (0.72, 0.08)], 60), curve([(0.72, 0.08), (0.5, 0.2), (0.1, 0.38), (-0.4, 0.36), (-0.8, 0.2), (-1.0, 0.0)], 60)])
    bent = body + np.stack([0 * body[:, 0], -0.28 * body[:, 0] ** 2 + 0.14], 1)
    c, s = np.cos(turn), np.sin(turn)
    fin = curve([(-0.35, -0.42), (-0.1, -0.72), (0.3, -0.62), (0.36, -0.34), (0.0, -0.36), (-0.35, -0.42)], 50) + [0, 0.12]
    side = curve([(-0.42, 0.1), (-0.12, 0.06), (0.12, 0.3), (-0.16, 0.34), (-0.42, 0.1)], 40) + [0, 0.06]
    place = lambda p: p @ np.array([[c, s], [-s, c]]) * size + [cx, cy]
    return place(bent), place(fin), place(side), place(np.array([[-0.72, -0.06]]))[0], (c, s)


def paint():
    rng = np.random.default_rng(6)
    x, y = pixels(W, H)
    xs, ys = x[::2, ::2], y[::2, ::2]
    field = np.full(xs.shape, 1e9)  # distance that rows follow
    region = np.zeros(xs.shape, int)
    want = np.zeros(xs.shape + (3,))
    forms = [fish(330, 270, 235, -0.12), fish(560, 452, 225, np.pi - 0.12)]
    cover = lambda p: polygon(W, H, p)[::2, ::2] > 0.5
    away = np.full(xs.shape, 1e9)
    for body, fin, _, _, _ in forms:
        away = np.minimum(away, distance_to(np.concatenate([body, fin]), xs, ys))
    swirl = away + 10 * np.sin(xs / 60) + 6 * np.sin(ys / 45)
    want[:] = ramp((swirl / 86) % 1.0 * 0.55 + 0.5 * clouds(xs / 150, ys / 150, 3), [(0.1, '#0f4f6f'), (0.35, '#1f86a0'), (0.55, '#4fb8b8'), (0.72, '#a8dcd0'), (0.9, '#eaf2dc')])
    field[:] = swirl
    palettes = [('#8c1f1a', '#d8442a', '#f08a3a', '#f8d07a'), ('#1f2f6a', '#3f4fa8', '#7a6ab8', '#e8b8a8')]
    for k, (body, fin, side, eye, (c, s)) in enumerate(forms):
        inside, finned = cover(body), cover(fin) & ~cover(body)
        rim = distance_to(body, xs, ys)
        along = ((xs - body[:, 0].mean()) * c + (ys - body[:, 1].mean()) * s) / 230
        across = (-(xs - body[:, 0].mean()) * s + (ys - body[:, 1].mean()) * c) / 230
        scale = np.hypot((along * 9 + (np.floor(across * 13) % 2) * 0.5) % 1 - 0.5, (across * 13) % 1 - 0.5)
        tone = 0.5 - across * 0.9 + 0.22 * (scale - 0.35)
        tail = along > 0.66
        tone = np.where(tail, 0.25 + 0.5 * ((along * 9 + across * 5) % 1), tone)
        head = along < -0.5
        tone = np.where(head, 0.78 - across * 0.4, tone)
        hues = ramp(np.clip(1 - tone, 0, 1), list(zip((0.15, 0.45, 0.7, 0.95), palettes[k])))
        want = np.where(inside[..., None], hues, want)
        want = np.where((inside & (np.abs(along + 0.5) < 0.022))[..., None], colour('#f4e6b8'), want)
        field, region = np.where(inside, rim, field), np.where(inside, 1 + 4 * k, region)
        want = np.where(finned[..., None], blend(np.ones(want.shape) * colour(palettes[k][1]), colour('#f2c24a'), step(0.4, 0.6, (along * 12) % 1)), want)
        field, region = np.where(finned, along * 230 + 60 * across, field), np.where(finned, 2 + 4 * k, region)
        flank = cover(side)
        want = np.where(flank[..., None], colour('#f0b43a'), want)
        field, region = np.where(flank, distance_to(side, xs, ys), field), np.where(flank, 3 + 4 * k, region)
        d = np.hypot(xs - eye[0], ys - eye[1])
        want = np.where((d < 21)[..., None], colour('#f8f0d8'), want)
        want = np.where((d < 10)[..., None], colour('#16141c'), want)
        field, region = np.where(d < 21, d, field), np.where(d < 21, 4 + 4 * k, region)
    edge = np.minimum(np.minimum(xs, W - xs), np.minimum(ys, H - ys))
    frame = edge < 46
    want = np.where(frame[..., None], np.where(((edge < 12) | (edge > 34))[..., None], colour('#6a1f1a'), blend(np.ones(want.shape) * colour('#f0e2b8'), colour('#1f3f5a'), step(0.45, 0.55, ((xs + ys) / 70) % 1))), want)
    field, region = np.where(frame, edge, field), np.where(frame, 99, region)

    # stones: candidates row by row, set where there is still room
    gy, gx = np.gradient(blur(np.where(field > 1e8, 0, field), 1.2))
    tilt = np.arctan2(gy, gx)
    mortar = ramp(0.5 + 0.0 * x, [(0, '#2a2622'), (1, '#3a342c')]) * (0.75 + 0.4 * noise(x / 3, y / 3, 4))[..., None]
    rgb, taken = mortar, np.zeros((H, W), bool)
    row = np.floor(field / TILE)
    middle = np.abs(field / TILE - row - 0.5)
    candidates = np.argwhere(middle < 0.1)
    key = region[tuple(candidates.T)] * 1e6 + row[tuple(candidates.T)] * 1e3
    around = np.arctan2(candidates[:, 0] - 180, candidates[:, 1] - 220)
    candidates = candidates[np.lexsort((around, key))]
    rest = np.argwhere(middle < 1)[:: 7]
    candidates = np.concatenate([candidates, rest[rng.permutation(len(rest))]])
    reach = 9
    gxx, gyy = np.meshgrid(np.arange(-reach, reach + 1), np.arange(-reach, reach + 1))
    for n, (j, i) in enumerate(candidates):
        px, py = int(2 * i), int(2 * j)
        if taken[py, px] or px < reach or py < reach or px >= W - reach or py >= H - reach:
            continue
        small = n >= len(candidates) - len(rest)
        a = tilt[j, i] + rng.normal(0, 0.06)
        p = gxx * np.cos(a) + gyy * np.sin(a)
        q = -gxx * np.sin(a) + gyy * np.cos(a)
        half = (TILE - 1.6) / 2 * (0.62 if small else 1)
        hp, hq = half * rng.uniform(0.92, 1.03), half * rng.uniform(0.9, 1.12)
        shape = np.minimum(hp - np.abs(p), hq - np.abs(q))
        region_ = np.s_[py - reach : py + reach + 1, px - reach : px + reach + 1]
        body = shape > 0
        if (taken[region_] & (shape > -0.6)).sum() > (0.07 if not small else 0.04) * body.sum():
            continue
        alpha = (np.clip(shape + 0.6, 0, 1) * ~taken[region_])[..., None]
        stone = np.clip(want[j, i] * rng.uniform(0.82, 1.16) + rng.normal(0, 0.022, 3), 0, 1)
        if rng.random() < 0.05 and region[j, i] != 99:
            stone = colour('#e8c04a') * rng.uniform(0.85, 1.15)
        slope = rng.normal(0, 0.012, 2)
        bevel = 0.16 * np.exp(-np.clip(shape, 0, 9) / 1.2) * np.sign(-p * np.cos(a) + q * np.sin(a) - p * np.sin(a) - q * np.cos(a))
        tone = 1 + slope[0] * p + slope[1] * q + bevel
        rgb[region_] += (stone * tone[..., None] - rgb[region_]) * alpha
        taken[region_] |= shape > -0.7
    return np.clip(rgb * (0.97 + 0.06 * noise(x / 2.2, y / 2.2, 8))[..., None], 0, 1)
