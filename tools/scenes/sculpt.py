# Geometry for the bundled scenes, in numpy alone: every surface is a grid of points [U, V, 3] made into quads.
# A Sculpture gathers such surfaces into ONE mesh, each with its material and with `uvw`, the coordinates that its
# own procedural texture reads (position before placement), so that no surface needs an unwrapping.
# World is Blender's: right-handed, +Z up. Normals must point to where the light is: lighting is baked on them.
import numpy as np


class Sculpture:
    def __init__(self):
        self.points, self.quads, self.uvws, self.materials, self.count = [], [], [], [], 0
        self.names = []

    def material_index(self, name):
        if name not in self.names:
            self.names.append(name)
        return self.names.index(name)

    def add(self, surface, material, uvw=None, closed_u=False, closed_v=False, thickness=0.0, flip=False):
        """Adds one surface. surface [U, V, 3]; thickness > 0 makes a closed sheet with two sides."""
        surface = np.asarray(surface, np.float64)
        uvw = surface if uvw is None else np.asarray(uvw, np.float64)
        u_count, v_count = surface.shape[:2]
        index = np.arange(u_count * v_count).reshape(u_count, v_count)
        if closed_u:
            index = np.concatenate([index, index[:1]], 0)
        if closed_v:
            index = np.concatenate([index, index[:, :1]], 1)
        quads = np.stack([index[:-1, :-1], index[1:, :-1], index[1:, 1:], index[:-1, 1:]], -1).reshape(-1, 4)
        if flip:
            quads = quads[:, ::-1]
        points, coordinates = surface.reshape(-1, 3), uvw.reshape(-1, 3)
        if thickness:
            normal = vertex_normals(points, quads)
            back = quads[:, ::-1] + len(points)
            edge = []
            for line, closed in ((index[0], closed_u), (index[-1][::-1], closed_u), (index[::-1, 0], closed_v), (index[:, -1], closed_v)):
                if not closed:
                    edge.append(np.stack([line[1:], line[:-1], line[:-1] + len(points), line[1:] + len(points)], -1))
            edge = np.concatenate(edge) if edge else np.zeros((0, 4), int)
            quads = np.concatenate([quads, back, edge[:, ::-1] if flip else edge])
            points = np.concatenate([points + normal * thickness / 2, points - normal * thickness / 2])
            coordinates = np.concatenate([coordinates, coordinates])
        self.points.append(points)
        self.uvws.append(coordinates)
        self.quads.append(quads + self.count)
        self.materials.append(np.full(len(quads), self.material_index(material)))
        self.count += len(points)

    def add_facing(self, surface, toward, material, **more):
        """As add, turned so that the surface looks towards a point."""
        surface = np.asarray(surface, np.float64)
        normal = np.cross(np.gradient(surface, axis=0), np.gradient(surface, axis=1))
        self.add(surface, material, flip=bool((normal * (np.asarray(toward) - surface)).sum() < 0), **more)

    def arrays(self):
        return tuple(np.concatenate(a) for a in (self.points, self.quads, self.uvws, self.materials))


def vertex_normals(points, quads):
    a, b, c, d = (points[quads[:, i]] for i in range(4))
    face = np.cross(c - a, d - b)
    normal = np.zeros_like(points)
    for i in range(4):
        np.add.at(normal, quads[:, i], face)
    return normal / np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-12)


def smooth_curve(knots, count):
    """Catmull-Rom through knots [K, D], `count` points at even steps of the parameter."""
    knots = np.asarray(knots, np.float64)
    padded = np.concatenate([2 * knots[:1] - knots[1:2], knots, 2 * knots[-1:] - knots[-2:-1]])
    t = np.linspace(0, len(knots) - 1, count)
    i = np.minimum(t.astype(int), len(knots) - 2)
    f = (t - i)[:, None]
    p0, p1, p2, p3 = (padded[i + k] for k in range(4))
    return 0.5 * (2 * p1 + (p2 - p0) * f + (2 * p0 - 5 * p1 + 4 * p2 - p3) * f**2 + (3 * p1 - p0 - 3 * p2 + p3) * f**3)


def lathe(profile, count):
    """Turns a profile [V, 2] of (radius, height), listed from below upwards on the outside, about +Z."""
    profile = np.asarray(profile, np.float64)
    angle = np.arange(count) / count * 2 * np.pi
    r, z = np.maximum(profile[:, 0], 1e-4), profile[:, 1]
    return np.stack([np.cos(angle)[:, None] * r, np.sin(angle)[:, None] * r, np.broadcast_to(z, (count, len(z)))], -1)


def ball(radius, u_count, v_count):
    latitude = np.linspace(-np.pi / 2, np.pi / 2, v_count)
    return lathe(np.stack([np.cos(latitude), np.sin(latitude)], -1) * radius, u_count)


def tube(path, radius, count=8):
    """A tube about a path [V, 3] with radius [V] or a number; the frame is carried along, so it does not twist."""
    path = np.asarray(path, np.float64)
    radius = np.broadcast_to(radius, len(path))
    tangent = np.gradient(path, axis=0)
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
    side = np.cross(tangent[0], [0.3, 0.5, 0.81])
    frames = []
    for t in tangent:
        side = side - t * np.dot(side, t)
        side /= np.linalg.norm(side)
        frames.append((side, np.cross(t, side)))
    angle = np.arange(count) / count * 2 * np.pi
    ring = lambda p, r, f: p + r * (np.cos(angle)[:, None] * f[0] + np.sin(angle)[:, None] * f[1])
    return np.stack([ring(p, r, f) for p, r, f in zip(path, radius, frames)], 1)


def rotation(axis, angle):
    axis = np.asarray(axis, np.float64) / np.linalg.norm(axis)
    k = np.array([[0, -axis[2], axis[1]], [axis[2], 0, -axis[0]], [-axis[1], axis[0], 0]])
    return np.eye(3) + np.sin(angle) * k + (1 - np.cos(angle)) * k @ k


def aim(direction):
    """The rotation that turns +Z into direction."""
    d = np.asarray(direction, np.float64) / np.linalg.norm(direction)
    axis = np.cross([0, 0, 1.0], d)
    s = np.linalg.norm(axis)
    return np.eye(3) if s < 1e-9 else rotation(axis, np.arctan2(s, d[2]))


def place(surface, at=(0, 0, 0), turn=None, size=1.0):
    surface = np.asarray(surface) * size
    return (surface if turn is None else surface @ turn.T) + np.asarray(at, np.float64)


def box_faces(size, count=(12, 12, 12), bulge=0.0):
    """The six faces of a box about the origin as separate grids (sharp edges)."""
    half = np.asarray(size, np.float64) / 2
    faces = []
    for axis in range(3):
        for sign in (-1, 1):
            i, j = (axis + 1) % 3, (axis + 2) % 3
            a, b = np.meshgrid(np.linspace(-1, 1, count[i]), np.linspace(-1, 1, count[j]), indexing='ij')
            face = np.zeros(a.shape + (3,))
            face[..., i], face[..., j], face[..., axis] = a * half[i], b * half[j], sign * half[axis]
            if sign < 0:
                face = face[::-1]
            faces.append(face)
    return faces


def value_noise(points, seed, frequency=1.0):
    """Smooth noise in [-1, 1] at points [..., 3]: trilinear with a quintic fade over a hashed lattice."""
    p = np.asarray(points, np.float64) * frequency
    cell = np.floor(p).astype(np.int64)
    f = p - cell
    f = f * f * f * (f * (f * 6 - 15) + 10)
    total = np.zeros(p.shape[:-1])
    for corner in range(8):
        o = np.array([corner & 1, corner >> 1 & 1, corner >> 2 & 1])
        q = (cell + o).astype(np.uint64)
        h = (q[..., 0] * np.uint64(73856093)) ^ (q[..., 1] * np.uint64(19349663)) ^ (q[..., 2] * np.uint64(83492791)) ^ np.uint64(seed * 2654435761 + 12345)
        h = (h ^ (h >> np.uint64(13))) * np.uint64(0x9E3779B97F4A7C15)
        value = (h >> np.uint64(40)).astype(np.float64) / 2**23 - 1
        total += value * np.prod(np.where(o, f, 1 - f), -1)
    return total
