const OCTAVE = 16
const OCTAVES = 40

/** A histogram of ages in ms with 16 steps to each doubling: a quantile is within 5 % at any age, at the price of one addition. */
export class AgeHistogram {
  readonly #counts = new Float64Array(OCTAVE * (OCTAVES + 1))
  count = 0
  #sum = 0

  add(ms: number): void {
    this.count++
    this.#sum += ms
    this.#counts[binOf(ms)]!++
  }

  get mean(): number | null {
    return this.count > 0 ? this.#sum / this.count : null
  }

  quantile(q: number): number | null {
    if (this.count === 0) return null
    const rank = q * this.count
    let below = 0
    for (let bin = 0; bin < this.#counts.length; bin++) {
      below += this.#counts[bin]!
      if (below >= rank) return middleOf(bin)
    }
    return null
  }
}

/** Exact below 16 ms; above, the leading bit and the next four. */
function binOf(ms: number): number {
  const whole = Math.floor(ms)
  if (whole < OCTAVE) return whole
  if (whole < 2 ** 31) {
    const octave = 31 - Math.clz32(whole) - 4
    return Math.min(OCTAVE * OCTAVES, (octave + 1) * OCTAVE + ((whole >>> octave) & (OCTAVE - 1)))
  }
  const octave = Math.floor(Math.log2(whole)) - 4
  return Math.min(OCTAVE * OCTAVES, (octave + 1) * OCTAVE + (Math.floor(whole / 2 ** octave) & (OCTAVE - 1)))
}

function middleOf(bin: number): number {
  if (bin < OCTAVE) return bin
  const octave = Math.floor(bin / OCTAVE) - 1
  return (OCTAVE + (bin % OCTAVE) + 0.5) * 2 ** octave
}
