# "Rose window": stained glass. Scale of a mark: panes of 30 to 120 px between leads of 7 px. Each pane is one hue,
# streaked and seeded like drawn glass, brighter where the sun stands behind; leads are round and catch a little light.
import numpy as np

from easel import blend, blur, clouds, colour, noise, pixels, ramp, step

W, H = 816, 816
C = 408.0


def paint():
    x, y = pixels(W, H)
    u, v = x - C, y - C
    r, a = np.hypot(u, v), (np.arctan2(v, u) + np.pi * 2) % (np.pi * 2)
    ids = np.zeros((H, W), int)
    kinds = np.zeros((H, W), int)  # which set of colours a pane takes its hue from
    panes = [0]

    def cut(where, cell, kind):
        """Within `where`, pixels of the same cell number make one pane."""
        nonlocal ids, kinds
        ids = np.where(where, panes[0] + cell.astype(int) + 1, ids)
        kinds = np.where(where, kind, kinds)
        panes[0] += int(cell.max()) + 2

    sector = lambda n, turn=0.0: np.floor(((a + turn) % (2 * np.pi)) / (2 * np.pi) * n)
    within = lambda n, turn=0.0: (((a + turn) % (2 * np.pi)) / (2 * np.pi) * n) % 1 - 0.5  # place across a sector
    lattice = np.floor((x + y + 30 * np.sin(y / 70)) / 66) * 40 + np.floor((x - y + 30 * np.sin(x / 70)) / 66) + 30
    cut(r >= 0, lattice, 0)
    cut(r < 388, sector(32) * 2 + (np.abs(within(32)) < 0), 8)
    cut(r < 352, sector(16, np.pi / 16), 1)
    bow = 338 - 60 * np.abs(within(16, np.pi / 16)) ** 2 * 4
    cut(r < bow, sector(16, np.pi / 16) * 3 + np.where(np.abs(within(16, np.pi / 16)) < 0.17, 1, np.where(within(16, np.pi / 16) < 0, 0, 2)), 2)
    for k in range(16):  # medallions in the lancets
        t = (k + 0.5) / 16 * 2 * np.pi - np.pi / 16
        q = np.hypot(u - 290 * np.cos(t), v - 290 * np.sin(t))
        w = (np.arctan2(v - 290 * np.sin(t), u - 290 * np.cos(t)) - t) % (2 * np.pi)
        cut(q < 34, np.floor(w / (np.pi / 2)), 3)
        cut(q < 15, 0 * q, 4)
    cut(r < 236, sector(24), 5)
    cut(r < 212, sector(8) * 2 + (within(8) < 0), 1)
    petal = np.abs(within(8)) * 2 < np.sqrt(np.clip(np.sin(np.clip((r - 40) / 168, 0, 1) * np.pi), 0, 1)) * 0.92
    cut(petal & (r < 208), sector(8) * 6 + (within(8) < 0) * 3 + np.clip(np.floor((r - 46) / 56), 0, 2), 6)
    cut(petal & (r > 98) & (r < 176) & (np.abs(within(8)) < 0.2 * np.sin(np.clip((r - 98) / 78, 0, 1) * np.pi) + 0.01), sector(8), 4)
    cut(r < 66, sector(8, np.pi / 8), 7)
    cut(r < 34, 0 * r, 4)
    for sx in (-1, 1):  # a leafy branch and a rose in each corner
        for sy in (-1, 1):
            p, q = u * sx - 322, v * sy - 322
            d, t = np.hypot(p, q), np.arctan2(q, p) % (2 * np.pi)
            cut((d < 64) & (r > 392), np.floor(t / (2 * np.pi) * 6), 9)
            cut((d < 40) & (r > 392), np.floor((t + 0.5) % (2 * np.pi) / (2 * np.pi) * 5), 6)
            cut((d < 17) & (r > 392), 0 * d, 4)

    sets = {
        0: ['#123a8c', '#1a4fa8', '#0f2f74', '#2a68b8', '#1b3f96', '#3a3f94'], 1: ['#0f7a5a', '#1a8f6a', '#0f5f6a'], 2: ['#1f48b4', '#c81f34', '#1f48b4', '#2a5fcc', '#8c1f74', '#2a5fcc'],
        3: ['#f2b21a', '#e8861a', '#f6cf3a'], 4: ['#fff0b4', '#ffe07a'], 5: ['#e8a01a', '#c81f34', '#e8a01a', '#1a4fa8'], 6: ['#d81f3a', '#e83f3f', '#b0163f', '#f06a4a'],
        7: ['#6a2a9a', '#2a5fcc', '#8a3ab4'], 8: ['#c8182f', '#e0a81f'], 9: ['#1f8a4a', '#5fae3a', '#0f6f5a'],
    }
    rng = np.random.default_rng(2)
    rgb = np.zeros((H, W, 3))
    top = ids.max() + 1
    kind_of = np.zeros(top, int)
    kind_of[ids.ravel()] = kinds.ravel()
    hue = np.zeros((top, 3))
    for i in range(top):
        choices = sets[kind_of[i]]
        pick = i % len(choices) if kind_of[i] in (2, 5, 8) else rng.integers(len(choices))
        hue[i] = np.clip(colour(choices[pick]) * rng.uniform(0.82, 1.18) + rng.normal(0, 0.015, 3), 0, 1)
    turn, offset = rng.uniform(0, np.pi, top), rng.uniform(0, 50, top)
    t, o = turn[ids], offset[ids]
    along, across = x * np.cos(t) + y * np.sin(t) + o, -x * np.sin(t) + y * np.cos(t) + o
    streak = clouds(along / 90, across / 11, 5, 3)
    seeds = step(0.8, 0.9, noise(along / 7, across / 3.5, 8))
    sun = 0.68 + 0.75 * np.exp(-(((x - 330) / 330) ** 2) - (((y - 300) / 320) ** 2))
    rgb = hue[ids] * (0.68 + 0.62 * streak + 0.22 * seeds)[..., None] * sun[..., None]
    rgb = blend(rgb, np.ones(3) * 0.96, 0.22 * step(0.6, 0.85, streak) * (sun - 0.6))
    # leads: where a neighbour belongs to another pane
    edge = np.zeros((H, W))
    edge[:, 1:] += ids[:, 1:] != ids[:, :-1]
    edge[1:] += ids[1:] != ids[:-1]
    ring = np.zeros((H, W))
    for q, wide in ((388, 8), (352, 4), (236, 4), (66, 2), (396, 4)):
        ring = np.maximum(ring, step(wide + 1, wide - 1, np.abs(r - q)))
    soft = blur(np.minimum(edge, 1), 2.3)
    lead = np.maximum(step(0.055, 0.095, soft), ring)
    border = step(C - 20, C - 18, np.maximum(np.abs(u), np.abs(v)))
    lead = np.maximum(lead, border)
    rgb = rgb * (1 - 0.55 * step(0.005, 0.08, blur(np.minimum(edge, 1), 5)))[..., None]
    height = blur(lead, 1.6)
    gy, gx = np.gradient(height)
    metal = np.clip(0.09 + 0.55 * (-gx - gy) + 0.05 * noise(x / 5, y / 5, 3), 0.02, 0.5)[..., None] * colour('#8f98a8')
    return np.clip(rgb * (1 - lead[..., None]) + metal * lead[..., None], 0, 1)
