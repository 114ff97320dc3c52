# Is a scene the same on every run? Renders one training view anew, from nothing (geometry, baked light, picture), and
# says by how many levels it differs: from the frame of a finished run where its work folder is given (then with the
# --bake and --samples of that run), else from a second rendering, both small. Ends with 1 above one level.
#   python3 tools/scenes/again.py boat [--view 3] [--work <folder> --bake 4 --samples 6]
import argparse
import os
import subprocess
import sys
import tempfile

import numpy as np
from PIL import Image

HERE = os.path.dirname(os.path.abspath(__file__))


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


def main():
    p = argparse.ArgumentParser()
    p.add_argument('scene', choices=['still-life', 'courtyard', 'boat'])
    p.add_argument('--view', type=int, default=0)
    p.add_argument('--work', help='work folder of a finished run')
    p.add_argument('--bake', default='1')
    p.add_argument('--samples', default='2')
    o = p.parse_args()
    settings = ['--bake', o.bake, '--samples', o.samples] + ([] if o.work else ['--side', '96'])
    before = pixels(os.path.join(o.work, f'train_{o.view:03d}.png')) if o.work else rendered(o.scene, o.view, settings)
    difference = np.abs(before - rendered(o.scene, o.view, settings))
    print(f'{o.scene}, view {o.view}, {before.shape[1]} px: largest difference {difference.max()} of 255, {(difference > 0).mean():.2%} of values differ')
    sys.exit(int(difference.max() > 1))


main()
