"""Judges a feature network by what VGG-19 says of the pictures optimised with it.

Content is colour-transferred to the style, then 70 Adam steps (lr .02) lower NNFM (relu3_1..3_3) + 1 TV + .05
content under the network; the result's NNFM distance is then read with VGG-19. share = (start - end) / (start - end
with VGG-19 itself). Also Gram retrieval: for each of many crops of paintings, is the nearest other crop by Gram
matrices one of the same painting? Prints a table and JSON, saves the pictures as one sheet per content.
"""
import argparse
import json
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from losses import colour_transfer, content, gram, nnfm, total_variation
from nets import load_student, load_teacher
from pictures import on_white, to_tensor


def read(path, size=None, longest=None):
    """A picture cropped to the shape of size (w, h) from its middle, or shrunk to `longest`."""
    picture = on_white(Image.open(path))
    if size:
        scale = max(size[0] / picture.width, size[1] / picture.height)
        w, h = size[0] / scale, size[1] / scale
        x, y = (picture.width - w) / 2, (picture.height - h) / 2
        picture = picture.resize(size, Image.LANCZOS, box=(x, y, x + w, y + h))
    if longest:
        scale = longest / max(picture.size)
        picture = picture.resize(tuple(round(v * scale) for v in picture.size), Image.LANCZOS)
    return to_tensor(picture)


def optimise(net, start, style, steps, joint=False, brain_float=True):
    """70 steps of Adam on the picture itself; returns [3, H, W]."""
    layout = torch.channels_last
    x = start[None].clone().requires_grad_(True)
    adam = torch.optim.Adam([x], lr=0.02)
    with torch.autocast('cpu', torch.bfloat16, enabled=brain_float):
        with torch.no_grad():
            style_features = net(style[None].contiguous(memory_format=layout), '3_3')
            content_features = net(start[None].contiguous(memory_format=layout), '3_3')
        for _ in range(steps):
            features = net(x, '3_3')
            loss = nnfm(features, style_features, joint=joint) + 0.05 * content(features, content_features)
            loss = loss.sum() + total_variation(x).sum()
            adam.zero_grad()
            loss.backward()
            adam.step()
            with torch.no_grad():
                x.clamp_(0, 1)
    return x.detach()[0]


@torch.no_grad()
def distance(net, x, style, joint=False):
    return float(nnfm(net(x[None], '3_3'), net(style[None], '3_3'), joint=joint))


@torch.no_grad()
def retrieval(net, folder, crops=6, size=96):
    """Share of painting crops whose nearest other crop by Gram matrices (relu1_1 .. 4_1) is of the same painting."""
    rng = np.random.default_rng(5)
    pictures, labels = [], []
    for label, path in enumerate(sorted(p for p in Path(folder).iterdir() if p.suffix in ('.jpg', '.png'))):
        picture = on_white(Image.open(path))
        picture.thumbnail((512, 512), Image.BOX)
        for _ in range(crops):
            x, y = rng.integers(0, picture.width - size + 1), rng.integers(0, picture.height - size + 1)
            pictures.append(to_tensor(picture.crop((x, y, x + size, y + size))))
            labels.append(label)
    rows = []
    for part in torch.stack(pictures).split(8):
        f = net(part)
        rows.append(torch.cat([torch.nn.functional.normalize(gram(f[n]).flatten(1), dim=1)
                               for n in ('relu1_1', 'relu2_1', 'relu3_1', 'relu4_1')], 1))
    rows, labels = torch.cat(rows), torch.tensor(labels)
    closeness = rows @ rows.T
    closeness.fill_diagonal_(-2)
    return float((labels[closeness.argmax(1)] == labels).float().mean())


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--teacher', required=True)
    p.add_argument('--student', required=True, help='checkpoint .pt or exported .json')
    p.add_argument('--content', nargs='+', required=True)
    p.add_argument('--style', nargs='+', required=True)
    p.add_argument('--size', default='176x132')
    p.add_argument('--style-size', type=int, default=176, help='long side of the style')
    p.add_argument('--steps', type=int, default=70)
    p.add_argument('--joint', action='store_true', help='match the concatenated layers, not each alone')
    p.add_argument('--retrieval', help='folder of paintings for the Gram test')
    p.add_argument('--cache', help='folder where the results of VGG-19 are kept between calls')
    p.add_argument('--out', help='folder for the pictures')
    p.add_argument('--threads', type=int, default=2)
    a = p.parse_args()
    torch.set_num_threads(a.threads)
    teacher, student = load_teacher(a.teacher), load_student(a.student)
    size = tuple(int(v) for v in a.size.split('x'))
    results = []
    for content_path in a.content:
        row = []
        for style_path in a.style:
            style = read(style_path, longest=a.style_size)
            photo = read(content_path, size)
            start = colour_transfer(photo, style)
            key = f'{Path(content_path).parent.parent.name}-{Path(content_path).stem}-{Path(style_path).stem}'
            kept = Path(a.cache or '.') / f'{key}-{a.size}-{a.style_size}-{a.steps}-{int(a.joint)}.npy'
            if a.cache and kept.exists():
                by_teacher = torch.from_numpy(np.load(kept))
            else:
                by_teacher = optimise(teacher, start, style, a.steps, a.joint)
                if a.cache:
                    kept.parent.mkdir(parents=True, exist_ok=True)
                    np.save(kept, by_teacher.numpy())
            by_student = optimise(student, start, style, a.steps, a.joint)
            d = [distance(teacher, x, style, a.joint) for x in (start, by_teacher, by_student)]
            share = (d[0] - d[2]) / (d[0] - d[1])
            results.append({'pair': key, 'start': d[0], 'teacher': d[1], 'student': d[2], 'share': share})
            print(f'{key:40s} start {d[0]:.4f}  vgg19 {d[1]:.4f}  small {d[2]:.4f}  share {share:.3f}', flush=True)
            row.append(torch.cat([start, by_teacher, by_student], 2))
        if a.out:
            Path(a.out).mkdir(parents=True, exist_ok=True)
            sheet = (torch.cat(row, 1).permute(1, 2, 0).numpy() * 255).round().astype(np.uint8)
            Image.fromarray(sheet).save(Path(a.out) / f'{Path(content_path).parent.parent.name}.png')
    print(f'mean share {np.mean([r["share"] for r in results]):.3f}')
    if a.retrieval:
        found = {n: retrieval(net, a.retrieval) for n, net in (('vgg19', teacher), ('small', student))}
        print(f'Gram retrieval: vgg19 {found["vgg19"]:.3f}  small {found["small"]:.3f}')
        results.append({'retrieval': found})
    if a.out:
        (Path(a.out) / 'judge.json').write_text(json.dumps(results, indent=1))


if __name__ == '__main__':
    main()
