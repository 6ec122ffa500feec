import type { Capability } from '../model/topology.ts'
import type { Target } from './target.ts'

/** A target as the engine itself knows it, beside what its probes tell. */
export function seenOf(target: Target, refused: { series: number; because: string } | undefined) {
  const { state, since, error } = target.health()
  const { name, kind, role, labels } = target.config
  const host = target.host()
  return {
    name,
    kind,
    ...(target.product.can && { can: target.product.can }),
    ...(role && { role }),
    ...(labels && { labels }),
    ...(host !== null && { host }),
    state,
    since,
    ...(error && { error }),
    capabilities: [...target.capabilities(), ...seriesLeft(refused)],
  }
}

const seriesLeft = (refused: { series: number; because: string } | undefined): Capability[] =>
  refused
    ? [
        {
          feature: 'all series',
          available: false,
          because: `${refused.series.toLocaleString('en-US')} series of its newest answer are left out: ${refused.because}`,
        },
      ]
    : []
