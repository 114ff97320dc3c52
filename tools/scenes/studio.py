# Blender side of the bundled scenes: one mesh, materials, baked light, cameras, pictures.
# Debian's Cycles has no denoiser, so the diffuse light is baked once onto the vertices with many samples (diffuse
# only, all bounces); a view then shows albedo x light + a traced glossy coat, which is clean after few samples and
# the same in all views. Under a sun its direct light is traced in the view (sharp shadows, no noise), the rest baked.
# Resumable: a finished picture and the baked light are kept in the work folder.
import argparse
import hashlib
import json
import math
import os
import sys
import time

import bpy
import numpy as np
from PIL import Image

OUTPUT_SIDE = 384
DEPTH_SIDE = 128  # each depth value belongs to the centre of a 3x3 block of picture pixels


def arguments():
    p = argparse.ArgumentParser(prog='blender -b -P tools/scenes/<scene>.py --')
    p.add_argument('--out', default=None, help='folder of the finished scene')
    p.add_argument('--work', required=True, help='folder for baked light and lossless frames; makes it resumable')
    p.add_argument('--train', type=int, default=100)
    p.add_argument('--test', type=int, default=20)
    p.add_argument('--samples', type=int, default=20)
    p.add_argument('--bake', type=int, default=16, help='samples per mesh corner')
    p.add_argument('--side', type=int, default=OUTPUT_SIDE)
    p.add_argument('--quality', type=int, default=88)
    p.add_argument('--limit', type=float, default=1e9, help='seconds after which no new frame is begun')
    p.add_argument('--look', default=None, help='comma-separated view numbers to render into --work and stop')
    return p.parse_args(sys.argv[sys.argv.index('--') + 1 :] if '--' in sys.argv else [])


# ---------------------------------------------------------------- materials
class Paint:
    """A few words to write a node tree with; every value is a socket or a number."""

    def __init__(self, name):
        self.material = bpy.data.materials.new(name)
        self.material.use_nodes = True
        self.tree = self.material.node_tree
        self.tree.nodes.clear()
        self.uvw = self.node('ShaderNodeAttribute', attribute_name='uvw').outputs['Vector']

    def node(self, kind, inputs=None, **settings):
        n = self.tree.nodes.new(kind)
        for k, v in settings.items():
            setattr(n, k, v)
        for k, v in (inputs or {}).items():
            if isinstance(v, bpy.types.NodeSocket):
                self.tree.links.new(v, n.inputs[k])
            else:
                n.inputs[k].default_value = v
        return n

    def ramp(self, factor, stops):
        n = self.node('ShaderNodeValToRGB', {0: factor})
        elements = n.color_ramp.elements
        while len(elements) < len(stops):
            elements.new(0.5)
        for e, (at, colour) in zip(elements, stops):
            e.position, e.color = at, hexadecimal(colour)
        return n.outputs[0]

    def noise(self, scale, detail=3, distortion=0.0, at=None):
        return self.node('ShaderNodeTexNoise', {'Vector': at or self.uvw, 'Scale': scale, 'Detail': detail, 'Distortion': distortion}).outputs[0]

    def cells(self, scale, at=None, feature='F1'):
        return self.node('ShaderNodeTexVoronoi', {'Vector': at or self.uvw, 'Scale': scale}, feature=feature).outputs[0]

    def stretch(self, x, y, z, turn=(0, 0, 0)):
        return self.node('ShaderNodeMapping', {'Vector': self.uvw, 'Scale': (x, y, z), 'Rotation': turn}).outputs[0]

    def axis(self, which, at=None):
        return self.node('ShaderNodeSeparateXYZ', {0: at or self.uvw}).outputs[which]

    def math(self, operation, a, b=0.0, c=0.0):
        return self.node('ShaderNodeMath', {0: a, 1: b, 2: c}, operation=operation).outputs[0]

    def span(self, value, low, high):
        return self.node('ShaderNodeMapRange', {'Value': value, 'From Min': low, 'From Max': high}).outputs[0]

    def mix(self, factor, a, b, how='MIX'):
        a, b = (hexadecimal(c) if isinstance(c, (str, tuple)) else c for c in (a, b))
        return self.node('ShaderNodeMixRGB', {0: factor, 1: a, 2: b}, blend_type=how).outputs[0]


def hexadecimal(colour):
    """'#rrggbb' (sRGB) as linear RGBA."""
    if not isinstance(colour, str):
        return (*colour, 1.0) if len(colour) == 3 else colour
    values = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    return (*[v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in values], 1.0)


def material(name, colour, roughness=0.5, gloss=0.5, bump=None, glow=None):
    """
    colour(paint) gives the albedo; gloss scales the Fresnel coat (0 = none); bump = (height function, distance);
    glow(paint) = emission added in both modes (flames, panes).
    """
    paint = Paint(name)
    albedo = colour(paint) if callable(colour) else paint.node('ShaderNodeRGB').outputs[0]
    if not callable(colour):
        albedo.default_value = hexadecimal(colour)
    diffuse = paint.node('ShaderNodeBsdfDiffuse', {'Color': albedo}).outputs[0]
    lambert = diffuse.node.name
    light = paint.node('ShaderNodeAttribute', attribute_name='light').outputs['Color']
    shown = paint.node('ShaderNodeEmission', {'Color': paint.mix(1.0, albedo, light, 'MULTIPLY')}).outputs[0]
    if gloss:
        normal = {}
        if bump:
            normal = {'Normal': paint.node('ShaderNodeBump', {'Height': bump[0](paint), 'Distance': bump[1], 'Strength': 1.0}).outputs[0]}
        coat = paint.node('ShaderNodeBsdfGlossy', {'Roughness': roughness, **normal}).outputs[0]
        fresnel = paint.math('MULTIPLY', paint.node('ShaderNodeFresnel', {'IOR': 1.45, **normal}).outputs[0], gloss)
        shown = paint.node('ShaderNodeMixShader', {0: fresnel, 1: shown, 2: coat}).outputs[0]
    if glow:
        emission = paint.node('ShaderNodeEmission', {'Color': glow(paint) if callable(glow) else hexadecimal(glow)}).outputs[0]
        diffuse = paint.node('ShaderNodeAddShader', {0: diffuse, 1: emission}).outputs[0]
        shown = paint.node('ShaderNodeAddShader', {0: shown, 1: emission}).outputs[0]
    output = paint.node('ShaderNodeOutputMaterial')
    paint.material['lambert'], paint.material['show'] = lambert, shown.node.name
    paint.tree.links.new(diffuse, output.inputs[0])
    return paint.material


def show_baked(traced_key):
    """From here on views show baked light; with traced_key the key light alone still shines, and casts sharp shadows."""
    for m in bpy.data.materials:
        if 'show' in m:
            tree = m.node_tree
            shown = tree.nodes[m['show']].outputs[0]
            if traced_key:
                both = tree.nodes.new('ShaderNodeAddShader')
                tree.links.new(shown, both.inputs[0])
                tree.links.new(tree.nodes[m['lambert']].outputs[0], both.inputs[1])
                shown = both.outputs[0]
                m.cycles.sample_as_light = False
            output = next(n for n in tree.nodes if n.type == 'OUTPUT_MATERIAL')
            tree.links.new(shown, output.inputs[0])
    if traced_key:
        scene = bpy.context.scene
        scene.world.cycles_visibility.diffuse = False
        scene.world.cycles.sampling_method = 'NONE'  # every light sample goes to the one light that is left
        for light in [o for o in scene.objects if o.type == 'LIGHT'][1:]:
            light.hide_render = True
        for o in scene.objects:  # what bounces is baked: a diffuse ray must not find what it would count again
            o.visible_diffuse = o.type != 'MESH'


# ---------------------------------------------------------------- mesh, light
def start():
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.render.engine = 'CYCLES'
    scene.cycles.device = 'CPU'
    scene.cycles.seed = 1
    scene.cycles.caustics_reflective = scene.cycles.caustics_refractive = False
    scene.cycles.sample_clamp_indirect = 4.0
    scene.cycles.sample_clamp_direct = 30.0
    scene.cycles.use_denoising = False
    scene.view_settings.view_transform = 'Filmic'
    scene.view_settings.exposure = 0.3
    scene.view_settings.look = 'Medium High Contrast'
    scene.world = bpy.data.worlds.new('world')
    scene.world.use_nodes = True
    return scene


def build(sculpture, materials):
    points, quads, uvw, material_of_quad = sculpture.arrays()
    mesh = bpy.data.meshes.new('scene')
    mesh.vertices.add(len(points))
    mesh.vertices.foreach_set('co', points.astype(np.float32).ravel())
    mesh.loops.add(quads.size)
    mesh.loops.foreach_set('vertex_index', quads.astype(np.int32).ravel())
    mesh.polygons.add(len(quads))
    mesh.polygons.foreach_set('loop_start', np.arange(0, quads.size, 4, dtype=np.int32))
    mesh.polygons.foreach_set('loop_total', np.full(len(quads), 4, np.int32))
    mesh.polygons.foreach_set('material_index', material_of_quad.astype(np.int32))
    mesh.polygons.foreach_set('use_smooth', np.ones(len(quads), bool))
    mesh.attributes.new('uvw', 'FLOAT_VECTOR', 'POINT').data.foreach_set('vector', uvw.astype(np.float32).ravel())
    mesh.color_attributes.new('light', 'FLOAT_COLOR', 'POINT')
    mesh.update()
    for name in sculpture.names:
        mesh.materials.append(materials[name])
    ob = bpy.data.objects.new('scene', mesh)
    bpy.context.scene.collection.objects.link(ob)
    print(f'scene: {len(points)} vertices, {len(quads)} quads')
    return ob


def area_light(at, toward, size, watts, colour, visible=False):
    light = bpy.data.lights.new('area', 'AREA')
    light.shape, light.size, light.size_y = 'RECTANGLE', size[0], size[1]
    light.energy, light.color = watts, hexadecimal(colour)[:3]
    ob = bpy.data.objects.new('area', light)
    ob.matrix_world = look_at(at, toward)
    ob.visible_camera = visible
    ob.visible_glossy = True
    bpy.context.scene.collection.objects.link(ob)
    return ob


def point_light(at, radius, watts, colour):
    light = bpy.data.lights.new('point', 'POINT')
    light.shadow_soft_size, light.energy, light.color = radius, watts, hexadecimal(colour)[:3]
    ob = bpy.data.objects.new('point', light)
    ob.location = at
    ob.visible_glossy = ob.visible_camera = False
    bpy.context.scene.collection.objects.link(ob)
    return ob


def sun_light(direction, strength, colour, angle_deg=1.5):
    """direction: where the light goes."""
    light = bpy.data.lights.new('sun', 'SUN')
    light.energy, light.color, light.angle = strength, hexadecimal(colour)[:3], math.radians(angle_deg)
    ob = bpy.data.objects.new('sun', light)
    ob.matrix_world = look_at((0, 0, 0), direction)
    bpy.context.scene.collection.objects.link(ob)
    return ob


def sky(horizon, zenith, strength):
    """A graded sky with soft clouds, seen and shining."""
    bpy.context.scene['sky'] = repr((horizon, zenith, strength))
    tree = bpy.context.scene.world.node_tree
    tree.nodes.clear()
    make = lambda kind: tree.nodes.new(kind)
    where, axes, ramp, cloud, veil, mix, shine, out = map(make, ('ShaderNodeTexCoord', 'ShaderNodeSeparateXYZ', 'ShaderNodeValToRGB', 'ShaderNodeTexNoise', 'ShaderNodeValToRGB', 'ShaderNodeMixRGB', 'ShaderNodeBackground', 'ShaderNodeOutputWorld'))
    link = tree.links.new
    link(where.outputs['Generated'], axes.inputs[0])
    link(axes.outputs[2], ramp.inputs[0])
    ramp.color_ramp.elements[0].color, ramp.color_ramp.elements[1].color = hexadecimal(horizon), hexadecimal(zenith)
    ramp.color_ramp.elements[1].position = 0.8
    link(where.outputs['Generated'], cloud.inputs['Vector'])
    cloud.inputs['Scale'].default_value, cloud.inputs['Detail'].default_value, cloud.inputs['Distortion'].default_value = 2.6, 5, 0.4
    link(cloud.outputs[0], veil.inputs[0])
    veil.color_ramp.elements[0].position, veil.color_ramp.elements[1].position = 0.5, 0.72
    link(veil.outputs[0], mix.inputs[0])
    link(ramp.outputs[0], mix.inputs[1])
    mix.inputs[2].default_value = (1, 0.96, 0.9, 1)
    link(mix.outputs[0], shine.inputs[0])
    shine.inputs[1].default_value = strength
    link(shine.outputs[0], out.inputs[0])


def bake(ob, samples, bounces, work, traced_key, fill, key_with_sky):
    """
    Diffuse light of albedo 1 on every vertex, in three parts: the key light (first light made) with most samples, the
    other lights, and what bounces, which is smooth and is smoothed most. traced_key leaves the key light to the views; fill is
    how much stronger than life the rest is shown against it. key_with_sky leaves the world shining beside the key light,
    where it counts twice: the still life was baked so, and its walls keep all but traces of it out.
    Kept by a hash of geometry, lights and sky.
    """
    scene = bpy.context.scene
    mesh = ob.data
    count = len(mesh.vertices)
    co = np.empty(count * 3, np.float32)
    mesh.vertices.foreach_get('co', co)
    lights = [o for o in scene.objects if o.type == 'LIGHT']
    described = repr([(o.name, [list(r) for r in o.matrix_world], o.data.energy, list(o.data.color)) for o in lights])
    described += scene.get('sky', '')
    key = hashlib.sha1(co.tobytes() + described.encode() + f'{samples} {bounces}'.encode()).hexdigest()[:12]
    kept = os.path.join(work, f'light-{key}.npy')
    if not os.path.exists(kept):
        quads = np.empty(len(mesh.loops), np.int32)
        mesh.loops.foreach_get('vertex_index', quads)
        quads = quads.reshape(-1, 4)
        light = np.zeros((count, 4), np.float32) if traced_key else smooth(bake_part(ob, lights[:1], samples, 0, not key_with_sky), quads, 3, 0.2)
        light += smooth(bake_part(ob, lights[1:], samples if traced_key else samples // 2, 0), quads, *((8, 1.0) if traced_key else (5, 0.3)))
        light += smooth(bake_part(ob, lights, max(8, samples // 2) if samples >= 8 else samples, bounces), quads, 8, 1.0)
        np.save(kept, light)
        print('light: percentiles 5 50 95', np.percentile(light[:, :3].sum(1), (5, 50, 95)))
    mesh.color_attributes['light'].data.foreach_set('color', (np.load(kept) * np.float32(fill)).ravel())


def bake_part(ob, lights, samples, bounces, dark=False):
    """Direct light of `lights` and the sky (bounces = 0), or what they send by way of other surfaces; dark: without sky."""
    scene = bpy.context.scene
    scene.cycles.samples = samples
    scene.cycles.use_adaptive_sampling = False
    scene.cycles.max_bounces = scene.cycles.diffuse_bounces = bounces
    scene.render.bake.use_pass_direct, scene.render.bake.use_pass_indirect = bounces == 0, bounces > 0
    scene.render.bake.use_pass_color = False
    scene.render.bake.target = 'VERTEX_COLORS'
    for o in scene.objects:
        if o.type == 'LIGHT':
            o.hide_render = o not in lights
    for n in scene.world.node_tree.nodes:
        if n.type == 'BACKGROUND':
            n.mute = dark
    ob.data.color_attributes.active_color = ob.data.color_attributes['light']
    bpy.ops.object.select_all(action='DESELECT')
    ob.select_set(True)
    bpy.context.view_layer.objects.active = ob
    bpy.ops.object.bake(type='DIFFUSE')
    light = np.empty(len(ob.data.vertices) * 4, np.float32)
    ob.data.color_attributes['light'].data.foreach_get('color', light)
    for o in scene.objects:
        o.hide_render = False
    for n in scene.world.node_tree.nodes:
        n.mute = False
    return light.reshape(-1, 4)


def smooth(light, quads, times, range_):
    """Means over mesh neighbours, weighted by likeness in log brightness: takes out noise, keeps shadow edges."""
    floor = 0.5 * light[:, :3].sum(1).mean()
    a, b = quads.ravel(), np.roll(quads, -1, 1).ravel()
    for _ in range(times):
        value = np.log(light[:, :3].sum(1) + floor)
        w = 0.5 * np.exp(-(((value[a] - value[b]) / range_) ** 2))
        weight = 1 + np.bincount(a, w, len(light)) + np.bincount(b, w, len(light))
        columns = [light[:, c] + np.bincount(a, light[b, c] * w, len(light)) + np.bincount(b, light[a, c] * w, len(light)) for c in range(4)]
        light = (np.stack(columns, 1) / weight[:, None]).astype(np.float32)
    return light


# ---------------------------------------------------------------- cameras, pictures
def look_at(eye, target):
    from mathutils import Vector

    direction = Vector(eye) - Vector(target)
    matrix = direction.to_track_quat('Z', 'Y').to_matrix().to_4x4()
    matrix.translation = Vector(eye)
    return matrix


def dome(count, offset, radii, elevations, target, spread):
    """
    Cameras over a dome in the order of a two-dimensional golden sequence, so that any prefix covers it evenly.
    radii, elevations (degrees): ranges; spread: how far the point looked at wanders from `target`.
    """
    g = 1.32471795724474602596
    views = []
    for i in range(count):
        u, v, w = ((offset + (i + 1) * g**-k) % 1 for k in (1, 2, 3))
        low, high = (math.sin(math.radians(e)) for e in elevations)
        z = low + (high - low) * v
        radius = radii[0] + (radii[1] - radii[0]) * w
        flat = math.sqrt(1 - z * z)
        angle = 2 * math.pi * u
        aim_at = [target[0] + spread * math.cos(5 * angle), target[1] + spread * math.sin(7 * angle), target[2] + spread * (2 * w - 1)]
        eye = [target[0] + radius * flat * math.cos(angle), target[1] + radius * flat * math.sin(angle), target[2] + radius * z]
        views.append(look_at(eye, aim_at))
    return views


def add_camera(angle):
    data = bpy.data.cameras.new('camera')
    data.sensor_width, data.angle = 36, angle
    ob = bpy.data.objects.new('camera', data)
    bpy.context.scene.collection.objects.link(ob)
    bpy.context.scene.camera = ob
    return ob


def render(camera, matrix, path, samples, side):
    scene = bpy.context.scene
    camera.matrix_world = matrix
    scene.render.resolution_x = scene.render.resolution_y = side
    scene.render.resolution_percentage = 100
    scene.render.use_persistent_data = True
    scene.cycles.samples = samples
    scene.cycles.use_adaptive_sampling = False
    scene.cycles.max_bounces = scene.cycles.glossy_bounces = 1
    scene.cycles.diffuse_bounces = 0
    scene.render.image_settings.file_format = 'PNG'
    scene.render.image_settings.color_mode = 'RGB'
    scene.render.filepath = path + '.part.png'
    bpy.ops.render.render(write_still=True)
    os.replace(path + '.part.png', path)


def depth_of_view(ob, matrix, angle, tree):
    """View-space z (positive, scene units) at the centre of every 3x3 block; 0 where nothing is hit."""
    from mathutils import Vector

    eye, turn = matrix.translation, matrix.to_3x3()
    half = math.tan(angle / 2)
    depth = np.zeros((DEPTH_SIDE, DEPTH_SIDE), np.float16)
    for row in range(DEPTH_SIDE):
        for column in range(DEPTH_SIDE):
            x = (2 * (column + 0.5) / DEPTH_SIDE - 1) * half
            y = (1 - 2 * (row + 0.5) / DEPTH_SIDE) * half
            ray = Vector((x, y, -1.0))
            hit = tree.ray_cast(eye, turn @ ray.normalized())
            if hit[0] is not None:
                depth[row, column] = hit[3] / ray.length
    return depth


def produce(ob, train_views, test_views, angle, options, title, extra, traced_key=False, fill=1.0, key_with_sky=False):
    """Bakes, renders what is missing, then writes the finished scene (WebP, transforms, depth) to options.out."""
    os.makedirs(options.work, exist_ok=True)
    bake(ob, options.bake, 5, options.work, traced_key, fill, key_with_sky)
    show_baked(traced_key)
    camera = add_camera(angle)
    if options.look is not None:
        for i in map(int, options.look.split(',')):
            render(camera, train_views[i], os.path.join(options.work, f'look_{i:03d}.png'), options.samples, options.side)
        return
    jobs = [('train', i, m) for i, m in enumerate(train_views[: options.train])]
    tests = [('test', i, m) for i, m in enumerate(test_views[: options.test])]
    stride = max(1, len(jobs) // max(1, len(tests)))
    order = []  # five train views, one test view, ...: whatever is there can be used
    for n, job in enumerate(jobs):
        order.append(job)
        if n % stride == stride - 1 and tests:
            order.append(tests.pop(0))
    order += tests
    begun = time.monotonic()
    for split, i, matrix in order:
        if time.monotonic() - begun > options.limit:
            break
        path = os.path.join(options.work, f'{split}_{i:03d}.png')
        if not os.path.exists(path):
            render(camera, matrix, path, options.samples, options.side)
            print(f'{split} {i} done', flush=True)
    if options.out:
        finish(ob, train_views[: options.train], test_views[: options.test], angle, options, extra)
        list_scene(options.out, title)


def list_scene(out, title):
    """Puts the scene into index.json beside it, with all its files, so that a page can fetch it."""
    out = os.path.abspath(out)
    name, index = os.path.basename(out), os.path.join(os.path.dirname(out), 'index.json')
    files = sorted(os.path.relpath(os.path.join(d, f), out).replace(os.sep, '/') for d, _, fs in os.walk(out) for f in fs)
    rows = [r for r in (json.load(open(index)) if os.path.exists(index) else []) if r['name'] != name]
    size = sum(os.path.getsize(os.path.join(out, f)) for f in files)
    rows.append({'name': name, 'title': title, 'path': f'scenes/{name}', 'licence': 'CC0-1.0', 'bytes': size, 'files': files})
    with open(index, 'w') as f:
        f.write('[\n' + ',\n'.join(json.dumps(r) for r in rows) + '\n]\n')
    print(f'{name}: {len(files)} files, {size} bytes')


def finish(ob, train_views, test_views, angle, options, extra):
    from mathutils.bvhtree import BVHTree

    tree = BVHTree.FromPolygons([v.co for v in ob.data.vertices], [tuple(p.vertices) for p in ob.data.polygons])
    for split, views in (('train', train_views), ('test', test_views)):
        os.makedirs(os.path.join(options.out, split), exist_ok=True)
        frames = []
        for i, matrix in enumerate(views):
            png = os.path.join(options.work, f'{split}_{i:03d}.png')
            if not os.path.exists(png):
                continue
            name = f'{split}/{i:03d}.webp'
            Image.open(png).convert('RGB').save(os.path.join(options.out, name), quality=options.quality, method=6)
            frame = {'file_path': name, 'transform_matrix': [[round(v, 7) for v in row] for row in matrix]}
            if split == 'test':
                frame['depth_file_path'] = f'test/{i:03d}_depth.npy'
                np.save(os.path.join(options.out, frame['depth_file_path']), depth_of_view(ob, matrix, angle, tree))
            frames.append(frame)
        with open(os.path.join(options.out, f'transforms_{split}.json'), 'w') as f:
            head = json.dumps({'camera_angle_x': angle, 'w': options.side, 'h': options.side, **extra})[:-1]
            f.write(head + ', "frames": [\n' + ',\n'.join(json.dumps(x) for x in frames) + '\n]}\n')
