// How much of everything a batch of rays has, and the sizes of the dispatches over it: written by scan_counts, read by
// kernels and by indirect dispatches, so that nothing is read back.

struct Counters {
  samples: u32,
  rays_kept: u32,                      // the first ones: those whose samples fit
  samples_wanted: u32,                 // of all rays
  unused: u32,
  over_levels: array<u32, 3>,          // workgroups: over samples x levels
  over_samples: array<u32, 3>,         // over samples
  over_colour_neurons: array<u32, 3>,  // over chunks of samples x pairs of neurons
  over_density_neurons: array<u32, 3>,
  over_mlp_groups: array<u32, 3>,      // over samples in the MLPs, whose workgroups each load all weights
  padding: u32,
}
