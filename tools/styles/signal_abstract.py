# "Signals": geometric abstraction in oil. Scale of a mark: discs, wedges and bars of 40 to 300 px with clean edges,
# lines of 3 to 6 px, thin scumbled grounds; warm buff field, primary hues, black accents that set the rhythm.
import numpy as np

from easel import blend, clouds, colour, curve, noise, paper, pixels, polygon, ramp, step

W, H = 896, 704


def paint():
    x, y = pixels(W, H)
    weave = 0.5 + 0.25 * np.sin(x * 2.1) + 0.25 * np.sin(y * 2.1)
    ground = ramp(clouds(x / 260, y / 260, 3, 5), [(0.25, '#e2cfa4'), (0.5, '#efe2c2'), (0.75, '#f6eedb')])
    rgb = ground
    scumble = lambda seed, cx, cy, r, tone, amount: blend(rgb, colour(tone), amount * np.exp(-(np.hypot(x - cx, y - cy) / r) ** 2) * (0.55 + 0.9 * (clouds(x / 60, y / 24, seed, 5) - 0.3)))
    rgb = scumble(4, 250, 200, 250, '#f2b89a', 0.75)
    rgb = scumble(5, 680, 480, 260, '#9ac4d4', 0.75)
    rgb = scumble(6, 700, 130, 170, '#f6dc7a', 0.75)

    def lay(cover, tone, seed, strength=1.0, second=None):
        """Oil, thinly brushed: tone drifts within the shape, with a faint grain along the brush."""
        nonlocal rgb
        grain = 0.9 + 0.16 * clouds((x + 0.6 * y) / 90, (y - 0.6 * x) / 7, seed, 3) + 0.04 * (weave - 0.5)
        tint = colour(tone) * np.ones((H, W, 1))
        if second is not None:
            tint = blend(tint, colour(second), step(0.3, 0.7, clouds(x / 130, y / 130, seed + 9) + 0.0006 * (x - y)))
        rgb = blend(rgb, np.clip(tint * grain[..., None], 0, 1), np.clip(cover, 0, 1) * strength)

    disc = lambda cx, cy, r: np.clip(r - np.hypot(x - cx, y - cy) + 0.5, 0, 1)

    def bar(ax, ay, bx, by, w, taper=1.0):
        d = np.array([bx - ax, by - ay], float)
        t = np.clip(((x - ax) * d[0] + (y - ay) * d[1]) / (d @ d), 0, 1)
        e = np.abs((x - ax) * d[1] - (y - ay) * d[0]) / np.hypot(*d)
        along = ((x - ax) * d[0] + (y - ay) * d[1]) / np.hypot(*d)
        return np.clip(w / 2 * (1 + (taper - 1) * t) - e + 0.5, 0, 1) * np.clip(along + 0.5, 0, 1) * np.clip(np.hypot(*d) - along + 0.5, 0, 1)

    arc = lambda cx, cy, r, w, low, high: np.clip(w / 2 - np.abs(np.hypot(x - cx, y - cy) - r) + 0.5, 0, 1) * ((((np.arctan2(y - cy, x - cx) - low) % (2 * np.pi)) < high - low))
    # the great circle: violet in black, a red heart, a pink halo
    halo = np.exp(-(((np.hypot(x - 250, y - 225) - 168) / 26) ** 2))
    lay(halo, '#f08a9a', 1, 0.8)
    lay(disc(250, 225, 160), '#17151d', 2)
    lay(disc(250, 225, 138), '#5a3a9a', 3, 1, '#2a4fb4')
    lay(disc(232, 240, 84), '#d8302a', 4, 1, '#a81f4a')
    lay(disc(214, 256, 38), '#f2b82a', 5)
    lay(disc(306, 160, 24), '#f3ead2', 6)
    lay(disc(306, 160, 12), '#1a7a8a', 7)
    # wedges and planes
    lay(polygon(W, H, [(120, 690), (470, 300), (560, 690)]), '#1f6a9a', 8, 0.93, '#2f9a9a')
    lay(polygon(W, H, [(120, 690), (300, 488), (360, 690)]), '#f2c22a', 9, 0.95, '#f08a2a')
    lay(polygon(W, H, [(430, 690), (640, 260), (700, 690)]), '#d83a2a', 10, 0.85, '#8a1f5a')
    lay(polygon(W, H, [(560, 470), (830, 380), (800, 470), (590, 540)]), '#f3ead2', 11, 0.9)
    checks = (np.floor((x * 0.95 - y * 0.32) / 24) + np.floor((x * 0.32 + y * 0.95) / 24)) % 2
    region = polygon(W, H, [(560, 470), (830, 380), (800, 470), (590, 540)])
    lay(region * (checks > 0.5), '#1a1a22', 12)
    grid = polygon(W, H, [(690, 70), (840, 40), (866, 190), (716, 220)])
    cell = (np.floor((x * 0.98 - y * 0.2 + 6) / 31) * 3 + np.floor((x * 0.2 + y * 0.98) / 31) * 5).astype(int) % 7
    for k, tone in enumerate(('#d8302a', '#f2c22a', '#2a5fb4', '#f3ead2', '#1f9a7a', '#1a1a22', '#f08a5a')):
        lay(grid * (cell == k), tone, 13 + k)
    # discs in scale
    for cx, cy, r, tone, core in ((742, 600, 66, '#f2a82a', '#d83a2a'), (640, 250, 52, '#2a8a9a', '#f3ead2'), (520, 140, 40, '#e8502a', '#1a1a22'), (830, 300, 30, '#5a3a9a', '#f2c22a'), (70, 470, 46, '#2a5fb4', '#f08a9a'), (440, 600, 26, '#f3ead2', '#1a1a22'), (80, 90, 28, '#f2c22a', '#d83a2a')):
        lay(np.exp(-(((np.hypot(x - cx, y - cy) - r) / 9) ** 2)), '#fff2c8', 21, 0.5)
        lay(disc(cx, cy, r), tone, 22)
        lay(disc(cx - 0.12 * r, cy + 0.1 * r, 0.5 * r), core, 23)
    # lines: long diagonals, a fan, arcs, ladders, a serpentine
    for a, b, w, taper, tone in (((30, 610), (690, 30), 7, 0.4, '#17151d'), ((380, 20), (860, 650), 5, 0.5, '#17151d'), ((60, 560), (560, 640), 11, 0.3, '#17151d'), ((470, 300), (860, 250), 4, 1, '#17151d'), ((500, 40), (660, 420), 3.5, 1, '#8a1f2a'), ((340, 420), (620, 340), 14, 0.2, '#d8302a')):
        lay(bar(*a, *b, w, taper), tone, 31)
    for k in range(9):
        t = -0.95 + 0.085 * k
        lay(bar(560, 470, 560 + 250 * np.cos(t), 470 + 250 * np.sin(t), 3.2), '#17151d', 33)
    for k in range(6):
        lay(arc(742, 600, 84 + 13 * k, 4.2, 2.6, 4.7), ('#17151d', '#2a5fb4', '#d8302a')[k % 3], 34)
    for k in range(4):
        lay(arc(250, 225, 186 + 15 * k, 5 - 0.8 * k, 5.6, 7.2), '#17151d', 35)
    for k in range(11):
        p = np.array([96 + 24 * k, 652 - 26 * k])
        lay(bar(p[0] - 16, p[1] - 13, p[0] + 16, p[1] + 13, 5), '#17151d', 36)
    snake = curve([(590, 660), (630, 620), (610, 580), (660, 560), (640, 510), (690, 500), (680, 450)], 120)
    for (px, py), (qx, qy) in zip(snake[:-1], snake[1:]):
        lay(np.clip(4.2 - np.hypot(x - px, y - py), 0, 1), '#fbf3dc', 37)
    for cx, cy, s, tone in ((410, 90, 30, '#1f9a7a'), (150, 420, 26, '#d8302a'), (800, 500, 24, '#1a1a22'), (600, 90, 18, '#2a5fb4'), (350, 250, 0, '#000000')):
        if s:
            lay(polygon(W, H, [(cx, cy - s), (cx + 0.9 * s, cy + 0.7 * s), (cx - 0.8 * s, cy + 0.5 * s)]), tone, 38)
    crack = 1 - 0.025 * step(0.75, 0.9, noise(x / 3, y / 3, 4)) + 0.02 * (paper(W, H, 3) - 0.5) + 0.016 * (weave - 0.5)
    return np.clip(rgb * crack[..., None], 0, 1)
