// What shows where transmittance is left. In an opaque scene there is no background: a ray that slips through a thin
// place of the field shows the colour that it accumulated, and the background only where it met next to nothing.

const MET_NOTHING = 0.02; // opacity
const MET_ENOUGH = 0.3;

// accumulated: premultiplied colour of the samples. opaque: 1 where the scene is.
fn fill_residual(accumulated: vec3f, transmittance: f32, background: vec3f, opaque: u32) -> vec3f {
  let opacity = 1.0 - transmittance;
  let share = select(0.0, smoothstep(MET_NOTHING, MET_ENOUGH, opacity), opaque == 1u);
  return mix(background, accumulated / max(opacity, MET_NOTHING), share);
}
