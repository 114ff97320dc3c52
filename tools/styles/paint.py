# Paints style pictures: python3 tools/styles/paint.py [name ...]   (all when none is named; Debian's python3 with
# python3-numpy and python3-pil). Each name is a module beside this one with paint() -> RGB [H, W, 3] in [0, 1].
# Writes assets/styles/<name>.webp, of each a small square for the gallery in thumbs/, and assets/styles/index.json.
# --thumbs makes the squares anew from the pictures that are there, and paints nothing.
import importlib
import json
import os
import sys

from easel import save
from PIL import Image, ImageOps

THUMB_SIDE = 128

PICTURES = {
    'night-river': 'Night over the river',
    'harbour-knife': 'Harbour, palette knife',
    'great-swell': 'The swell before the mountain',
    'river-points': 'River in points',
    'pine-woodcut': 'Pines, woodcut',
    'lake-watercolour': 'Lake, watercolour',
    'rose-window': 'Rose window, stained glass',
    'fish-mosaic': 'Fish, mosaic',
    'guitar-facets': 'Guitar in facets',
    'bamboo-ink': 'Bamboo and mist, ink wash',
    'haystack-pastel': 'Haystacks, pastel',
    'heron-linocut': 'Heron, linocut',
    'signal-abstract': 'Signals, geometric abstraction',
}


def thumb(out, name):
    os.makedirs(os.path.join(out, 'thumbs'), exist_ok=True)
    square = ImageOps.fit(Image.open(os.path.join(out, f'{name}.webp')).convert('RGB'), (THUMB_SIDE, THUMB_SIDE), Image.LANCZOS)
    square.save(os.path.join(out, 'thumbs', f'{name}.webp'), quality=80, method=6)


def main():
    out = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'assets', 'styles')
    os.makedirs(out, exist_ok=True)
    named = [a for a in sys.argv[1:] if a != '--thumbs']
    for name in named or PICTURES:
        if name not in PICTURES:
            raise SystemExit(f'paint.py: no picture is called {name!r}; there are {", ".join(PICTURES)}')
        if '--thumbs' not in sys.argv:
            save(importlib.import_module(name.replace('-', '_')).paint(), os.path.join(out, f'{name}.webp'))
        thumb(out, name)
    there = [n for n in PICTURES if os.path.exists(os.path.join(out, f'{n}.webp'))]
    with open(os.path.join(out, 'index.json'), 'w') as f:
        rows = [json.dumps({'name': n, 'title': PICTURES[n], 'file': f'{n}.webp', 'licence': 'CC0-1.0'}) for n in there]
        f.write('[\n  ' + ',\n  '.join(rows) + '\n]\n')


main()
