"""Writes assets/weights/small.json + small.bin from a checkpoint: uint8, w = u * scale + min for each output channel.

Biases stay f32 (they are 4 KB). The range of each channel is searched, not just its extremes: cutting the farthest
weights off a little often lowers the squared error of the rest. Tensors are OIHW, 4-byte aligned, in the order of use.
"""
import argparse
import hashlib
import json
from pathlib import Path

import numpy as np

from nets import CONVS, MEAN, STD, Student, load_student, read_export

LICENCE = (
    'MIT, as the project. Distilled from VGG-19 (Karen Simonyan and Andrew Zisserman, Visual Geometry Group, '
    'University of Oxford), whose weights are CC BY 4.0: https://creativecommons.org/licenses/by/4.0/. Changed: '
    'channels selected, re-fitted and trained, quantised.'
)


def quantise(weight):
    """[O, ...] f32 -> uint8 [O, n], scale [O], min [O]."""
    rows = weight.reshape(len(weight), -1).astype(np.float64)
    codes, scales, lows = [], [], []
    for row in rows:
        best = None
        for shrink in np.linspace(0.7, 1.0, 16):
            low, high = row.min() * shrink, row.max() * shrink
            scale = float(np.float32(max((high - low) / 255, 1e-12)))
            low = float(np.float32(low))
            u = np.clip(np.round((row - low) / scale), 0, 255)
            error = ((u * scale + low - row) ** 2).sum()
            if best is None or error < best[0]:
                best = (error, u.astype(np.uint8), scale, low)
        codes.append(best[1])
        scales.append(best[2])
        lows.append(best[3])
    return np.stack(codes), scales, lows


def short(v):
    """The shortest decimal that gives the same f32."""
    return float(np.format_float_positional(np.float32(v), unique=True, trim='-', fractional=False)) if v else 0.0


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--student', required=True, help='checkpoint .pt of train.py')
    p.add_argument('--out', default=str(Path(__file__).resolve().parents[2] / 'assets/weights'))
    p.add_argument('--provenance', default='tools/distill of this project; see docs/small-network.md')
    a = p.parse_args()
    net: Student = load_student(a.student)
    blob, tensors = bytearray(), []

    def add(name, shape, dtype, data, **more):
        blob.extend(b'\0' * (-len(blob) % 4))
        where = {'offset': len(blob), 'length': len(data)}
        tensors.append({'name': name, 'shape': list(shape), 'dtype': dtype, **where, **more})
        blob.extend(data)

    for name in CONVS:
        weight = net.convs[name].weight.contiguous().numpy()
        codes, scales, lows = quantise(weight)
        add(f'conv{name}.weight', weight.shape, 'u8', codes.tobytes(),
            scale=[short(v) for v in scales], min=[short(v) for v in lows])
        bias = net.convs[name].bias.contiguous().numpy().astype('<f4')
        add(f'conv{name}.bias', bias.shape, 'f32', bias.tobytes())

    out = Path(a.out)
    out.mkdir(parents=True, exist_ok=True)
    manifest = {
        'format': 'impasto-weights', 'version': 1, 'name': 'small',
        'input': {'order': 'RGB', 'range': [0, 1], 'mean': MEAN, 'std': STD},
        'pool': 'average', 'layout': 'OIHW', 'tensors': tensors, 'bin': 'small.bin',
        'sha256': hashlib.sha256(bytes(blob)).hexdigest(), 'licence': LICENCE, 'provenance': a.provenance,
    }
    (out / 'small.bin').write_bytes(bytes(blob))
    (out / 'small.json').write_text(json.dumps(manifest) + '\n')
    back = read_export(out / 'small.json')
    for name in CONVS:
        w, q = net.convs[name].weight, back.convs[name].weight
        print(f'conv{name}: {tuple(w.shape)} relative error {float((w - q).norm() / w.norm()):.5f}')
    print(f'{len(blob)} + {(out / "small.json").stat().st_size} bytes')


if __name__ == '__main__':
    main()
