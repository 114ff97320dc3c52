# "Heron": a reduction linocut in four flat inks (cream, teal, ochre-red, blue-black). Scale of a mark: U-gouge cuts of
# 5 to 9 px with round ends, chatter left in the cleared ground, flat ink that is a little starved.
import numpy as np
from PIL import Image, ImageDraw

from easel import blend, blur, clouds, colour, curve, noise, paper, pixels, polygon, step

W, H = 736, 912
S = 3


class Block:
    """One block: 1 where it prints. Cuts take ink away with a round gouge."""

    def __init__(self):
        self.image = Image.new('L', (W * S, H * S), 0)
        self.draw = ImageDraw.Draw(self.image)

    def shape(self, points, value=255):
        self.draw.polygon([(float(px) * S, float(py) * S) for px, py in points], fill=value)

    def cut(self, path, width, value=0):
        """A gouge: enters fine, widens, ends round."""
        path = np.asarray(path, float)
        steps = max(8, int(np.hypot(*np.diff(path, axis=0).T).sum() / 1.2))
        line = curve(path, steps)
        half = width / 2 * np.clip(np.linspace(0.25, 2.2, steps), 0, 1)
        for (px, py), r in zip(line * S, half * S):
            self.draw.ellipse((px - r, py - r, px + r, py + r), fill=value)

    def plane(self):
        return np.asarray(self.image.resize((W, H), Image.BOX), np.float64) / 255


def paint():
    rng = np.random.default_rng(10)
    x, y = pixels(W, H)
    ring = np.linspace(0, 2 * np.pi, 120)
    circle = lambda cx, cy, r: np.stack([cx + r * np.cos(ring), cy + r * np.sin(ring)], 1)
    frame = [(36, 36), (W - 36, 36), (W - 36, H - 36), (36, H - 36)]
    # block 1: teal sky and water, cleared for the sun and its rings
    teal = Block()
    teal.shape(frame)
    for k in range(11):
        r = 118 + 30 * k
        for a in np.arange(0, 2 * np.pi, 0.26 * 118 / r + 0.05):
            b = a + rng.normal(0, 0.03)
            arc = b + np.linspace(0, 0.17 * 118 / r + 0.03, 4)
            teal.cut(np.stack([455 + r * np.cos(arc), 268 + r * np.sin(arc)], 1), 7 - 0.3 * k)
    teal.shape(circle(455, 268, 104), 0)
    for row in range(13):
        py = 628 + 20 * row
        for px in np.arange(30 + 30 * (row % 2), W - 40, 78):
            q = px + rng.normal(0, 9)
            teal.cut([(q, py), (q + 20, py - 7), (q + 42, py), (q + 60, py + 4)], 6.5)
    # block 2: the sun, ochre-red; reeds' heads
    red = Block()
    red.shape(circle(455, 268, 88))
    for a in np.arange(0, 2 * np.pi, 0.2):
        red.cut([(455 + r * np.cos(a + 0.04 * np.sin(r)), 268 + r * np.sin(a + 0.04 * np.sin(r))) for r in (58, 70, 82)], 5)
    for row in range(9):
        py, half = 640 + 24 * row, 92 - 4 * row + rng.normal(0, 12)
        red.cut([(455 - half, py), (455, py + 4 * (-1) ** row), (455 + half, py)], 8, 255)
    # block 3, the key: heron, reeds, bank, border
    key = Block()
    key.shape([(16, 16), (W - 16, 16), (W - 16, H - 16), (16, H - 16)])
    key.shape(frame, 0)
    neck_left = curve([(318, 520), (268, 440), (262, 380), (318, 330), (330, 280), (300, 246)], 60)
    neck_right = curve([(322, 212), (366, 250), (366, 320), (318, 372), (316, 430), (372, 500)], 60)
    body = np.concatenate([neck_left, curve([(300, 246), (292, 226), (300, 208), (322, 200)], 14), neck_right, curve([(372, 500), (430, 520), (500, 580), (566, 668)], 40), curve([(566, 668), (480, 664), (390, 650), (330, 600), (318, 520)], 50)])
    key.shape(body)
    key.shape([(304, 210), (160, 246), (158, 250), (300, 240)])
    key.cut([(318, 204), (370, 196), (430, 214)], 9, 255)
    key.cut([(318, 208), (380, 212), (440, 240)], 6, 255)
    for lx in (392, 432):
        key.cut([(lx, 640), (lx + 6, 720), (lx - 8, 776), (lx - 2, 850)], 12, 255)
        key.cut([(lx - 2, 846), (lx - 40, 860)], 8, 255)
        key.cut([(lx - 2, 846), (lx + 34, 862)], 8, 255)
    for k in range(9):  # wing: rows of feathers, each an outline and a rib
        for j in range(7):
            u, v = k / 8, j / 6
            px, py = 356 + 178 * u - 10 * v, 522 + 110 * u + (v - 0.3) * 92 * (1 - 0.55 * u)
            if not (0.05 < v < 0.98):
                continue
            d = np.array([np.cos(0.62 + 0.15 * v), np.sin(0.62 + 0.15 * v)])
            n = np.array([-d[1], d[0]])
            p = np.array([px, py])
            key.cut([p - n * 7, p + d * 21 - n * 5, p + d * 28, p + d * 21 + n * 5], 3.6)
            key.cut([p, p + d * 11, p + d * 19], 3.0)
    for k in range(22):  # throat
        t = k / 21
        i = int(6 + t * 48)
        a, b = neck_left[i], neck_right[59 - i]
        m = a * 0.62 + b * 0.38
        down = np.array([0.25 * np.sin(k), 1.0])
        key.cut([m, m + down * 8, m + down * 15], 4)
        m = a * 0.3 + b * 0.7
        key.cut([m + [0, 6], m + down * 8 + [0, 6], m + down * 14 + [0, 6]], 3.4)
    key.draw.ellipse([(308 * S), (213 * S), (324 * S), (227 * S)], fill=0)
    key.draw.ellipse([(313 * S), (216 * S), (321 * S), (224 * S)], fill=255)
    key.cut([(290, 230), (230, 240), (180, 247)], 3.2)
    bank = np.concatenate([curve([(36, 800), (120, 770), (220, 812), (330, 850), (520, 846), (700, 800)], 80), [(W - 36, H - 36), (36, H - 36)]])
    key.shape(bank)
    for k in range(120):
        px, py = rng.uniform(50, W - 50), rng.uniform(800, 872)
        key.cut([(px, py), (px + 10, py - 4), (px + 24, py + rng.normal(0, 4))], rng.uniform(3, 5.5))
    for base, top, lean, w in ((96, 210, 26, 15), (136, 330, -22, 13), (70, 420, -8, 12), (640, 300, -34, 14), (668, 470, 14, 12), (604, 520, 20, 12), (180, 520, 36, 11), (560, 640, -26, 10)):
        line = curve([(base, 850), (base + lean * 0.2, (850 + top) / 2), (base + lean, top)], 60)
        key.cut(line[::-6], w * 0.55, 255)
        head = curve([line[-1], line[-1] - [-lean * 0.06, 40], line[-1] - [-lean * 0.14, 84]], 12)
        key.cut([line[-1] + [0, 0], line[-1] + [lean * 0.03, -24]], 4, 255)
        key.cut([line[-1] + (line[-8] - line[-1]) * t for t in (0, 0.5, 1)], w * 1.5, 255)
        key.cut([line[-1] + (line[-8] - line[-1]) * t + [3, 0] for t in (0.1, 0.5, 0.9)], 4)
    for base, a, length, w in ((110, -1.2, 330, 20), (90, -1.95, 260, 17), (150, -0.85, 250, 17), (640, -1.95, 320, 19), (660, -1.35, 240, 17), (620, -2.3, 220, 16), (200, -1.0, 160, 13), (560, -2.0, 170, 13)):
        t = np.linspace(0, 1, 9)
        bend = a + 0.7 * np.sign(np.cos(a)) * t**2
        path = np.array([base, 846]) + np.cumsum(np.stack([np.cos(bend), np.sin(bend)], 1) * length / 9, 0)
        side = np.stack([-np.sin(bend), np.cos(bend)], 1) * (w * (1 - t) ** 0.7 / 2)[:, None]
        key.shape(np.concatenate([curve(path + side, 40), curve(path - side, 40)[::-1]]))
        key.cut(path[1:7], 3.4)
    # print: cream paper, then teal, red, key, each a little off register and starved
    tooth = paper(W, H, 7, 3)
    starve = lambda seed: 1 - 0.55 * step(0.68, 0.8, clouds(x / 4, y / 4, seed, 2)) * step(0.4, 0.7, clouds(x / 70, y / 70, seed + 5))
    rgb = np.ones((H, W, 3)) * colour('#f3ead2') * (0.97 + 0.05 * tooth[..., None])
    chatter = np.zeros((H, W))
    marks = Block()
    for k in range(260):  # ridges left in the cleared ground of the key block pick up ink
        px, py = rng.uniform(50, W - 80), rng.uniform(50, 780)
        a = np.arctan2(py - 268, px - 455) + np.pi / 2 + rng.normal(0, 0.12)
        if rng.random() < 0.5:
            marks.cut([(px, py), (px + 8 * np.cos(a), py + 8 * np.sin(a)), (px + 20 * np.cos(a), py + 20 * np.sin(a))], 2.0, 255)
    away = step(0.0, 0.4, np.hypot(x - 455, y - 268) / 260 - 0.5)
    chatter = marks.plane() * away
    sky = colour('#2f8a8a') * np.ones((H, W, 1))
    sky = blend(sky, colour('#86b89a'), step(120, 620, y) * step(700, 600, y) * 0.9)
    rgb = blend(rgb, sky, teal.plane() * starve(3) * 0.96)
    rgb = blend(rgb, colour('#d8562a'), np.roll(red.plane(), (2, 2), (0, 1)) * starve(11) * 0.97)
    rgb = blend(rgb, colour('#16233a'), np.maximum(np.roll(key.plane(), (-1, 1), (0, 1)), 0.8 * chatter) * starve(21))
    return np.clip(rgb, 0, 1)
