# What the code-painted style pictures share: noise, shapes, a brush whose strokes have bristles and relief, and
# the last step to a file of bounded size. Everything is numpy and Pillow, seeded, so a picture is the same to the byte.
# Pixels are float RGB in [0, 1] (sRGB values, as a painter mixes), row 0 at the top; x and y are in pixels.
import io

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

LIMIT = 150_000  # bytes a picture may take


def colour(*names):
    """'#rrggbb' -> [3] (or [N, 3] for several)."""
    values = np.array([[int(n[i : i + 2], 16) / 255 for i in (1, 3, 5)] for n in names])
    return values[0] if len(names) == 1 else values


def pixels(width, height):
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    return x, y


def noise(x, y, seed=0):
    """Smooth value noise in [0, 1]; one lattice cell per unit."""
    xi, yi = np.floor(x).astype(np.int64), np.floor(y).astype(np.int64)
    fx, fy = x - xi, y - yi
    fx, fy = fx * fx * fx * (fx * (fx * 6 - 15) + 10), fy * fy * fy * (fy * (fy * 6 - 15) + 10)

    def at(i, j):
        h = (i.astype(np.uint64) * np.uint64(0x9E3779B1)) ^ (j.astype(np.uint64) * np.uint64(0x85EBCA77)) ^ np.uint64(seed * 7919 + 17)
        h = (h ^ (h >> np.uint64(15))) * np.uint64(0xD6E8FEB86659FD93)
        h = (h ^ (h >> np.uint64(32))) * np.uint64(0xD6E8FEB86659FD93)
        return (h >> np.uint64(40)).astype(np.float64) / 2**24

    top = at(xi, yi) * (1 - fx) + at(xi + 1, yi) * fx
    bottom = at(xi, yi + 1) * (1 - fx) + at(xi + 1, yi + 1) * fx
    return top * (1 - fy) + bottom * fy


def clouds(x, y, seed=0, octaves=4, gain=0.5):
    """Sum of octaves of noise, in [0, 1]."""
    total, weight, a = 0.0, 0.0, 1.0
    for k in range(octaves):
        total = total + a * noise(x * 2**k + 13.7 * k, y * 2**k - 7.1 * k, seed + k)
        weight += a
        a *= gain
    return total / weight


def step(low, high, value):
    t = np.clip((value - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def blend(under, over, amount):
    amount = np.asarray(amount)[..., None]
    return under * (1 - amount) + over * amount


def ramp(value, stops):
    """Piecewise linear colours: stops = [(at, '#rrggbb'), ...]."""
    at = [s[0] for s in stops]
    table = colour(*[s[1] for s in stops])
    return np.stack([np.interp(value, at, table[:, c]) for c in range(3)], -1)


def polygon(width, height, points, scale=3):
    """Coverage [H, W] of a polygon, antialiased."""
    image = Image.new('L', (width * scale, height * scale))
    ImageDraw.Draw(image).polygon([(float(x) * scale, float(y) * scale) for x, y in points], fill=255)
    return np.asarray(image.resize((width, height), Image.BOX), np.float64) / 255


def blur(plane, radius):
    """Gaussian of a plane [H, W] or picture [H, W, 3], by three box passes' likeness in Pillow (8 bit is too coarse)."""
    plane = np.asarray(plane, np.float64)
    size = int(3 * radius) * 2 + 1
    k = np.exp(-0.5 * ((np.arange(size) - size // 2) / radius) ** 2)
    k /= k.sum()
    for axis in (0, 1):
        moved = np.moveaxis(plane, axis, 0)
        padded = np.concatenate([moved[:1]] * (size // 2) + [moved] + [moved[-1:]] * (size // 2))
        total = np.zeros_like(moved)
        for i in range(size):
            total += k[i] * padded[i : i + len(moved)]
        plane = np.moveaxis(total, 0, axis)
    return plane


def curve(points, count):
    """Catmull-Rom through points [K, 2]."""
    p = np.asarray(points, np.float64)
    p = np.concatenate([2 * p[:1] - p[1:2], p, 2 * p[-1:] - p[-2:-1]])
    t = np.linspace(0, len(p) - 3, count)
    i = np.minimum(t.astype(int), len(p) - 4)
    f = (t - i)[:, None]
    a, b, c, d = (p[i + k] for k in range(4))
    return 0.5 * (2 * b + (c - a) * f + (2 * a - 5 * b + 4 * c - d) * f**2 + (3 * b - a - 3 * c + d) * f**3)


class Board:
    """A picture under the brush: colour, and the height of the paint, which is lit at the end."""

    def __init__(self, width, height, ground, seed):
        self.width, self.height = width, height
        self.rgb = np.ones((height, width, 3)) * ground
        self.relief = np.zeros((height, width))
        self.rng = np.random.default_rng(seed)

    def stroke(self, path, width, paint, second=None, dry=0.3, body=1.0, opacity=0.95, square=False, mask=None):
        """
        One stroke along path [K, 2] (pixels). second: a colour that some bristles carry; dry: how soon bristles run
        out; body: height of the paint; square: a knife's straight ends and side ridges instead of a tapered brush.
        """
        rng = self.rng
        half = width / 2
        low = np.floor(path.min(0) - half - 2).astype(int)
        high = np.ceil(path.max(0) + half + 3).astype(int)
        x0, y0 = max(low[0], 0), max(low[1], 0)
        x1, y1 = min(high[0], self.width), min(high[1], self.height)
        bristles = rng.random(max(4, int(width * 1.1)) + 2)
        phase = rng.random(2) * 40
        if x1 <= x0 or y1 <= y0:
            return
        px = np.arange(x0, x1)[None, :, None] + 0.0
        py = np.arange(y0, y1)[:, None, None] + 0.0
        a, d = path[:-1], np.diff(path, axis=0)
        length2 = (d * d).sum(1) + 1e-9
        ax, ay = px - a[:, 0], py - a[:, 1]
        t = np.clip((ax * d[:, 0] + ay * d[:, 1]) / length2, 0, 1)
        ex, ey = ax - t * d[:, 0], ay - t * d[:, 1]
        distance2 = ex * ex + ey * ey
        k = distance2.argmin(-1)
        rows, columns = np.indices(k.shape)
        side = np.sign(d[k, 0] * ay[rows, 0, k] - d[k, 1] * ax[0, columns, k])
        distance = np.sqrt(distance2[rows, columns, k])
        along = (k + t[rows, columns, k]) / len(d)
        total = np.sqrt(length2).sum()
        across = side * distance / half
        if square:
            over = ((along <= 0) | (along >= 1)) & (distance > 0)
            end = np.minimum(along, 1 - along) * total
            alpha = step(1.06, 0.9, np.abs(across)) * step(-0.5, 1.5, end) * ~(over & (end <= 0) & (np.abs(across) > 1))
        else:
            taper = 0.55 + 0.45 * step(0, 0.18, along) * (1 - 0.5 * step(0.7, 1.0, along))
            alpha = step(1.0, 1.0 - min(0.6, 3.0 / width), np.abs(across) / taper)
        lane = (across * 0.5 + 0.5) * (len(bristles) - 2)
        lane = np.clip(lane, 0, len(bristles) - 2.001)
        i = lane.astype(int)
        hair = bristles[i] * (1 - lane + i) + bristles[i + 1] * (lane - i)
        broken = noise(along * total / 7 + phase[0], lane * 0.9 + phase[1], 3)
        alpha = alpha * (1 - step(0.62, 0.9, dry * (0.25 + 0.9 * along) + 0.55 * broken * (0.4 + dry) + 0.25 * hair * dry)) * opacity
        if mask is not None:
            alpha = alpha * mask[y0:y1, x0:x1]
        mixed = np.ones(k.shape + (1,)) * paint
        if second is not None:
            mixed = blend(mixed, second, step(0.55, 0.85, hair) * 0.8)
        mixed = mixed * (1 + 0.16 * (hair - 0.5))[..., None]
        ridge = np.exp(-(((np.abs(across) - 0.86) / 0.16) ** 2)) * (1.2 if square else 0.7)
        thick = body * (0.45 + 0.5 * hair * (0.35 if square else 1.0) + ridge + (0.9 * step(0.85, 1.0, along) if square else 0.25 * step(0.1, 0, along)))
        region = self.rgb[y0:y1, x0:x1]
        region += (mixed - region) * alpha[..., None]
        relief = self.relief[y0:y1, x0:x1]
        relief += (0.35 * relief + thick - relief) * alpha

    def lit(self, strength=0.5, soften=0.7, gloss=0.1):
        """Colour under a light from the upper left that rakes over the relief."""
        h = blur(self.relief, soften)
        gy, gx = np.gradient(h)
        slope = -(gx * 0.7 + gy * 0.75)
        shade = 1 - strength * np.clip(-slope, 0, 1) * 0.9 + strength * np.clip(slope, 0, 1) * 0.45
        shine = gloss * step(0.35, 1.0, slope * 1.2)
        return np.clip(self.rgb * shade[..., None] + shine[..., None], 0, 1)


def flow_path(x, y, angle_of, length, steps=7):
    """Follows a field of angles (a function of x, y) both ways from (x, y)."""
    h = length / (2 * steps)
    sides = []
    for sign in (-1, 1):
        p, q, line = x, y, []
        for _ in range(steps):
            a = angle_of(p, q)
            p, q = p + sign * h * np.cos(a), q + sign * h * np.sin(a)
            line.append((p, q))
        sides.append(line)
    return np.array(sides[0][::-1] + [(x, y)] + sides[1])


def sampled(field):
    """A function of (x, y) that reads an array [H, W, ...] at the nearest pixel."""
    height, width = field.shape[:2]
    return lambda x, y: field[min(max(int(y), 0), height - 1), min(max(int(x), 0), width - 1)]


def scatter(width, height, spacing, rng):
    """Points of a jittered grid in random order."""
    x, y = np.meshgrid(np.arange(spacing / 2, width, spacing), np.arange(spacing / 2, height, spacing))
    points = np.stack([x.ravel(), y.ravel()], 1) + rng.uniform(-0.5, 0.5, (x.size, 2)) * spacing
    return points[rng.permutation(len(points))]


def paper(width, height, seed, scale=3.0):
    """Tooth of a paper: [H, W] in [0, 1]."""
    x, y = pixels(width, height)
    return 0.6 * noise(x / scale, y / scale, seed) + 0.4 * noise(x / scale * 2.3, y / scale * 2.3, seed + 1)


def save(rgb, path):
    """WebP at the best quality that fits LIMIT."""
    image = Image.fromarray((np.clip(rgb, 0, 1) * 255 + 0.5).astype(np.uint8))
    low, high, best = 30, 94, None
    while low <= high:
        quality = (low + high) // 2
        buffer = io.BytesIO()
        image.save(buffer, 'WEBP', quality=quality, method=5)
        if buffer.tell() <= LIMIT:
            best, low = (buffer.getvalue(), quality), quality + 1
        else:
            high = quality - 1
    if best is None:
        raise SystemExit(f'{path}: does not fit {LIMIT} bytes at quality 30')
    with open(path, 'wb') as f:
        f.write(best[0])
    print(f'{path}: {len(best[0])} bytes, quality {best[1]}')
