"""What the style loss alone can do to single views, free of any field: the bound that painting a field is held against.

    python3 free_view.py <scene> <style picture> <vgg19 npz> [--views 2,5] [--steps 192] [--content 0.1] [--tv 1]
                         [--rate 0.02] [--side 192] [--style-scale 2] [--loss nnfm|fast] [--out <dir>]

The loss is the style trainer's, in PyTorch: NNFM over relu3_1, 2, 3 as one (ARF), content relative to the mean square
of the first view's features, image TV, under VGG-19 in float32. It begins, as a painted field does, from the
photograph after colour transfer (mean and covariance over all training views, ARF section 4.3), and moves the pixels
by Adam with the same warm-up and cosine. The style keeps 4096 columns, chosen as src/style/losses/nnfm.ts chooses them.
--loss fast: in place of NNFM each place is drawn to where a linear map takes its content features, fitted to mutual
neighbours of content and style (FAST, of ABC-GS). Gram distances, relative to the style's, judge either without favour.
npz: conv1_1 to conv3_3 as block<i>_conv<j>.kernel [3, 3, in, out] and .bias. Prints one JSON line a view.
"""
import argparse
import json
import math
import os
import time

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image, ImageOps

CONVOLUTIONS = ["1_1", "1_2", "2_1", "2_2", "3_1", "3_2", "3_3"]


def network(path):
    """[3, H, W] sRGB 0..1 -> [768, H/4 W/4]: relu3_1, 2, 3 concatenated."""
    stored = np.load(path)
    layers = []
    for name in CONVOLUTIONS:
        key = "block%s_conv%s" % tuple(name.split("_"))
        kernel = torch.tensor(stored[key + ".kernel"]).permute(3, 2, 0, 1).contiguous()
        layers.append((name, kernel, torch.tensor(stored[key + ".bias"])))
    mean = torch.tensor([0.485, 0.456, 0.406]).view(3, 1, 1)
    std = torch.tensor([0.229, 0.224, 0.225]).view(3, 1, 1)

    def features(image):
        x = ((image - mean) / std)[None]
        found = []
        for name, kernel, bias in layers:
            if name in ("2_1", "3_1"):
                x = F.max_pool2d(x, 2)
            x = F.relu(F.conv2d(x, kernel, bias, padding=1))
            if name.startswith("3"):
                found.append(x[0].flatten(1))
        return torch.cat(found), x.shape[2:]

    return features


def picture(path, width, height):
    image = ImageOps.exif_transpose(Image.open(path)).convert("RGB").resize((width, height), Image.BOX)
    return torch.tensor(np.asarray(image), dtype=torch.float32).permute(2, 0, 1) / 255


def spread_columns(height, width, most):
    """As spreadColumns in src/style/losses/nnfm.ts: Roberts' R2 sequence."""
    if height * width <= most:
        return list(range(height * width))
    chosen, i = {}, 0
    while len(chosen) < most and i <= 8 * most:
        x = int(((0.5 + i * 0.7548776662466927) % 1) * width)
        y = int(((0.5 + i * 0.5698402909980532) % 1) * height)
        chosen[y * width + x] = True
        i += 1
    for p in range(height * width):
        if len(chosen) >= most:
            break
        chosen[p] = True
    return sorted(chosen)


def statistics(pixels):
    """pixels [3, P] -> mean, eigenvectors and eigenvalues of the covariance, clamped as ARF does."""
    mean = pixels.mean(dim=1, keepdim=True)
    centred = (pixels - mean).double()
    values, vectors = torch.linalg.eigh(centred @ centred.T / pixels.shape[1])
    return mean.double(), vectors, values.clamp(1e-8, 1e8)


def colour_transfer(content, style):
    mean_c, u_c, l_c = statistics(content)
    mean_s, u_s, l_s = statistics(style)
    matrix = u_s @ l_s.sqrt().diag() @ u_s.T @ u_c @ l_c.rsqrt().diag() @ u_c.T
    return matrix.float(), (mean_s - matrix @ mean_c).float()


def unit_columns(columns):
    return columns / columns.norm(dim=0, keepdim=True).clamp_min(1e-6)


def cosine(features, goal):
    """Mean 1 - cosine, column by column; goal's columns of unit length."""
    return (1 - (unit_columns(features) * goal).sum(dim=0)).mean()


def nnfm(features, bank):
    """Mean 1 - cosine to the nearest column. features [C, Q]; bank [C, J], columns of unit length."""
    with torch.no_grad():
        nearest = (features.T @ bank).argmax(dim=1)
    return cosine(features, bank[:, nearest])


def linear_map_goal(content, bank, most=5):
    """FAST: where P takes each column, P of least squares over pairs that are among each other's nearest.
    content [C, Q]; bank [C, J], columns of unit length. -> [C, Q], columns of unit length, and the count of pairs."""
    unit = unit_columns(content)
    alike = unit.T @ bank
    shape = alike.shape
    forth = torch.zeros(shape, dtype=torch.bool).scatter_(1, alike.topk(most, dim=1).indices, True)
    back = torch.zeros(shape, dtype=torch.bool).scatter_(0, alike.topk(most, dim=0).indices, True)
    q, j = torch.nonzero(forth & back, as_tuple=True)
    found, wanted = unit[:, q].double(), bank[:, j].double()
    # Pairs are fewer than channels: a small ridge towards the identity keeps what they say nothing about.
    ridge = 1e-2 * len(q) / len(unit) * torch.eye(len(unit), dtype=torch.float64)
    p = torch.linalg.solve(found @ found.T + ridge, found @ wanted.T + ridge)
    return unit_columns((p.T @ unit.double()).float()), len(q)


def gram_distance(found, wanted):
    """Over relu3_1, 2, 3: squared difference of the Gram matrices, relative to the wanted one's square. Mean."""
    shares = []
    for a, b in zip(found.chunk(3), wanted.chunk(3)):
        a, b = a @ a.T / a.shape[1], b @ b.T / b.shape[1]
        shares.append(((a - b).pow(2).sum() / b.pow(2).sum()).item())
    return round(sum(shares) / 3, 4)


def tv(image):
    dx = (image[:, :, 1:] - image[:, :, :-1]).pow(2).mean()
    dy = (image[:, 1:] - image[:, :-1]).pow(2).mean()
    return (dx + dy) / 2


def rate_at(step, steps, rate, warmup=4, final=0.1):
    if step < warmup:
        return rate * (step + 1) / (warmup + 1)
    progress = (step - warmup) / max(1, steps - 1 - warmup)
    return rate * (final + (1 - final) * 0.5 * (1 + math.cos(math.pi * progress)))


def fitted(width, height, side, multiple):
    factor = side / max(width, height)
    return [max(16, round(n * factor / multiple) * multiple) for n in (width, height)]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("scene")
    parser.add_argument("style")
    parser.add_argument("npz")
    parser.add_argument("--views", default="0")
    parser.add_argument("--steps", type=int, default=192)
    parser.add_argument("--content", type=float, default=0.1)
    parser.add_argument("--tv", type=float, default=1.0)
    parser.add_argument("--rate", type=float, default=0.02)
    parser.add_argument("--side", type=int, default=192)
    parser.add_argument("--style-scale", type=float, default=2.0)
    parser.add_argument("--loss", choices=["nnfm", "fast"], default="nnfm")
    parser.add_argument("--out")
    options = parser.parse_args()
    torch.manual_seed(0)

    folder = os.path.join(options.scene, "images")
    names = sorted(os.listdir(folder))
    # Every eighth view is held out, as the loader does; the six that painting is scored on are spread over the rest.
    train = [name for i, name in enumerate(names) if i % 8 != 0]
    scored = [train[int((i + 0.5) * len(train) / 6)] for i in range(6)]
    full = Image.open(os.path.join(folder, train[0]))
    width, height = fitted(full.width, full.height, options.side, 4)
    photographs = {name: picture(os.path.join(folder, name), width, height) for name in train}

    features = network(options.npz)
    style_full = ImageOps.exif_transpose(Image.open(options.style))
    long_side = max(width, height) * options.style_scale
    scale = min(4, min(1024, long_side) / max(style_full.size))
    style = picture(options.style, round(style_full.width * scale), round(style_full.height * scale))
    matrix, offset = colour_transfer(
        torch.cat([photograph.flatten(1) for photograph in photographs.values()], dim=1), style.flatten(1)
    )
    recoloured = lambda image: (matrix @ image.flatten(1) + offset).clamp(0, 1).view_as(image)
    with torch.no_grad():
        columns, (rows, row) = features(style)
        bank = unit_columns(columns[:, spread_columns(rows, row, 4096)])
        first, _ = features(recoloured(photographs[train[0]]))
        # One mean over all layers, each relative to its own mean square.
        scales = first.view(3, 256, -1).pow(2).mean(dim=(1, 2)).repeat_interleave(256).view(-1, 1)

    for index in map(int, options.views.split(",")):
        photograph = recoloured(photographs[scored[index]])
        with torch.no_grad():
            goal, _ = features(photograph)
            start = nnfm(goal, bank).item()
            drawn_to, pairs = linear_map_goal(goal, bank) if options.loss == "fast" else (None, 0)
        pixels = photograph.clone().requires_grad_(True)
        adam = torch.optim.Adam([pixels], lr=options.rate)
        began = time.process_time()
        reached = {}
        for step in range(options.steps):
            adam.param_groups[0]["lr"] = rate_at(step, options.steps, options.rate)
            adam.zero_grad()
            found, _ = features(pixels)
            style_loss = nnfm(found, bank) if drawn_to is None else cosine(found, drawn_to)
            content_loss = ((found - goal).pow(2) / scales).mean()
            (style_loss + options.content * content_loss + options.tv * tv(pixels)).backward()
            adam.step()
            with torch.no_grad():
                pixels.clamp_(0, 1)
            if step + 1 in (16, 32, 64, 96, 128):
                reached[step + 1] = round(1 - style_loss.item() / start, 3)
        with torch.no_grad():
            found, _ = features(pixels)
            end = nnfm(found, bank).item()
            content = ((found - goal).pow(2) / scales).mean().item()
        print(json.dumps({
            "view": scored[index], "size": [width, height], "steps": options.steps, "content": options.content,
            "rate": options.rate, "tv": options.tv, "start": round(start, 4), "end": round(end, 4),
            "loss": options.loss, "pairs": pairs, "gain": round(1 - end / start, 3), "gainAt": reached,
            "gram": [gram_distance(goal, columns), gram_distance(found, columns)], "contentLoss": round(content, 3),
            "seconds": round(time.process_time() - began),
        }), flush=True)
        if options.out:
            os.makedirs(options.out, exist_ok=True)
            array = (pixels.detach().permute(1, 2, 0).numpy() * 255).round().astype(np.uint8)
            name = "%s_%s_content%g_rate%g.png" % (
                scored[index].split(".")[0], options.loss, options.content, options.rate)
            Image.fromarray(array).resize((width * 3, height * 3), Image.BICUBIC).save(os.path.join(options.out, name))


main()
