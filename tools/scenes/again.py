# Is a scene the same on every run? Renders one training view anew, from nothing (geometry, baked light, picture), and
# says by how many levels it differs: from the picture that ships, packed as it was (--shipped: minutes), from the frame of
# a finished run where its work folder is given, or from a second rendering, both small. Ends with 1 above one level.
#   python3 tools/scenes/again.py boat [--view 3] [--shipped | --work <folder>]
import argparse
import io
import os
import subprocess
import sys
import tempfile

import numpy as np
from PIL import Image

HERE = os.path.dirname(os.path.abspath(__file__))
# Bake and samples that the pictures that ship were made with.
SHIPPED = {'still-life': ['10', '12'], 'courtyard': ['6', '6'], 'boat': ['4', '6']}
QUALITY = 88


def rendered(scene, view, settings):
    """View number `view` [H, W, 3] of the scene, made in a folder that begins empty."""
    with tempfile.TemporaryDirectory() as work:
        command = ['blender', '-b', '-P', os.path.join(HERE, f'{scene}.py'), '--', '--work', work, '--look', str(view)]
        done = subprocess.run(command + settings, capture_output=True, text=True)
        path = os.path.join(work, f'look_{view:03d}.png')
        if not os.path.exists(path):
            sys.exit(f'{scene}: Blender made no picture:\n{(done.stdout + done.stderr)[-2000:]}')
        return pixels(path)


def pixels(path):
    return np.asarray(Image.open(path).convert('RGB'), int)


def packed(picture):
    """As the scene's finish() packs it, and unpacked again."""
    buffer = io.BytesIO()
    Image.fromarray(picture.astype(np.uint8)).save(buffer, 'WEBP', quality=QUALITY, method=6)
    return pixels(buffer)


def main():
    p = argparse.ArgumentParser()
    p.add_argument('scene', choices=list(SHIPPED))
    p.add_argument('--view', type=int, default=0)
    p.add_argument('--shipped', action='store_true', help='compare with the picture in assets/')
    p.add_argument('--work', help='work folder of a finished run')
    o = p.parse_args()
    bake, samples = SHIPPED[o.scene] if o.shipped or o.work else ['1', '2']
    settings = ['--bake', bake, '--samples', samples] + ([] if o.shipped or o.work else ['--side', '96'])
    now = rendered(o.scene, o.view, settings)
    if o.shipped:
        before, now = pixels(os.path.join(HERE, f'../../assets/scenes/{o.scene}/train/{o.view:03d}.webp')), packed(now)
    else:
        before = pixels(os.path.join(o.work, f'train_{o.view:03d}.png')) if o.work else rendered(o.scene, o.view, settings)
    difference = np.abs(before - now)
    print(f'{o.scene}, view {o.view}, {before.shape[1]} px: largest difference {difference.max()} of 255, {(difference > 0).mean():.2%} of values differ')
    sys.exit(int(difference.max() > 1))


main()
