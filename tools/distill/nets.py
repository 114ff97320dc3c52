"""The two networks of the distillation: VGG-19 (teacher) and the small one (student), both to relu4_1.

Pictures are float tensors [B, 3, H, W], RGB 0..1. The teacher keeps VGG's max pooling; the student has the same
topology with fewer channels and average pooling, whose gradient reaches every pixel (max pooling gives speckle).
Convolutions are 3x3, zero padding 1, each followed by a ReLU; a 2x2 pooling stands between blocks.
"""
import hashlib
import json
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

CONVS = ['1_1', '1_2', '2_1', '2_2', '3_1', '3_2', '3_3', '3_4', '4_1']
TEACHER_WIDTHS = {'1': 64, '2': 128, '3': 256, '4': 512}
MEAN = [0.485, 0.456, 0.406]
STD = [0.229, 0.224, 0.225]
BGR_MEAN = [103.939, 116.779, 123.68]


class Net(torch.nn.Module):
    """conv1_1 .. conv4_1; forward gives {'relu1_1': [B, C, h, w], ...} up to the layer asked for."""

    def __init__(self, widths, pool):
        super().__init__()
        self.widths, self.pool = dict(widths), pool
        self.convs = torch.nn.ModuleDict()
        before = 3
        for name in CONVS:
            width = self.widths.get(name) or self.widths[name[0]]
            self.convs[name] = torch.nn.Conv2d(before, width, 3, padding=1)
            before = width

    def normalise(self, x):
        raise NotImplementedError

    def forward(self, x, last='4_1', stop_before_relu=False):
        out, block = {}, '1'
        h = self.normalise(x)
        for name in CONVS:
            if name[0] != block:
                h, block = (F.avg_pool2d(h, 2) if self.pool == 'average' else F.max_pool2d(h, 2)), name[0]
            if stop_before_relu and name == last:
                return self.convs[name](h)
            h = F.relu(self.convs[name](h))
            out['relu' + name] = h
            if name == last:
                break
        return out


class Teacher(Net):
    """VGG-19 as published: BGR 0..255 minus the mean colour, max pooling."""

    def __init__(self):
        super().__init__(TEACHER_WIDTHS, 'max')

    def normalise(self, x):
        mean = torch.tensor(BGR_MEAN, dtype=x.dtype).view(1, 3, 1, 1)
        return x.flip(1) * 255 - mean


class Student(Net):
    """The small network: ImageNet mean and deviation, average pooling."""

    def __init__(self, widths):
        super().__init__(widths, 'average')

    def normalise(self, x):
        mean = torch.tensor(MEAN, dtype=x.dtype).view(1, 3, 1, 1)
        std = torch.tensor(STD, dtype=x.dtype).view(1, 3, 1, 1)
        return (x - mean) / std


def load_teacher(path):
    """Reads a manifest .json + .bin (uint8 affine per tensor, HWIO, names blockA_convB/kernel|bias)."""
    path = Path(path)
    manifest = json.loads(path.read_text())
    raw = np.frombuffer(path.with_suffix('.bin').read_bytes(), np.uint8)
    tensors = {}
    for t in manifest['tensors']:
        u = raw[t['offset']:t['offset'] + t['length']].astype(np.float32)
        tensors[t['name']] = torch.from_numpy((u * t['scale'] + t['min']).reshape(t['shape']))
    net = Teacher()
    with torch.no_grad():
        for name in CONVS:
            a, b = name.split('_')
            net.convs[name].weight.copy_(tensors[f'block{a}_conv{b}/kernel'].permute(3, 2, 0, 1))
            net.convs[name].bias.copy_(tensors[f'block{a}_conv{b}/bias'])
    return freeze(net)


def load_student(path):
    """Reads a checkpoint of train.py (.pt) or an exported manifest (.json), whichever the name says."""
    path = Path(path)
    if path.suffix == '.json':
        return freeze(read_export(path))
    state = torch.load(path, map_location='cpu')
    net = Student(state['widths'])
    net.load_state_dict(state.get('average') or state['student'])
    return freeze(net)


def read_export(path):
    """The quantised network as the engine sees it: w = u * scale + min, per output channel or per tensor."""
    manifest = json.loads(path.read_text())
    blob = (path.parent / manifest['bin']).read_bytes()
    if hashlib.sha256(blob).hexdigest() != manifest['sha256']:
        raise ValueError(f'{path}: {manifest["bin"]} does not have the hash that the manifest names')
    tensors = {}
    for t in manifest['tensors']:
        part = blob[t['offset']:t['offset'] + t['length']]
        if t['dtype'] == 'f32':
            value = np.frombuffer(part, np.float32).reshape(t['shape']).copy()
        else:
            u = np.frombuffer(part, np.uint8).astype(np.float32).reshape(t['shape'])
            scale, low = (np.asarray(t[k], np.float32) for k in ('scale', 'min'))
            if scale.ndim:
                scale, low = (v.reshape(-1, *[1] * (u.ndim - 1)) for v in (scale, low))
            value = u * scale + low
        tensors[t['name']] = torch.from_numpy(value)
    net = Student({n: tensors[f'conv{n}.weight'].shape[0] for n in CONVS})
    with torch.no_grad():
        for name in CONVS:
            net.convs[name].weight.copy_(tensors[f'conv{name}.weight'])
            net.convs[name].bias.copy_(tensors[f'conv{name}.bias'])
    return net


def freeze(net):
    for p in net.parameters():
        p.requires_grad_(False)
    return net.eval().to(memory_format=torch.channels_last)
