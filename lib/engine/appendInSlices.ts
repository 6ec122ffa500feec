import type { Reading } from '../model/series.ts'
import type { Store } from '../model/store.ts'
import { breathe } from './breathe.ts'

/** Samples of one poll that are stored without yielding to the event loop: new series, the most expensive, take about 10 µs each. */
const KEPT_AT_ONCE = 1_000

/** Stores one poll; a large one slice by slice, so that requests are served in between. */
export function appendInSlices(
  store: Pick<Store, 'append'>,
  target: string,
  at: number,
  samples: readonly Reading[],
  { stepMs, lateMs = 0 }: { stepMs: number; lateMs?: number | undefined },
  stopped: () => boolean,
): void | Promise<void> {
  if (samples.length > KEPT_AT_ONCE) return slices(store, target, at, samples, { stepMs, lateMs }, stopped)
  if (samples.length > 0) store.append(target, at, samples, stepMs, lateMs)
}

async function slices(...[store, target, at, samples, { stepMs, lateMs }, stopped]: Parameters<typeof appendInSlices>): Promise<void> {
  for (let from = 0; from < samples.length && !stopped(); from += KEPT_AT_ONCE) {
    store.append(target, at, samples.slice(from, from + KEPT_AT_ONCE), stepMs, lateMs)
    await breathe()
  }
}
