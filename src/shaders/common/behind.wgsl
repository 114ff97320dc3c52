// What shows where light is left. In an opaque scene nothing lies behind: a ray that slips through a thin place of the
// field shows the colour that the rest of its light met, and the background only where next to nothing was met.

const MET_NOTHING = 0.02; // opacity
const MET_ENOUGH = 0.3;

fn behind(colour: vec3f, light: f32, background: vec3f, filled: u32) -> vec3f {
  let opacity = 1.0 - light;
  let share = select(0.0, smoothstep(MET_NOTHING, MET_ENOUGH, opacity), filled == 1u);
  return mix(background, colour / max(opacity, MET_NOTHING), share);
}
