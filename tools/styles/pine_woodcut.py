# "Pines": a woodcut in one black block on warm paper. Scale of a mark: gouged lines of 9 px pitch that swell with the
# light and follow each form: rays round the sun, waves, strata of the cliff, fans of needles.
import numpy as np

from easel import blend, blur, clouds, colour, noise, paper, pixels, polygon, step

W, H = 768, 896
SUN = (520, 250)


def paint():
    x, y = (p / 2 for p in pixels(W * 2, H * 2))  # cut at twice the size
    cut = np.zeros_like(x)  # 1 = paper shows
    wobble = 2.2 * (clouds(x / 40, y / 40, 1) - 0.5)
    grit = 0.16 * (noise(x / 2.2, y / 2.2, 5) - 0.5)

    def carve(where, phase, light, pitch=9.0):
        """Lines of constant phase (in px); light in [0, 1] is the share that is cut away."""
        nonlocal cut
        wave = 2 * np.abs(((phase + wobble) / pitch) % 1 - 0.5)
        broken = 0.25 * step(0.62, 0.8, noise(x / 17, y / 17, 9))
        cut = np.where(where, step(-0.06, 0.06, light - broken * (light < 0.9) - wave + grit), cut)

    r = np.hypot(x - SUN[0], y - SUN[1])
    angle = np.arctan2(y - SUN[1], x - SUN[0])
    rays = angle * 430 / np.pi + 3 * np.sin(r / 25)
    carve(np.ones_like(x, bool), rays, np.clip(0.98 - r / 520 + 0.16 * np.sin(angle * 9), 0.12, 0.93), 430 / 24)
    carve(r < 84, y, np.ones_like(x))
    carve((r > 84) & (r < 92), y, 0 * x)
    for cy, span in ((150, 190), (205, 130), (345, 230)):  # bars of cloud
        cx = 300 + cy * 0.9 % 260
        bar = np.abs(y - cy - 7 * np.sin(x / 38)) < 15 * np.sqrt(np.clip(1 - ((x - cx) / span) ** 2, 0, 1)) * (0.7 + 0.3 * np.sin(x / 17))
        carve(bar, y, 0.55 + 0.4 * np.sign(cy - y), 7)
    far = 500 - 70 * np.exp(-(((x - 650) / 120) ** 2)) - 105 * np.exp(-(((x - 360) / 150) ** 2)) - 16 * noise(x / 40, 0 * x, 3)
    ridge = np.abs(((x - 360) * 0.6) % 60 - 30) / 30
    carve((y > far) & (y < 560), y * 0.72 + np.where(np.sin(x / 26) > 0, 1, -1) * x * 0.45, 0.28 + 0.35 * step(0, 60, y - far) * ridge)
    carve((np.abs(y - far) < 2.6), y, 0 * x)
    sea = y > 552
    depth = np.maximum((y - 552) / 344, 0)
    waves = 90 * np.log(1 + depth * 6) + 5 * np.sin(x / (16 + 50 * depth) + 3 * np.sin(y / 30)) * (0.4 + depth)
    path = np.exp(-(((x - SUN[0]) / (52 + 170 * depth)) ** 2))
    carve(sea, waves, np.clip(0.2 + 0.8 * path + 0.2 * (noise(x / 60, y / 9, 8) - 0.5), 0.08, 0.95), 10.5)
    cliff = x < 300 - 0.24 * (y - 560) + 60 * np.sin(y / 80) + 34 * noise(y / 26, 0 * y, 4) - 300 * step(600, 520, y)
    carve(cliff & (y > 520), y * 0.8 + 0.55 * x + 16 * np.sin(x / 40), 0.14 + 0.5 * step(120, 300, x) * noise(x / 70, y / 26, 6) + 0.12)
    near = y > 800 + 26 * np.sin(x / 130) + 14 * noise(x / 20, 0 * x, 7)
    carve(near, x * 0.35 - y + 8 * np.sin(x / 22), 0.12 + 0.25 * noise(x / 60, y / 30, 2))

    def trunk(points, widths):
        p = np.array(points, float)
        t = np.interp(y, p[:, 1], p[:, 0])
        half = np.interp(y, p[:, 1], widths)
        inside = (np.abs(x - t) < half) & (y > p[0, 1]) & (y < p[-1, 1])
        rim = (np.abs(x - t) < half + 3) & (y > p[0, 1] - 3) & (y < p[-1, 1])
        carve(rim, y, 0 * x)
        side = (x - t) / half
        carve(inside, y * 0.5 + 16 * side**2 + 6 * np.sin(y / 19), np.clip(0.05 + 0.75 * step(-0.1, 1.0, side), 0, 0.75), 8)

    def limb(a, b, wide):
        p, q = np.array(a, float), np.array(b, float)
        d = q - p
        t = np.clip(((x - p[0]) * d[0] + (y - p[1]) * d[1]) / (d @ d), 0, 1)
        e = np.hypot(x - p[0] - t * d[0], y - p[1] - t * d[1] - 12 * np.sin(t * np.pi))
        carve(e < wide * (1.15 - 0.7 * t) + 2.5, y, 0 * x)

    def clump(cx, cy, w, h):
        """A pad of needles: dark, its upper side opened by fans of short cuts."""
        u, v = (x - cx) / w, (y - cy) / h
        edge = 1 + 0.16 * np.sin(np.arctan2(v, u) * 13 + cx) + 0.12 * (noise(x / 11, y / 11, 3) - 0.5)
        inside = (u * u + v * v < edge**2) & (v < 0.5 + 0.12 * np.sin(x / 9))
        carve((u * u + v * v < (edge + 0.09) ** 2) & (v < 0.6 + 0.12 * np.sin(x / 9)), y, 0 * x)
        cell = np.floor((x + 8 * np.sin(y / 11)) / 34)
        fan = np.arctan2(y - cy - 1.3 * h, x - (cell + 0.5) * 34) * 46
        carve(inside, fan, np.clip(0.62 - 0.75 * (v + 0.35 * np.sin(x / 13)) - 0.2 * np.abs(u), 0.0, 0.66), 8)

    trunk([(232, 120), (215, 260), (262, 400), (232, 520), (205, 640)], [7, 13, 17, 22, 34])
    for a, b, wd in (((222, 240), (120, 190), 8), ((236, 320), (390, 268), 9), ((258, 400), (110, 350), 10), ((240, 170), (320, 132), 6)):
        limb(a, b, wd)
    for c in ((232, 96, 92, 36), (108, 176, 82, 30), (330, 124, 66, 26), (410, 256, 92, 31), (302, 236, 52, 22), (92, 338, 92, 33), (180, 262, 50, 20)):
        clump(*c)
    trunk([(96, 420), (122, 520), (84, 640), (70, 720)], [6, 9, 13, 18])
    for c in ((92, 410, 80, 30), (150, 478, 60, 24), (44, 500, 60, 26)):
        clump(*c)
    boat = polygon(W * 2, H * 2, [(p * 2, q * 2) for p, q in ((560, 640), (650, 640), (632, 660), (578, 660))], 1) > 0.5
    sail = polygon(W * 2, H * 2, [(p * 2, q * 2) for p, q in ((606, 634), (606, 556), (652, 630))], 1) > 0.5
    carve(boat | (polygon(W * 2, H * 2, [(p * 2, q * 2) for p, q in ((601, 640), (601, 546), (660, 638))], 1) > 0.5), y, 0 * x)
    carve(sail, x + y, 0.8 + 0 * x, 8)

    border = (x < 20) | (x > W - 20) | (y < 20) | (y > H - 20)
    rough = 3 * (noise(x / 14, y / 14, 11) - 0.5)
    edge = (x < 27 + rough) | (x > W - 27 - rough) | (y < 27 + rough) | (y > H - 27 - rough)
    cut = np.where(border, 1, np.where(edge, 0, cut))
    ink = 1 - cut.reshape(H, 2, W, 2).mean((1, 3))
    x1, y1 = pixels(W, H)
    grain = clouds(x1 / 5 + 1.5 * np.sin(y1 / 70), y1 / 190, 21, 3)
    ink = ink * (1 - 0.22 * step(0.6, 0.78, grain) - 0.12 * (paper(W, H, 6) > 0.72))
    ground = colour('#efe2c4') * (0.97 + 0.05 * paper(W, H, 9, 5)[..., None])
    warm = blend(ground, colour('#e9a24a'), 0.55 * step(200, 60, np.hypot(x1 - SUN[0], y1 - SUN[1])) * ~((x1 < 20) | (x1 > W - 20)))
    return np.clip(blend(warm, colour('#191614'), blur(ink, 0.5)), 0, 1)
