/** Marsaglia's xorshift32: a seeded generator that is fast enough for each step of a simulation. */
export class Random {
  readonly #state = new Int32Array(1)
  constructor(seed: number) {
    this.#state[0] = seed | 1
    for (let i = 0; i < 8; i++) this.bits()
  }
  bits(): number {
    const state = this.#state
    let x = state[0]!
    x ^= x << 13
    x ^= x >>> 17
    x ^= x << 5
    state[0] = x
    return x >>> 0
  }
  /** A whole number from 0 to n - 1. */
  below(n: number): number {
    return Math.floor((this.bits() / 4_294_967_296) * n)
  }
  /** Even in [0, 1). */
  unit(): number {
    return this.bits() / 4_294_967_296
  }
}
