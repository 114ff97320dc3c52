"""The student's first weights, taken from the teacher instead of from chance (seconds instead of thousands of steps).

Layer by layer: the channels that explain the most of all the layer's activations are picked greedily (column subset
selection on their second moments); then the student's convolution is solved by least squares so that it gives those
channels' pre-activations from what the student already has one layer below. Each block is scaled by one number, so
that activations stay near 1 and the layers of a block keep the ratio that the teacher has between them.
"""
import torch
import torch.nn.functional as F

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


@torch.no_grad()
def from_teacher(teacher, widths, pictures, say=print):
    """pictures [B, 3, S, S]: what the moments and the least-squares fits are taken on."""
    student = Student(widths)
    batches = pictures.split(16)
    for name in CONVS:
        before = CONVS[CONVS.index(name) - 1] if name != CONVS[0] else None
        width = student.convs[name].out_channels
        # Second moments of unit-length feature vectors: what cosine matching sees.
        moments = torch.zeros(teacher.convs[name].out_channels, teacher.convs[name].out_channels)
        power = 0.0
        for x in batches:
            f = teacher(x, name)['relu' + name].transpose(0, 1).flatten(1)
            moments += (f / (f.norm(dim=0) + 1e-3)) @ (f / (f.norm(dim=0) + 1e-3)).T
            power += float((f ** 2).mean()) / len(batches)
        chosen = pick_channels(moments, width)
        if name[2] == '1':
            block_scale = 1 / power ** 0.5
        conv = student.convs[name]
        size = conv.in_channels * 9 + 1
        left, right = torch.zeros(size, size), torch.zeros(size, width)
        for x in batches:
            wanted = teacher(x, name, stop_before_relu=True)[:, chosen] * block_scale
            if before is None:
                h = student.normalise(x)
            else:
                h = student(x, before)['relu' + before]
                h = F.avg_pool2d(h, 2) if before[0] != name[0] else h
            # A grid of positions is enough for the fit, and keeps the memory small.
            step = 3 if name[0] in '12' else 1
            columns = F.unfold(h, 3, padding=1).reshape(len(x), -1, *h.shape[2:])[..., ::step, ::step]
            columns = columns.transpose(0, 1).flatten(1)
            columns = torch.cat([columns, torch.ones(1, columns.shape[1])])
            target = wanted[..., ::step, ::step].transpose(0, 1).flatten(1)
            left += columns @ columns.T
            right += columns @ target.T
        left += torch.eye(size) * left.diagonal().mean() * 1e-5
        solved = torch.linalg.solve(left, right)
        conv.weight.copy_(solved[:-1].T.reshape(width, conv.in_channels, 3, 3))
        conv.bias.copy_(solved[-1])
        residual = F.mse_loss(solved[:-1].T @ columns[:-1] + solved[-1][:, None], target) / target.var()
        say(f'conv{name}: {width} of {moments.shape[0]} channels, residual {float(residual):.3f}')
    return student


def solve_heads(teacher, student, pictures):
    """Least-squares 1x1 maps from the student's features to the teacher's, per layer: {name: [C_t, C_s + 1]}."""
    heads = {}
    with torch.no_grad():
        sums = {}
        for x in pictures.split(16):
            t, s = teacher(x), student(x)
            for n in s:
                a = s[n].transpose(0, 1).flatten(1).float()
                a = torch.cat([a, torch.ones(1, a.shape[1])])
                b = t[n].transpose(0, 1).flatten(1).float()
                left, right = sums.get(n, (0, 0))
                sums[n] = (left + a @ a.T, right + a @ b.T)
        for n, (left, right) in sums.items():
            left = left + torch.eye(len(left)) * left.diagonal().mean() * 1e-4
            heads[n] = torch.linalg.solve(left, right).T.contiguous()
    return heads
