"""Prints what the exported network gives for a picture that any program can make again, for loaders to hold against.

The picture, [H, W, 3], x and y from 0: r = frac(x * .137 + y * .071), g = frac(x * y * .0131),
b = frac(y * .193 + .25), in f64, then f32.
Per layer: shape, mean, mean square, and the values at three (channel, y, x). Then the gradient of the sum of all
relu3_3 features with respect to the picture: mean square and three values.  python3 check.py small.json
"""
import argparse
import json
from pathlib import Path

import numpy as np
import torch

from nets import read_export


def picture(height, width):
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    planes = np.stack([x * 0.137 + y * 0.071, x * y * 0.0131, y * 0.193 + 0.25])
    return torch.from_numpy((planes - np.floor(planes)).astype(np.float32))


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    shipped = Path(__file__).resolve().parents[2] / 'assets/weights/small.json'
    p.add_argument('manifest', nargs='?', default=str(shipped))
    p.add_argument('--size', default='40x28', help='width x height')
    a = p.parse_args()
    width, height = (int(v) for v in a.size.split('x'))
    net = read_export(Path(a.manifest))
    x = picture(height, width)[None].requires_grad_(True)
    features = net(x)
    gradient = torch.autograd.grad(features['relu3_3'].sum(), x)[0][0]
    report = {'size': [width, height], 'layers': {}}

    def describe(t):
        c, h, w = t.shape
        at = [(0, 0, 0), (c // 2, h // 2, w // 2), (c - 1, h - 1, w - 1)]
        return {
            'shape': [c, h, w], 'mean': float(t.mean()), 'meanSquare': float((t ** 2).mean()),
            'values': [{'at': list(i), 'value': float(t[i])} for i in at],
        }

    for name, f in features.items():
        report['layers'][name] = describe(f[0].detach())
    report['gradient of sum(relu3_3)'] = describe(gradient)
    print(json.dumps(report, indent=1))


if __name__ == '__main__':
    main()
