"""The student's weights in closed form, taken from the teacher instead of from chance (minutes instead of hours).

Layer by layer, from the first:
1. moments of the teacher's unit-length feature vectors say which channels explain the most of all the others
   (greedy column subset selection): those are the ones that the student keeps;
2. the student's convolution is fitted by least squares, so that it gives the kept channels' pre-activations from what
   the student already has one layer below; where both sides of a ReLU are cut off there is no error (majorisation:
   the target there is moved onto the prediction, and the same normal equations are solved again);
3. each channel is scaled so that inner products of the kept channels come closest to those of all the channels
   (non-negative least squares on the squared moments): cosine matching and Gram matrices read nothing else.
One number a block keeps activations near 1 and the ratio between the layers of a block as the teacher has it.
`first_weights` does it again and again, adding pictures that were optimised with the fit before: there, off the
manifold of photographs, the network has to be right when it is used. This is what raised the share most.
"""
import torch
import torch.nn.functional as F

from losses import colour_transfer, content, nnfm, total_variation
from nets import CONVS, Student


def pick_channels(moments, count):
    """Greedy column subset selection: each time the channel that lowers the unexplained part of all the most."""
    rest = moments.clone()
    chosen = []
    for _ in range(count):
        diagonal = rest.diagonal().clamp_min(1e-12)
        gain = (rest ** 2).sum(0) / diagonal
        gain[diagonal < 1e-9 * moments.diagonal().max()] = -1
        gain[chosen] = -1
        j = int(gain.argmax())
        chosen.append(j)
        rest = rest - torch.outer(rest[:, j], rest[j]) / rest[j, j].clamp_min(1e-12)
    return chosen


def kernel_scales(moments, chosen, rounds=3000):
    """d >= 0 with sum_j d_j f_j f_j^T closest to the sum over all channels; the square roots scale the features."""
    squared = moments ** 2
    left, right = squared[chosen][:, chosen], squared[chosen].sum(1)
    scale = left.diagonal().sqrt().clamp_min(1e-6 * float(left.diagonal().max()) ** 0.5)
    left, right = left / scale[:, None] / scale[None], right / scale
    d = torch.ones(len(chosen)) * scale
    top = torch.ones(len(chosen)) / len(chosen) ** 0.5
    for _ in range(100):  # power iteration: the entries are >= 0, so it cannot miss the largest eigenvalue
        top = left @ top / (left @ top).norm()
    step = 0.9 / (left @ top).norm()
    for _ in range(rounds):
        d = (d - step * (left @ d - right)).clamp_min(0)
    d = d / scale
    return d.clamp_min(0.05 * d.mean()).sqrt()


def fit_columns(h, target, step, offset):
    """Patches and targets on a grid of positions: [9 C + 1, N], [W, N]."""
    columns = F.unfold(h, 3, padding=1).reshape(len(h), -1, *h.shape[2:])
    columns = columns[..., offset::step, offset::step].transpose(0, 1).flatten(1)
    target = target[..., offset::step, offset::step].transpose(0, 1).flatten(1)
    return torch.cat([columns, torch.ones(1, columns.shape[1])]), target


@torch.no_grad()
def from_teacher(teacher, widths, pictures, say=print, rounds=12, even=1.0):
    """pictures [B, 3, S, S]: what moments and fits are taken on. even: how far dim places count like bright ones."""
    student = Student(widths).to(memory_format=torch.channels_last)
    batches = [x.contiguous(memory_format=torch.channels_last) for x in pictures.split(8)]
    state_t = [teacher.normalise(x) for x in batches]
    state_s = [student.normalise(x) for x in batches]
    for index, name in enumerate(CONVS):
        conv_t, conv_s = teacher.convs[name], student.convs[name]
        if index and name[2] == '1':
            state_t = [F.max_pool2d(h, 2) for h in state_t]
            state_s = [F.avg_pool2d(h, 2) for h in state_s]
        before = [conv_t(h) for h in state_t]
        state_t = [F.relu(h) for h in before]
        moments, power = 0, 0.0
        for f in state_t:
            power += float((f ** 2).mean()) / len(batches)
            f = f.transpose(0, 1).flatten(1)[:, ::3]
            f = f / (f.norm(dim=0) + 1e-3)
            moments = moments + f @ f.T
        chosen = pick_channels(moments, conv_s.out_channels)
        if name[2] == '1':
            block_scale = 1 / power ** 0.5
        scales = kernel_scales(moments, chosen) * block_scale
        step = {'1': 5, '2': 3, '3': 2, '4': 1}[name[0]]
        parts = []
        for i, (h, z) in enumerate(zip(state_s, before)):
            a, t = fit_columns(h, z[:, chosen] * scales.view(-1, 1, 1), step, i % step)
            parts.append((a, t))
        columns, target = (torch.cat([p[j] for p in parts], 1) for j in (0, 1))
        del parts
        length = target.clamp_min(0).norm(dim=0)
        weight = (length / length.mean() + 0.2) ** (-2 * even)
        weighted = columns * weight
        left = columns @ weighted.T
        left += torch.eye(len(left)) * left.diagonal().mean() * 1e-5
        factor = torch.linalg.cholesky(left)
        solved = torch.cholesky_solve(weighted @ target.T, factor)
        for _ in range(rounds if index > 1 else 1):
            told = solved.T @ columns
            moved = torch.where(target > 0, target, told.clamp_max(0))
            solved = torch.cholesky_solve(weighted @ moved.T, factor)
        told = (solved.T @ columns).clamp_min(0)
        error = float(((told - target.clamp_min(0)) ** 2 * weight).sum() / (target.clamp_min(0) ** 2 * weight).sum())
        conv_s.weight.copy_(solved[:-1].T.reshape(conv_s.weight.shape))
        conv_s.bias.copy_(solved[-1])
        state_s = [F.relu(conv_s(h)) for h in state_s]
        say(f'conv{name}: {len(chosen)} of {len(moments)} channels, relative error {error:.4f}, '
            f'scales {float(scales.min() / block_scale):.2f}..{float(scales.max() / block_scale):.2f}', flush=True)
    return student


def wandered(student, source, count, steps=30, halfway=8):
    """Pictures on the way of optimisations with the student: each at its end, every second one at `halfway` too."""
    pictures = []
    for batch in range(count // 12):
        style = torch.stack([source.draw(0.85) for _ in range(8)])
        start = torch.stack([colour_transfer(source.draw(0.15), s) for s in style])
        x = start.clone().requires_grad_(True)
        adam = torch.optim.Adam([x], lr=0.02)
        with torch.autocast('cpu', torch.bfloat16):
            with torch.no_grad():
                wanted, kept = student(style, '3_3'), student(start, '3_3')
            for step in range(steps):
                f = student(x, '3_3')
                loss = nnfm(f, wanted, joint=batch % 2 == 1) + 0.05 * content(f, kept) + total_variation(x)
                x.grad, = torch.autograd.grad(loss.sum(), x)
                adam.step()
                with torch.no_grad():
                    x.clamp_(0, 1)
                if step == halfway:
                    pictures.append(x.detach()[::2].clone())
        pictures.append(x.detach().clone())
    return torch.cat(pictures)


def first_weights(teacher, widths, source, plain=48, own=(36, 60, 48), steps=(30, 45, 60)):
    """A fit on plain pictures, then one more for each of own: with so many pictures of the last fit's wanderings."""
    pictures = torch.stack([source.draw(0.5) for _ in range(2 * plain)])
    student = from_teacher(teacher, widths, pictures)
    pictures = pictures[:plain]
    for count, length in zip(own, steps):
        pictures = torch.cat([pictures, wandered(student, source, count, length, length // 3)])
        student = from_teacher(teacher, widths, pictures)
    return student


def solve_heads(teacher, student, pictures):
    """Least-squares 1x1 maps from the student's features to the teacher's, per layer: {name: [C_t, C_s + 1]}."""
    heads = {}
    with torch.no_grad():
        sums = {}
        for x in pictures.split(8):
            t, s = teacher(x), student(x)
            for n in s:
                a = s[n].transpose(0, 1).flatten(1).float()[:, ::3]
                a = torch.cat([a, torch.ones(1, a.shape[1])])
                b = t[n].transpose(0, 1).flatten(1).float()[:, ::3]
                left, right = sums.get(n, (0, 0))
                sums[n] = (left + a @ a.T, right + a @ b.T)
        for n, (left, right) in sums.items():
            left = left + torch.eye(len(left)) * left.diagonal().mean() * 1e-4
            heads[n] = torch.linalg.solve(left, right).T.contiguous()
    return heads
