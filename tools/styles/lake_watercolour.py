# "Lake": watercolour on rough paper. Scale of a mark: washes of 100 px and more with dried dark edges of 3 px,
# granulation in the tooth of the paper, blooms where wet met wet, paper left bare for the lights.
import numpy as np

from easel import blend, blur, clouds, colour, noise, paper, pixels, polygon, ramp, step

W, H = 896, 704


def paint():
    x, y = pixels(W, H)
    tooth = paper(W, H, 3, 2.6)
    rgb = np.ones((H, W, 3)) * colour('#f8f3e6') * (0.965 + 0.05 * tooth[..., None])
    warp = 16 * (clouds(x / 60, y / 60, 5, 5) - 0.5)
    warp_y = 16 * (clouds(x / 60, y / 60, 15, 5) - 0.5)

    def wash(inside, pigment, density=0.7, edge=0.35, granulation=0.3, bloom=0.35, seed=0, second=None):
        """inside: signed distance-like plane in px, > 0 within; the pigment is multiplied into what is there."""
        nonlocal rgb
        d = inside + 0.25 * warp
        cover = step(-0.8, 0.8, d)
        dried = np.exp(-(((d - 1.8) / 1.7) ** 2)) * edge
        drift = clouds(x / 120, y / 120, 40 + seed, 5)
        back = np.abs(((drift * 4 + 0.15 * clouds(x / 22, y / 22, 60 + seed)) % 1) - 0.5)
        flower = bloom * (np.exp(-((back / 0.05) ** 2)) * 0.5 + (drift - 0.5) * 1.6)
        grains = 0.6 * granulation * (step(0.62, 0.3, tooth) - 0.45)
        amount = np.clip(density * (1 + flower + grains) + dried, 0, 1.15) * cover
        tint = colour(pigment) * np.ones((H, W, 1))
        if second is not None:
            tint = blend(tint, colour(second), step(0.42, 0.62, clouds(x / 150, y / 110, 80 + seed)))
        rgb = rgb * (1 - amount[..., None] * (1 - tint))

    # sky, wet in wet, clouds left bare
    cloud = step(0.47, 0.62, clouds(x / 170 + 0.3 * y / 90 + warp / 60, y / 80, 6, 5) + 0.10 * step(260, 60, y))
    soft = (1 - cloud) * step(330, 40, y + warp * 2)
    rgb = rgb * (1 - (soft * (0.7 + 0.09 * (step(0.6, 0.3, tooth) - 0.5) + 0.5 * (clouds(x / 80, y / 60, 71) - 0.5)))[..., None] * (1 - ramp(y / 330, [(0, '#2f6fb8'), (1, '#8fc3d8')])))
    rgb = rgb * (1 - (step(0.5, 0.75, clouds(x / 190, y / 70, 8, 5)) * cloud * 0.32 * step(300, 100, y))[..., None] * (1 - colour('#8a86a8')))
    glow = np.exp(-(((x - 600) / 210) ** 2) - (((y - 262) / 60) ** 2)) * 0.62
    rgb = rgb * (1 - glow[..., None] * (1 - colour('#f6b26a')))
    # mountains from far to near
    far = 205 + 60 * np.abs((x / 260 + 0.2) % 1 - 0.5) * 2 + 24 * noise(x / 44, 0 * x, 4) + 10 * noise(x / 17, 0 * x, 5)
    shore = 372 + 4 * np.sin(x / 40)
    wash(np.minimum(y - far, shore - y) + 0 * x, '#9aa6d4', 0.62, 0.3, 0.35, 0.3, 2, '#c8a8bc')
    shade = (noise((x + 0.7 * y) / 46, y / 70, 9) - 0.48) * 60
    wash(np.minimum(np.minimum(y - far - 8, shore - 20 - y), shade), '#7f88bc', 0.45, 0.3, 0.3, 0.2, 3)
    mid = 300 - 66 * np.exp(-(((x - 130) / 170) ** 2)) - 50 * np.exp(-(((x - 810) / 150) ** 2)) + 16 * noise(x / 28, 0 * x, 6)
    wash(np.minimum(y - mid, shore - y), '#4f8a8a', 0.72, 0.35, 0.4, 0.4, 4, '#6f9a4f')
    trees = 338 - 26 * step(0.4, 0.7, noise(x / 60, 0 * x, 7)) - 20 * np.abs(np.sin(x / 8.3 + 3 * noise(x / 30, 0 * x, 8)))
    wash(np.minimum(y - trees, shore - y) + 0.4 * warp, '#2f5f4a', 0.75, 0.35, 0.35, 0.5, 5, '#7a7a2f')
    # water: broken reflections, dry brush, bare sparkle
    skip = 1 - step(0.55, 0.72, noise(x / 50, y / 4.6, 12)) * step(shore + 0, shore + 60, y) * np.exp(-(((x - 600) / 190) ** 2))
    lake = (y - shore)
    rgb = rgb * (1 - (step(0, 3, lake) * skip * np.clip(0.42 + 0.3 * lake / 300 + 0.09 * (step(0.6, 0.3, tooth) - 0.5), 0, 1))[..., None] * (1 - ramp(lake / 330, [(0, '#a8cfd4'), (0.5, '#4f9ab8'), (1, '#1f5f94')])))
    mirror = np.minimum(y - shore - 2, 60 + 40 * np.exp(-(((x - 130) / 170) ** 2)) + 34 * np.exp(-(((x - 810) / 150) ** 2)) - (y - shore) + 14 * np.sin(y / 3.6) * noise(x / 30, y / 9, 3))
    wash(mirror, '#4f867a', 0.5, 0.25, 0.3, 0.3, 6, '#7f8f4f')
    for k, cy in enumerate((452, 486, 528, 575, 628)):
        band = 5 + 3.2 * k - np.abs(y - cy - 9 * np.sin(x / (60 + 14 * k) + k)) - 10 * step(0.45, 0.6, noise(x / (70 + 20 * k), 0 * x + k, 20))
        wash(band, '#2f6f9a', 0.42, 0.4, 0.3, 0.2, 7 + k)
    # a near bank with reeds, and a boat
    bank = y - 648 - 34 * np.abs(x / W - 0.62) * 2 + 30 * np.exp(-(((x - 90) / 170) ** 2)) - 14 * noise(x / 26, 0 * x, 9)
    wash(bank, '#a8924a', 0.75, 0.4, 0.45, 0.5, 13, '#5f8a3f')
    rng = np.random.default_rng(8)
    for k in range(44):
        base, high, lean = rng.normal(110, 76), rng.uniform(90, 230), rng.normal(0.16, 0.14)
        t = np.clip((708 - y) / high, 0, 1)
        reed = 3.4 * (1 - t**2) - np.abs(x - base - lean * high * t**2) - 30 * ((y < 708 - high) | (y > 708))
        wash(reed, ('#4f7a3a', '#7a8a34', '#2f5f4a')[k % 3], 0.7, 0.3, 0.2, 0.3, 20 + k)
        if k % 4 == 0:
            tip = np.minimum(4.6 - np.abs(x - base - lean * high), 17 - np.abs(y - 708 + high))
            wash(tip, '#7a4a2a', 0.85, 0.3, 0.2, 0.3, 24)
    sail = polygon(W, H, [(640, 500), (648, 392), (704, 494)])
    rgb = blend(rgb, colour('#fbf6ea'), sail)
    wash((polygon(W, H, [(640, 500), (646, 400), (662, 498)]) - 0.5) * 10, '#9fb4cc', 0.5, 0.2, 0.2, 0.1, 30)
    wash((polygon(W, H, [(704, 494), (716, 436), (652, 494), (652, 490)]) - 0.5) * 10, '#d8583a', 0.8, 0.2, 0.2, 0.1, 31)
    wash((polygon(W, H, [(618, 504), (722, 500), (704, 524), (634, 526)]) - 0.5) * 10, '#4a3a4a', 0.85, 0.2, 0.2, 0.2, 32)
    wash(np.minimum(34 - np.abs(x - 668) * 0.8, 46 - np.abs(y - 560)) + 22 * np.sin(y / 4.4), '#7f6f8a', 0.4, 0.3, 0.2, 0.2, 33)
    shade = np.gradient(blur(tooth, 0.8), axis=1) * 0.5
    return np.clip(rgb * (1 + shade[..., None]), 0, 1)
