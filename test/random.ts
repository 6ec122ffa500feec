/** Seeded and uniform in (0, 1): the same seed gives the same test on every machine (Lehmer's generator). */
export function randomOf(seed: number): () => number {
  let state = (Math.abs(seed) % 2_147_483_646) + 1
  return () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
}

/** One draw of standard normal noise (Box and Muller). */
export const normal = (random: () => number) => Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random())
