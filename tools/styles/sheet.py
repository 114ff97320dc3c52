# Contact sheets: python3 tools/styles/sheet.py writes docs/pictures/styles.jpg (every bundled style, whole) and
# docs/pictures/scenes.jpg (six views of every bundled scene, evenly taken from its training views).
import json
import os

from PIL import Image

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..')
ASSETS, OUT = os.path.join(ROOT, 'assets'), os.path.join(ROOT, 'docs', 'pictures')


def sheet(pictures, columns, cell, path, gap=8):
    rows = -(-len(pictures) // columns)
    page = Image.new('RGB', (columns * (cell + gap) + gap, rows * (cell + gap) + gap), '#f4f1ea')
    for i, picture in enumerate(pictures):
        picture = picture.convert('RGB')
        picture.thumbnail((cell, cell), Image.LANCZOS)
        x, y = gap + (i % columns) * (cell + gap), gap + (i // columns) * (cell + gap)
        page.paste(picture, (x + (cell - picture.width) // 2, y + (cell - picture.height) // 2))
    page.save(path, quality=85)


def main():
    os.makedirs(OUT, exist_ok=True)
    styles = json.load(open(os.path.join(ASSETS, 'styles', 'index.json')))
    sheet([Image.open(os.path.join(ASSETS, 'styles', s['file'])) for s in styles], 5, 300, os.path.join(OUT, 'styles.jpg'))
    views = []
    for scene in json.load(open(os.path.join(ASSETS, 'scenes', 'index.json'))):
        files = [f for f in scene['files'] if f.startswith('train/')]
        views += [Image.open(os.path.join(ASSETS, scene['path'], files[i * len(files) // 6])) for i in range(6)]
    sheet(views, 3, 384, os.path.join(OUT, 'scenes.jpg'))


main()
