// The made-up scene of the benchmark, under the name that the command line's tests know.

export { benchScene } from '../bench/scene.ts';
