# "The swell before the mountain": the manner of a colour woodblock print. Flat tones, a dark contour of 4 px, a
# graded sky, foam that breaks into claws, wood grain and a slight shift between blocks.
import numpy as np
from PIL import Image, ImageDraw

from easel import blend, blur, clouds, colour, curve, noise, paper, pixels, polygon, ramp, step

W, H = 960, 720
S = 3
INK = colour('#1c2a44')


def mask(draw):
    image = Image.new('L', (W * S, H * S))
    draw(ImageDraw.Draw(image))
    return np.asarray(image.resize((W, H), Image.BOX), np.float64) / 255


def lines(paths, widths):
    def draw(d):
        for path, width in zip(paths, widths):
            p = np.asarray(path) * S
            w = np.broadcast_to(width, len(p)) * S / 2
            for (x, y), r in zip(p, w):
                d.ellipse((x - r, y - r, x + r, y + r), fill=255)

    return mask(draw)


def claws(edge, normal_side, size, every, rng):
    """Foam along an edge: curling fingers, each a chain of shrinking discs; returns discs (x, y, r)."""
    discs = []
    tangent = np.gradient(edge, axis=0)
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True) + 1e-9
    normal = np.stack([tangent[:, 1], -tangent[:, 0]], 1) * normal_side
    for i in range(0, len(edge), every):
        for branch in range(2):
            a = np.arctan2(normal[i, 1], normal[i, 0]) + rng.normal(0, 0.5) + (branch - 0.5) * 0.7
            p, r = edge[i].copy(), size * rng.uniform(0.6, 1.0)
            curl = rng.choice([-1, 1]) * rng.uniform(0.12, 0.3)
            for _ in range(11):
                discs.append((p[0], p[1], r))
                p = p + np.array([np.cos(a), np.sin(a)]) * r * 0.75
                a += curl
                r *= 0.84
    return discs


def paint():
    rng = np.random.default_rng(4)
    x, y = pixels(W, H)
    rgb = ramp(np.clip(y / 470, 0, 1), [(0, '#3d5a80'), (0.12, '#6f87a0'), (0.34, '#d8cfae'), (0.7, '#efe0bb'), (1, '#e6b98a')])

    def flat(shape, tone, line=3.2):
        nonlocal rgb
        rgb = blend(rgb, tone, polygon(W, H, shape))
        if line:
            closed = np.concatenate([shape, shape[:1]])
            dense = np.concatenate([np.linspace(a, b, max(2, int(np.hypot(*(b - a))))) for a, b in zip(closed[:-1], closed[1:])])
            rgb = blend(rgb, INK, lines([dense], [line]) * 0.95)

    # sun and long clouds
    a = np.linspace(0, 2 * np.pi, 90)
    flat(np.stack([760 + 62 * np.cos(a), 150 + 62 * np.sin(a)], 1), colour('#cf4a32'), 0)
    for cx, cy, length in ((690, 208, 190), (850, 176, 150), (330, 120, 170), (480, 150, 120)):
        u = np.linspace(0, 1, 40)
        top = np.stack([cx - length / 2 + length * u, cy - 9 * np.sin(np.pi * u) ** 0.4], 1)
        flat(np.concatenate([top, (top + [0, 2 * 9])[::-1] * [1, 1] - [0, 0]]), colour('#f3ead0'), 1.6)
    # the mountain, with snow in tongues
    left = curve([(150, 470), (330, 402), (450, 290), (508, 232)], 60)
    right = curve([(556, 232), (620, 300), (740, 400), (930, 470)], 60)
    flat(np.concatenate([left, right]), colour('#4a6b8c'), 3)
    u = np.linspace(0, 1, 90)
    tongue = np.stack([436 + 204 * u, 316 + 17 * np.abs(np.sin(u * 19)) * (0.4 + noise(u * 9, 0 * u, 3)) - 26 * np.abs(2 * u - 1) ** 2], 1)
    peak = polygon(W, H, np.concatenate([left, right]))
    snow = polygon(W, H, np.concatenate([[(400, 200), (680, 200)], tongue[::-1]])) * peak
    rgb = blend(rgb, colour('#f4ecd8'), snow)
    rgb = blend(rgb, INK, lines([tongue], [2.2]) * peak)
    rgb = blend(rgb, INK, lines([np.concatenate([left, right])], [3]))
    # sea behind
    sea = np.concatenate([curve([(-10, 468), (200, 452), (420, 470), (640, 452), (970, 474)], 120), [(970, 730), (-10, 730)]])
    flat(sea, colour('#6fa0a4'), 3)
    # three swells, each: body, two inner bands, a lip of foam
    swells = [
        ([(970, 560), (820, 520), (690, 505), (590, 540), (500, 590), (380, 590), (220, 560), (100, 575), (-10, 600)], '#31618c', '#8fb4b4', 16, -1),
        ([(-10, 250), (60, 200), (150, 168), (260, 178), (340, 232), (372, 300), (352, 352), (318, 322), (268, 312), (216, 352), (196, 430), (222, 520), (300, 600), (430, 650), (600, 655), (760, 610), (880, 600), (970, 640)], '#1f4478', '#5f94b4', 25, -1),
        ([(-10, 650), (120, 612), (260, 640), (400, 690), (560, 680), (700, 640), (830, 655), (970, 700)], '#17325e', '#4a80a8', 17, -1),
    ]
    for k, (points, body, band, foam, side) in enumerate(swells):
        edge = curve(points, 420)
        if edge[0, 0] > edge[-1, 0]:
            edge = edge[::-1]
        flat(np.concatenate([edge, [(980, 740), (-20, 740)]]), colour(body), 3.4)
        inside = polygon(W, H, np.concatenate([edge, [(980, 740), (-20, 740)]]))
        for j in range(5):  # bands that follow the swell
            shift = 26 + 30 * j
            shifted = edge + np.array([(-0.35 if k == 1 else 0.1) * shift, shift])
            wave = shifted + np.stack([0 * edge[:, 0], 6 * np.sin(edge[:, 0] / 31 + j)], 1)
            width = (9.5 - 1.4 * j) * (0.35 + 0.65 * np.sin(np.linspace(0, np.pi * 3, len(wave)) + j) ** 2)
            rgb = blend(rgb, colour(band) if j % 2 == 0 else colour('#c9d8cc'), lines([wave], [width]) * inside)
        lip = edge[(edge[:, 0] > -20) & ((k != 1) | (np.arange(420) < 250))]
        discs = claws(lip, 1, foam, 9 if k == 1 else 11, rng) + [(px, py + 4, foam * 0.75) for px, py in lip[::3]]
        grow = lambda extra: mask(lambda d: [d.ellipse(((px - r - extra) * S, (py - r - extra) * S, (px + r + extra) * S, (py + r + extra) * S), fill=255) for px, py, r in discs if r > 1.6])
        rgb = blend(rgb, INK, grow(2.4))
        rgb = blend(rgb, colour('#f5eedc'), grow(0))
        rgb = blend(rgb, colour('#b4cbc9'), mask(lambda d: [d.ellipse(((px - r * 0.35) * S, (py + r * 0.1) * S, (px + r * 0.75) * S, (py + r * 0.85) * S), fill=255) for px, py, r in discs[4::7] if r > 5]))
        spray = [(px + rng.normal(0, 46), py - abs(rng.normal(0, 52)), rng.uniform(1.5, 4.2)) for px, py in lip[::6]] if k == 1 else []
        rgb = blend(rgb, colour('#f5eedc'), mask(lambda d: [d.ellipse(((px - r) * S, (py - r) * S, (px + r) * S, (py + r) * S), fill=255) for px, py, r in spray]))
        if k == 0:  # a boat rides between the swells
            hull = np.concatenate([curve([(500, 560), (560, 592), (660, 596), (760, 556), (800, 520)], 40), curve([(792, 540), (700, 574), (600, 572), (500, 560)], 30)])
            flat(hull, colour('#d9a25a'), 3)
            for bx in (590, 625, 660, 695):
                head = np.stack([bx + 9 * np.cos(a), 560 - 0.16 * (bx - 600) + 9 * np.sin(a)], 1)
                flat(head, colour('#efdcb8'), 2)
                flat(head + [0, 17] + (head - head.mean(0)) * 0.35, colour('#2c4a70'), 2)
    # a cartouche, wood grain in the flats, paper
    box = (x > 862) & (x < 910) & (y > 262) & (y < 408)
    rgb[box] = colour('#e8c07a')
    frame = box & ((x < 866) | (x > 906) | (y < 266) | (y > 404))
    rgb[frame] = INK
    for k in range(3):
        for j in range(4):
            p = np.array([876 + rng.uniform(0, 20, 2), 282 + 42 * k + rng.uniform(0, 26, 2)]).T
            rgb = blend(rgb, colour('#8c2f26'), lines([np.linspace(p[0], p[1], 24)], [3.4]))
    grain = clouds(x / 7 + 2 * np.sin(y / 60), y / 260, 40, 3)
    rgb = rgb * (0.955 + 0.075 * grain + 0.03 * (paper(W, H, 2) - 0.5))[..., None]
    return np.clip(blend(rgb, colour('#f2e3bf'), np.full((H, W), 0.06)), 0, 1)
