"""Ways to a style without optimising the field, judged on one picture: what docs/instant-styles.md compares.

The content is colour-transferred first. Then, each with the small network alone:
  pasted    windowed patches of the style at the places of the nearest features, overlapping
  inverted  the picture whose features are the nearest style features, by 60 Adam steps: what a perfect decoder gives
  strokes   1, 2, 4 and 8 steps down the gradient of the losses, each of the same root mean square
  optimised 70 Adam steps on the losses: as far as a picture goes
Prints the NNFM distance (relu3_1..3_3 as one, ARF) under the small network and under VGG-19, and saves the pictures.
  python3 instant.py --teacher vgg19.json --content a.jpg --style b.jpg --size 108x192 --out sheet.png
"""
import argparse
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from judge import read
from losses import NNFM_LAYERS, colour_transfer, total_variation, unit
from nets import load_student, load_teacher

MAX_COLUMNS = 4096


def features(net, x):
    """[C, H / 4, W / 4] of all NNFM layers, one after another."""
    f = net(x[None], '3_3')
    return torch.cat([f[n][0] for n in NNFM_LAYERS])


def columns(net, style):
    """[C, J] of the style, at most MAX_COLUMNS of them, and which they are."""
    f = features(net, style).flatten(1)
    chosen = torch.linspace(0, f.shape[1] - 1, min(MAX_COLUMNS, f.shape[1])).long()
    return f[:, chosen], chosen


def nearest(queries, bank):
    """Index of the nearest column of each query, and the cosines."""
    cosine, index = (unit(queries.flatten(1)[None])[0].T @ unit(bank[None])[0]).max(1)
    return index, cosine


@torch.no_grad()
def distance(net, x, style):
    return float((1 - nearest(features(net, x), columns(net, style)[0])[1]).mean())


def loss_of(net, x, bank, kept):
    """NNFM + .1 content + 1 TV, as in the engine."""
    f = features(net, x)
    u, b = unit(f.flatten(1)[None])[0], unit(bank[None])[0]
    with torch.no_grad():
        index = (u.T @ b).argmax(1)
    content = ((f - kept) ** 2).mean() / (kept ** 2).mean()
    return (1 - (u * b[:, index]).sum(0)).mean() + 0.1 * content + total_variation(x[None]).sum()


def descend(start, loss, steps):
    x = start.clone().requires_grad_(True)
    adam = torch.optim.Adam([x], lr=0.02)
    for _ in range(steps):
        adam.zero_grad()
        loss(x).backward()
        adam.step()
        with torch.no_grad():
            x.clamp_(0, 1)
    return x.detach()


@torch.no_grad()
def pasted(net, x, style, patch):
    bank, chosen = columns(net, style)
    height, width = style.shape[1:]
    rows, cols = 4 * (chosen // (width // 4)) + 2, 4 * (chosen % (width // 4)) + 2
    r = patch // 2
    inside = ((rows >= r) & (rows <= height - r) & (cols >= r) & (cols <= width - r)).nonzero()[:, 0]
    index = inside[nearest(features(net, x), bank[:, inside])[0]]
    window = torch.hann_window(patch + 2, periodic=False)[1:-1]
    window = window[:, None] * window + 1e-4
    sums = torch.zeros(3, x.shape[1] + 2 * patch, x.shape[2] + 2 * patch)
    weights = torch.zeros(1, *sums.shape[1:])
    for k, j in enumerate(index):
        y, z = 4 * (k // (x.shape[2] // 4)) + 2 - r + patch, 4 * (k % (x.shape[2] // 4)) + 2 - r + patch
        sy, sz = int(rows[j]) - r, int(cols[j]) - r
        sums[:, y:y + patch, z:z + patch] += window * style[:, sy:sy + patch, sz:sz + patch]
        weights[:, y:y + patch, z:z + patch] += window
    return (sums / weights.clamp_min(1e-6))[:, patch:-patch, patch:-patch]


def inverted(net, start, style, steps=60):
    with torch.no_grad():
        bank, f = columns(net, style)[0], features(net, start)
        wanted = bank[:, nearest(f, bank)[0]].reshape(f.shape)
    power = (wanted ** 2).mean()
    return descend(
        start, lambda x: ((features(net, x) - wanted) ** 2).mean() / power + 0.1 * total_variation(x[None]).sum(), steps)


def strokes(net, start, style, count, rate=0.02, momentum=0.6):
    with torch.no_grad():
        bank, kept = columns(net, style)[0], features(net, start)
    x, velocity = start, 0
    for _ in range(count):
        x = x.clone().requires_grad_(True)
        gradient, = torch.autograd.grad(loss_of(net, x, bank, kept), x)
        velocity = momentum * velocity + gradient / (gradient.pow(2).mean().sqrt() + 1e-12)
        x = (x.detach() - rate * velocity.clamp(-3, 3)).clamp(0, 1)
    return x


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    shipped = Path(__file__).resolve().parents[2] / 'assets/weights/small.json'
    p.add_argument('--teacher', required=True, help='VGG-19 manifest .json')
    p.add_argument('--student', default=str(shipped))
    p.add_argument('--content', required=True)
    p.add_argument('--style', required=True)
    p.add_argument('--size', default='192x192')
    p.add_argument('--style-size', type=int, default=384, help='long side of the style')
    p.add_argument('--steps', type=int, default=70, help='of the optimised picture')
    p.add_argument('--out')
    p.add_argument('--threads', type=int, default=2)
    a = p.parse_args()
    torch.set_num_threads(a.threads)
    judge, net = load_teacher(a.teacher), load_student(a.student)
    style = read(a.style, longest=a.style_size)
    start = colour_transfer(read(a.content, tuple(int(v) for v in a.size.split('x'))), style)
    with torch.no_grad():
        bank, kept = columns(net, style)[0], features(net, start)
    ways = {'start': lambda: start}
    for patch in (8, 16, 24):
        ways[f'pasted {patch}'] = lambda patch=patch: pasted(net, start, style, patch)
    ways['inverted'] = lambda: inverted(net, start, style)
    for count in (1, 2, 4, 8):
        ways[f'strokes {count}'] = lambda count=count: strokes(net, start, style, count)
    ways['optimised'] = lambda: descend(start, lambda x: loss_of(net, x, bank, kept), a.steps)
    row = []
    for name, way in ways.items():
        x = way()
        row.append(x)
        print(f'{name:10s} small {distance(net, x, style):.4f}  vgg19 {distance(judge, x, style):.4f}', flush=True)
    if a.out:
        sheet = (torch.cat(row, 2).permute(1, 2, 0).numpy() * 255).round().astype(np.uint8)
        Image.fromarray(sheet).save(a.out)


if __name__ == '__main__':
    main()
