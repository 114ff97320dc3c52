"""Distils VGG-19 into the small network: python3 train.py --teacher vgg19.json --photographs DIR.. --paintings DIR..

A step takes K running optimisations (a content picture drifting towards a style under the student's own NNFM
gradient, now and then under the teacher's), their contents and styles, and a few fresh pictures, and lowers
  similarity   the cosine-similarity matrices of both networks over positions of the whole batch (what NNFM reads),
  gradient     1 - cosine of the two networks' NNFM + content gradients on the running pictures (what it does),
  length       relative lengths of feature vectors (what Gram and AdaIN read besides directions),
  value        (if asked for) the teacher's features, read from the student's by 1x1 heads that are thrown away.
The first weights come from the teacher (start.py). Bounded by wall-clock, resumable (the schedule goes on from the
seconds spent), a checkpoint every --save-every seconds; --seconds 0 stops at the closed form. CPU, bfloat16 autocast,
channels-last.
"""
import argparse
import json
import os
import time

import numpy as np
import torch

from losses import NNFM_LAYERS, colour_transfer, content, nnfm, norm_error, similarity_error, total_variation
from nets import Student, load_teacher
from pictures import Source, load_folder
from start import first_weights, solve_heads

LAYER_WEIGHTS = {
    'relu1_1': 0.2, 'relu1_2': 0.1, 'relu2_1': 0.3, 'relu2_2': 0.2,
    'relu3_1': 1.0, 'relu3_2': 1.0, 'relu3_3': 1.0, 'relu3_4': 0.3, 'relu4_1': 0.5,
}


def arguments():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--teacher', required=True, help='VGG-19 manifest .json (its .bin beside it)')
    p.add_argument('--photographs', nargs='+', required=True)
    p.add_argument('--paintings', nargs='+', required=True)
    p.add_argument('--leave-out', nargs='*', default=[], help='pictures whose path holds one of these words')
    p.add_argument('--out', required=True, help='checkpoint .pt, continued when it exists')
    p.add_argument('--start', help='first weights from this checkpoint instead of from the teacher')
    p.add_argument('--seconds', type=float, default=3600, help='wall-clock budget, all resumptions together')
    p.add_argument('--widths', default='32,64,128,256', help='channels of blocks 1..4')
    p.add_argument('--size', type=int, default=96)
    p.add_argument('--running', type=int, default=3, help='K')
    p.add_argument('--fresh', type=int, default=2, help='pictures of no optimisation in a step')
    p.add_argument('--pool', type=int, default=48, help='running optimisations kept')
    p.add_argument('--positions', type=int, default=640, help='places of a batch whose similarities are compared')
    p.add_argument('--lr', type=float, default=4e-4)
    p.add_argument('--similarity', type=float, default=300)
    p.add_argument('--gradient', type=float, default=3)
    p.add_argument('--value', type=float, default=0, help='0 leaves the heads out altogether')
    p.add_argument('--length', type=float, default=1)
    p.add_argument('--save-every', type=float, default=180)
    p.add_argument('--seed', type=int, default=1)
    p.add_argument('--threads', type=int, default=2)
    return p.parse_args()


class Run:
    """One running optimisation: Adam (lr .02) on a picture, as the judge and the engine do it."""

    def __init__(self, source, rng):
        self.content, self.style = source.draw(0.15), source.draw(0.85)
        self.content = colour_transfer(self.content, self.style)
        self.x = self.content.clone()
        self.m, self.v, self.t = torch.zeros_like(self.x), torch.zeros_like(self.x), 0
        self.life = int(rng.integers(15, 90))
        self.joint = bool(rng.random() < 0.4)
        self.content_weight = float(rng.choice([0.0, 0.05, 0.05, 0.3]))
        self.teacher_leads = bool(rng.random() < 0.25)

    def step(self, gradient, lr=0.02):
        """Adam, with the gradient of TV added."""
        x = self.x[None].clone().requires_grad_(True)
        gradient = gradient + torch.autograd.grad(total_variation(x).sum(), x)[0][0]
        self.t += 1
        self.m = 0.9 * self.m + 0.1 * gradient
        self.v = 0.999 * self.v + 0.001 * gradient ** 2
        update = self.m / (1 - 0.9 ** self.t) / ((self.v / (1 - 0.999 ** self.t)).sqrt() + 1e-8)
        self.x = (self.x - lr * update).clamp(0, 1)


def picture_gradient(net, x, content_features, style_features, runs, graph):
    """d (NNFM + w content) / dx of running pictures, each with its own settings; features too."""
    features = net(x)
    joint = torch.tensor([float(r.joint) for r in runs])
    weight = torch.tensor([r.content_weight for r in runs])
    value = (
        joint * nnfm(features, style_features, joint=True)
        + (1 - joint) * nnfm(features, style_features)
        + weight * content(features, content_features)
    )
    return torch.autograd.grad(value.sum(), x, create_graph=graph)[0], features


def main():
    a = arguments()
    torch.set_num_threads(a.threads)
    torch.manual_seed(a.seed + int(time.time()))
    rng = np.random.default_rng(a.seed + int(time.time()))
    teacher = load_teacher(a.teacher)
    photographs = load_folder(a.photographs, a.leave_out)
    paintings = load_folder(a.paintings, a.leave_out)
    print(f'{len(photographs)} photographs, {len(paintings)} paintings', flush=True)
    source = Source(photographs, paintings, a.size, int(rng.integers(1 << 30)))
    k = a.running

    spent, steps, heads = 0.0, 0, None
    if os.path.exists(a.out):
        state = torch.load(a.out)
        student = Student(state['widths'])
        student.load_state_dict(state['student'])
        heads, spent, steps = state['heads'], state['seconds'], state['steps']
    elif a.start:
        state = torch.load(a.start)
        student = Student(state['widths'])
        student.load_state_dict(state.get('average') or state['student'])
        state = None
    else:
        state = None
        widths = dict(zip('1234', (int(w) for w in a.widths.split(','))))
        student = first_weights(teacher, widths, source)
    if heads is None and a.value:
        heads = solve_heads(teacher, student, torch.stack([source.draw(0.5) for _ in range(48)]))
    student.to(memory_format=torch.channels_last)
    heads = {n: torch.nn.Parameter(h.clone().float()) for n, h in (heads or {}).items()}
    parameters = [*student.parameters(), *heads.values()]
    optimiser = torch.optim.Adam(parameters, lr=a.lr, betas=(0.9, 0.99))
    average = {n: v.clone() for n, v in student.state_dict().items()}
    if state:
        optimiser.load_state_dict(state['optimiser'])
        average = state['average']

    def save():
        part = a.out + '.part'
        torch.save({
            'widths': student.widths, 'student': student.state_dict(), 'average': average, 'seconds': spent,
            'steps': steps, 'heads': {n: h.detach() for n, h in heads.items()}, 'optimiser': optimiser.state_dict(),
            'arguments': vars(a),
        }, part)
        os.replace(part, a.out)

    save()
    runs = [Run(source, rng) for _ in range(a.pool)]
    for r in runs:
        r.life = int(rng.integers(1, r.life))  # so that they do not all end together
    scales = {n: None for n in LAYER_WEIGHTS}
    log, saved, clock = {}, time.time(), time.time()
    while spent < a.seconds:
        done = spent / a.seconds
        rate = a.lr * min(1, (steps + 1) / 50) * (0.03 + 0.97 * 0.5 * (1 + np.cos(np.pi * done)))
        for group in optimiser.param_groups:
            group['lr'] = rate
        picked = rng.choice(a.pool, k, replace=False)
        now = [runs[i] for i in picked]
        x = torch.stack([r.x for r in now]).requires_grad_(True)
        fresh = [source.draw(0.4) for _ in range(a.fresh)]
        others = torch.stack([r.content for r in now] + [r.style for r in now] + fresh)
        layout = torch.channels_last
        part = lambda f, i: {n: v[i * k:(i + 1) * k] for n, v in f.items()}

        with torch.autocast('cpu', torch.bfloat16):
            with torch.no_grad():
                seen = teacher(others.contiguous(memory_format=layout))
            d_teacher, there = picture_gradient(teacher, x, part(seen, 0), part(seen, 1), now, False)
            mine = student(others.contiguous(memory_format=layout))
            d_student, here = picture_gradient(student, x, part(mine, 0), part(mine, 1), now, True)

        terms = dict.fromkeys(['similarity', 'value', 'length'], 0.0)
        for n, weight in LAYER_WEIGHTS.items():
            s = torch.cat([here[n].float(), mine[n].float()])
            t = torch.cat([there[n].detach().float(), seen[n].float()])
            count = t.shape[0] * t.shape[2] * t.shape[3]
            positions = torch.from_numpy(rng.choice(count, min(a.positions, count), replace=False))
            terms['similarity'] += weight * similarity_error(s, t, positions)
            terms['length'] += weight * norm_error(s, t)
            if not a.value:
                continue
            flat_s, flat_t = (v.transpose(0, 1).flatten(1)[:, positions] for v in (s, t))
            power = (flat_t ** 2).mean(1, keepdim=True)
            scales[n] = power if scales[n] is None else 0.98 * scales[n] + 0.02 * power
            told = heads[n][:, :-1] @ flat_s + heads[n][:, -1:]
            terms['value'] += weight * ((told - flat_t) ** 2 / (scales[n] + 1e-3 * scales[n].mean())).mean()
        agree = torch.nn.functional.cosine_similarity(d_student.flatten(1), d_teacher.flatten(1), dim=1, eps=1e-20)
        terms['gradient'] = (1 - agree).mean()
        loss = sum(getattr(a, n) * v for n, v in terms.items())
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        size = float(torch.nn.utils.clip_grad_norm_(parameters, 5.0))
        if np.isfinite(size):
            optimiser.step()
        keep = min(0.99, (steps + 1) / (steps + 20))
        for n, v in student.state_dict().items():
            average[n].mul_(keep).add_(v, alpha=1 - keep)

        for i, r, ds, dt in zip(picked, now, d_student.detach(), d_teacher):
            r.step(dt if r.teacher_leads else ds)
            if r.t >= r.life:
                runs[i] = Run(source, rng)

        steps += 1
        for n, v in terms.items():
            log.setdefault(n, []).append(float(v))
        log.setdefault('size', []).append(size)
        spent += time.time() - clock
        clock = time.time()
        if steps % 25 == 0:
            line = {n: round(float(np.mean(v)), 5) for n, v in log.items()}
            print(json.dumps({'steps': steps, 'seconds': round(spent), **line}), flush=True)
            log = {}
        if time.time() - saved > a.save_every:
            save()
            saved = time.time()
    save()


if __name__ == '__main__':
    main()
