"""What the networks are compared by: NNFM, content, TV, exact colour transfer, and the similarity matrix.

NNFM (ARF, ECCV 2022): L = mean_i (1 - cos(F_i, S_j*(i))), j*(i) = argmax_j cos(F_i, S_j), features not centred.
`joint` matches the concatenation of the layers (as ARF does); otherwise each layer is matched alone and the mean
is taken. Pictures are [B, 3, H, W]; picture b is matched with style b.
"""
import torch
import torch.nn.functional as F

NNFM_LAYERS = ['relu3_1', 'relu3_2', 'relu3_3']


def vectors(features):
    """[B, C, h, w] -> [B, C, hw], in f32."""
    return features.flatten(2).float()


def unit(v):
    return v / (v.norm(dim=1, keepdim=True) + 1e-6)


def nnfm(features, style, layers=NNFM_LAYERS, joint=False):
    """One distance a picture, [B]. No gradient through the index."""
    groups = [torch.cat([features[n] for n in layers], 1)] if joint else [features[n] for n in layers]
    targets = [torch.cat([style[n] for n in layers], 1)] if joint else [style[n] for n in layers]
    total = 0
    for f, s in zip(groups, targets):
        f, s = unit(vectors(f)), unit(vectors(s))
        with torch.no_grad():
            index = torch.bmm(f.transpose(1, 2), s).argmax(2)
        nearest = torch.gather(s, 2, index[:, None].expand(-1, s.shape[1], -1))
        total = total + (1 - (f * nearest).sum(1)).mean(1)
    return total / len(groups)


def content(features, target, layers=NNFM_LAYERS):
    """Squared feature difference over the target's mean square, so that it means the same for both networks."""
    total = 0
    for n in layers:
        f, t = features[n].float(), target[n].float()
        total = total + ((f - t) ** 2).mean((1, 2, 3)) / ((t ** 2).mean((1, 2, 3)) + 1e-8)
    return total / len(layers)


def total_variation(x):
    dx = (x[..., 1:] - x[..., :-1]) ** 2
    dy = (x[..., 1:, :] - x[..., :-1, :]) ** 2
    return (dx.mean((1, 2, 3)) + dy.mean((1, 2, 3))) / 2


def colour_transfer(x, style):
    """Exact map of mean and covariance (symmetric square roots): x [3, H, W] takes on the colours of style."""
    a, b = x.flatten(1), style.flatten(1)
    mean_a, mean_b = a.mean(1, keepdim=True), b.mean(1, keepdim=True)

    def root(v, power):
        values, basis = torch.linalg.eigh(v @ v.T / v.shape[1])
        return basis @ torch.diag(values.clamp(1e-8, 1e8) ** power) @ basis.T

    matrix = root(b - mean_b, 0.5) @ root(a - mean_a, -0.5)
    return (matrix @ (a - mean_a) + mean_b).reshape(x.shape).clamp(0, 1)


def similarity_error(student, teacher, positions):
    """Mean squared difference of the cosine-similarity matrices over the same sampled positions of a whole batch."""
    a = vectors(student).transpose(0, 1).flatten(1)[:, positions]
    b = vectors(teacher).transpose(0, 1).flatten(1)[:, positions]
    a, b = a / (a.norm(dim=0) + 1e-6), b / (b.norm(dim=0) + 1e-6)
    return ((a.T @ a - b.T @ b) ** 2).mean()


def norm_error(student, teacher):
    """How far the lengths of the feature vectors disagree, each relative to its mean (Gram and AdaIN read lengths)."""
    a, b = vectors(student).norm(dim=1), vectors(teacher).norm(dim=1)
    return ((a / (a.mean() + 1e-6) - b / (b.mean() + 1e-6)) ** 2).mean()


def gram(features):
    f = vectors(features)
    return torch.bmm(f, f.transpose(1, 2)) / (f.shape[1] * f.shape[2])
