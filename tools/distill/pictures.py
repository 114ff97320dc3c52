"""Training pictures: random crops of photographs and paintings, and textures drawn by code.

Every crop is a float tensor [3, S, S], RGB 0..1, taken at a random scale (so that brush strokes of all sizes are
met), sometimes mirrored, recoloured, blurred or made noisy: the optimiser that uses the network walks off the
manifold of clean pictures, and the network must be right there too.
"""
import math
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageDraw, ImageFilter, ImageOps

SUFFIXES = {'.jpg', '.jpeg', '.png', '.webp'}


def load_folder(folders, leave_out=(), longest=1024, limit=400):
    """All pictures under the folders, shrunk to `longest`; names that contain one of `leave_out` are skipped."""
    files = sorted(p for f in folders for p in Path(f).rglob('*') if p.suffix.lower() in SUFFIXES)
    files = [p for p in files if not any(word in str(p) for word in leave_out)]
    if len(files) > limit:
        files = [files[int(i * len(files) / limit)] for i in range(limit)]
    pictures = []
    for path in files:
        picture = Image.open(path)
        picture.draft('RGB', (longest, longest))
        picture = on_white(picture)
        picture.thumbnail((longest, longest), Image.BOX)
        if min(picture.size) >= 96:
            pictures.append(picture)
    return pictures


def on_white(picture):
    picture = ImageOps.exif_transpose(picture)
    if picture.mode in ('RGBA', 'LA', 'P'):
        picture = picture.convert('RGBA')
        ground = Image.new('RGBA', picture.size, (255, 255, 255, 255))
        picture = Image.alpha_composite(ground, picture)
    return picture.convert('RGB')


def to_tensor(picture):
    return torch.from_numpy(np.asarray(picture, np.float32) / 255).permute(2, 0, 1).contiguous()


def crop(picture, size, rng, smallest=0.6, largest=8.0):
    """A square of size * f pixels, f log-uniform, resampled to size."""
    most = min(largest, min(picture.size) / size)
    factor = math.exp(rng.uniform(math.log(min(smallest, most)), math.log(most)))
    side = size * factor
    x = rng.uniform(0, picture.width - side)
    y = rng.uniform(0, picture.height - side)
    out = picture.resize((size, size), Image.BICUBIC, box=(x, y, x + side, y + side))
    if rng.random() < 0.5:
        out = ImageOps.mirror(out)
    return out


def texture(size, rng):
    """Strokes, stripes, dots, clouds or plain noise, in a palette of a few random colours."""
    palette = rng.random((rng.integers(2, 6), 3))
    colour = lambda: tuple(int(255 * v) for v in palette[rng.integers(len(palette))])
    kind = rng.integers(5)
    if kind == 0:
        low = rng.random((int(2 ** rng.uniform(1, 6.5)),) * 2 + (3,))
        return Image.fromarray((low * 255).astype(np.uint8)).resize((size, size), Image.BICUBIC)
    big = Image.new('RGB', (2 * size, 2 * size), colour())
    draw = ImageDraw.Draw(big)
    angle, scale = rng.uniform(0, math.pi), math.exp(rng.uniform(math.log(2), math.log(30)))
    if kind == 1:
        across = (np.arange(2 * size)[:, None] * math.sin(angle) + np.arange(2 * size)[None] * math.cos(angle)) / scale
        wave = np.sin(across + 2 * rng.random() * np.sin(across.T / rng.uniform(1, 5)))
        band = (wave * 0.5 + 0.5) * (len(palette) - 1)
        low = np.floor(band).astype(int).clip(0, len(palette) - 2)
        part = (band - low)[..., None] ** rng.uniform(0.3, 3)
        big = Image.fromarray((255 * (palette[low] * (1 - part) + palette[low + 1] * part)).astype(np.uint8))
    elif kind == 2:
        for _ in range(int(4000 / scale) + 20):
            x, y = rng.uniform(0, 2 * size, 2)
            a = angle + rng.normal() * 0.3 + math.sin(x / size * 3) * math.cos(y / size * 3)
            dx, dy = scale * math.cos(a) * 2, scale * math.sin(a) * 2
            draw.line((x - dx, y - dy, x + dx, y + dy), fill=colour(), width=max(1, int(scale * rng.uniform(0.1, 0.6))))
    elif kind == 3:
        for _ in range(int(6000 / scale) + 20):
            x, y = rng.uniform(0, 2 * size, 2)
            r = scale * rng.uniform(0.1, 0.8)
            draw.ellipse((x - r, y - r, x + r, y + r), fill=colour())
    else:
        for _ in range(int(rng.integers(4, 40))):
            points = [tuple(p) for p in rng.uniform(-0.2 * size, 2.2 * size, (int(rng.integers(3, 6)), 2))]
            draw.polygon(points, fill=colour(), outline=colour() if rng.random() < 0.5 else None)
    return big.resize((size, size), Image.BOX)


def disturb(x, rng):
    """Recolours, blurs or adds noise to a tensor picture, each now and then."""
    if rng.random() < 0.3:
        turn = torch.from_numpy(np.linalg.qr(rng.normal(size=(3, 3)))[0].astype(np.float32))
        grey = x.mean(dim=(1, 2), keepdim=True)
        mix = rng.random() * 0.8
        x = (1 - mix) * x + mix * (torch.einsum('ij,jhw->ihw', turn, x - grey) + torch.rand(3, 1, 1) * 0.6 + 0.2)
    if rng.random() < 0.3:
        x = (x - x.mean()) * float(rng.uniform(0.4, 1.6)) + x.mean() + float(rng.normal() * 0.1)
    if rng.random() < 0.25:
        grain = torch.randn(3, *(s // rng.integers(1, 4) + 1 for s in x.shape[1:]))
        grain = torch.nn.functional.interpolate(grain[None], x.shape[1:], mode='bilinear', align_corners=False)[0]
        x = x + grain * float(rng.uniform(0.01, 0.15))
    return x.clamp(0, 1)


class Source:
    """Draws crops: a photograph, a painting or a texture, in given shares."""

    def __init__(self, photographs, paintings, size, seed):
        self.photographs, self.paintings, self.size = photographs, paintings, size
        self.rng = np.random.default_rng(seed)

    def draw(self, painting_share, texture_share=0.12):
        rng, roll = self.rng, self.rng.random()
        if roll < texture_share:
            picture = texture(self.size, rng)
        else:
            pool = self.paintings if rng.random() < painting_share else self.photographs
            picture = crop(pool[rng.integers(len(pool))], self.size, rng)
        if rng.random() < 0.12:
            picture = picture.filter(ImageFilter.GaussianBlur(float(rng.uniform(0.3, 2.5))))
        return disturb(to_tensor(picture), rng)
