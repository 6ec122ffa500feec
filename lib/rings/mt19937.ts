const LENGTH = 624
const AHEAD = 397

/** The Mersenne Twister of C++'s `std::mt19937`: 32 bits each call. Programs that seed it draw the same numbers everywhere. */
export function mt19937(seed: number): () => number {
  const state = new Uint32Array(LENGTH)
  state[0] = seed
  for (let i = 1; i < LENGTH; i++) {
    const last = state[i - 1]!
    state[i] = Math.imul(1_812_433_253, last ^ (last >>> 30)) + i
  }
  let at = LENGTH
  return () => {
    if (at === LENGTH) {
      twist(state)
      at = 0
    }
    let drawn = state[at++]!
    drawn ^= drawn >>> 11
    drawn ^= (drawn << 7) & 0x9d2c5680
    drawn ^= (drawn << 15) & 0xefc60000
    return (drawn ^ (drawn >>> 18)) >>> 0
  }
}

function twist(state: Uint32Array): void {
  for (let i = 0; i < LENGTH; i++) {
    const joined = (state[i]! & 0x80000000) | (state[(i + 1) % LENGTH]! & 0x7fffffff)
    state[i] = state[(i + AHEAD) % LENGTH]! ^ (joined >>> 1) ^ (joined & 1 ? 0x9908b0df : 0)
  }
}
