import { setTimeout as sleep } from 'node:timers/promises'

/** Sends rows at their own times: `send` gets those that are due, from one index to before another. Returns how late the latest was, ms. */
export async function paced(at: Float64Array, send: (from: number, to: number) => void | Promise<void>): Promise<number> {
  const start = performance.now() - (at[0] ?? 0)
  let lateMs = 0
  for (let row = 0; row < at.length; ) {
    const now = performance.now() - start
    lateMs = Math.max(lateMs, now - at[row]!)
    let to = row
    while (to < at.length && at[to]! <= now && to - row < 1_000) to++
    if (to > row) await send(row, to)
    row = to
    if (row < at.length) await sleep(Math.max(1, Math.min(20, at[row]! - now)))
  }
  return lateMs
}
