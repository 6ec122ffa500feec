import type { Value } from './history.ts'

/**
 * Several lines over the same moments, one column each; NaN where a line has no value. Series of one poll have the same moments, and then
 * adding one is linear in its points.
 */
export class Grid {
  /** Epoch ms, in the order of time. */
  at: number[] = []
  columns: Float64Array[] = []

  add(points: readonly Value[]): void {
    if (points.length > 0) this.#widen(points)
    const column = new Float64Array(this.at.length).fill(Number.NaN)
    let i = 0
    for (const [moment, value] of points) {
      while (this.at[i]! < moment) i++
      if (value !== null) column[i] = value
    }
    this.columns.push(column)
  }

  /** Takes up moments that only these points have. */
  #widen(points: readonly Value[]): void {
    const old = this.at
    if (old.length === points.length && points.every(([moment], i) => moment === old[i])) return
    const at: number[] = []
    const from: number[] = []
    let i = 0
    const keep = () => {
      from.push(at.length)
      at.push(old[i++]!)
    }
    for (const [moment] of points) {
      while (i < old.length && old[i]! < moment) keep()
      if (old[i] === moment) keep()
      else at.push(moment)
    }
    while (i < old.length) keep()
    if (at.length === old.length) return
    this.at = at
    this.columns = this.columns.map((column) => {
      const wide = new Float64Array(at.length).fill(Number.NaN)
      for (const [k, place] of from.entries()) wide[place] = column[k]!
      return wide
    })
  }
}
