import { isFine } from '../../metrics/fine.ts'
import { metricOf } from '../../metrics/registry.ts'
import type { AnyDetector, Needs } from '../../model/detector.ts'
import type { AnyProduct, Emits } from '../../model/product.ts'

/** Whether a rule works on a product: by what is always read of it, only with these probes, or not at all for want of these. */
export type Coverage = { works: true } | { works: 'with'; probes: string[] } | { works: false; lacks: string[] }

/** One thing that a rule needs, as a probe gives it: `metric cache_hits_total`, `records hot-key`, `topology pools`. */
type Thing = string

/** What the engine derives of a ring or Cluster at each tick, so that no probe has to give it. */
const DERIVED: Record<string, Thing> = {
  ring_share_owned: 'topology rings',
  ring_share_seen: 'topology rings',
  ring_hits_total: 'topology rings',
  ring_misses_total: 'topology rings',
  cluster_hits_total: 'topology cluster',
  cluster_misses_total: 'topology cluster',
}

/** Everything that a rule cannot judge without. */
function neededBy({ metrics, records = [], topology, can = [] }: Needs): Thing[] {
  const stored = metrics.flatMap((metric) => metricOf(metric).from).map((metric) => DERIVED[metric] ?? `metric ${metric}`)
  return [
    ...new Set([
      ...stored,
      ...records.map((kind) => `records ${kind}`),
      ...(topology ? [`topology ${topology}`] : []),
      ...can.map((ability) => `can ${ability}`),
    ]),
  ]
}

const givenBy = ({ metrics = [], records = [], topology = [] }: Emits): Thing[] => [
  ...metrics.map((metric) => `metric ${metric}`),
  ...records.map((kind) => `records ${kind}`),
  ...topology.map((part) => `topology ${part}`),
]

/** The words for a reader: a metric by its name, records by their kind, a part of the topology by what it is of. */
const WORDS: Record<string, string> = {
  'records hot-key': 'counted keys',
  'records big-key': 'sizes of keys',
  'records setting': 'settings',
  'records client-buffer': 'connections one by one',
  'records slow': 'slow commands',
  'records curve': 'references',
  'records staleness': 'references',
  'can eviction': 'a choice of its rule of eviction',
  'topology pools': 'pools',
  'topology rings': 'a ring',
  'topology cluster': 'a cluster',
}
const wordsOf = (thing: Thing) => WORDS[thing] ?? thing.slice(thing.indexOf(' ') + 1)

/**
 * Computes from needs and emits whether a rule works on a product. The vital probe is read of every target; any other may be missing where
 * the server or the configuration does not allow it, so that a rule which depends on one is shown as working with it.
 */
export function coverage({ needs }: Pick<AnyDetector, 'needs'>, { probes, can }: Pick<AnyProduct, 'probes' | 'can'>): Coverage {
  const givers = new Map<Thing, { feature: string; vital?: boolean }[]>()
  /** What is given, but too coarsely for this rule. */
  const coarse = new Set<Thing>()
  for (const probe of probes)
    for (const thing of givenBy(probe.emits ?? {}))
      if (thing.startsWith('metric ') && probe.emits?.late && !isFine(probe.emits.late, needs)) coarse.add(thing)
      else givers.set(thing, [...(givers.get(thing) ?? []), probe])
  for (const ability of Object.keys(can ?? {})) givers.set(`can ${ability}`, [{ feature: ability, vital: true }])
  // Curves are computed of whatever tells references.
  if (can?.references) for (const thing of ['records curve', 'records staleness']) givers.set(thing, [{ feature: 'references' }])
  const needed = neededBy(needs)
  const lacks = needed.filter((thing) => !givers.has(thing))
  // A product without pools has no requests of pools either: one reason is enough.
  const parts = lacks.filter((thing) => thing.startsWith('topology '))
  const missing = (parts.length > 0 ? parts : lacks).map((thing) => (coarse.has(thing) ? 'finer values' : wordsOf(thing)))
  if (missing.length > 0) return { works: false, lacks: [...new Set(missing)] }
  const sometimes = needed.map((thing) => givers.get(thing)!).filter((all) => !all.some(({ vital }) => vital))
  if (sometimes.length === 0) return { works: true }
  return { works: 'with', probes: fewest(sometimes.map((all) => all.map(({ feature }) => feature))) }
}

/** The probes that give all of it, as alternatives where each of several gives every thing alone; else one of each thing's. */
function fewest(givers: string[][]): string[] {
  const alone = givers[0]!.filter((feature) => givers.every((all) => all.includes(feature)))
  return alone.length > 0 ? [alone.join(' or ')] : [...new Set(givers.map((all) => all.join(' or ')))]
}

/** `yes`, `with SLOWLOG`, `no: cache_hits_total`. */
export function coverageText(of: Coverage): string {
  if (of.works === true) return 'yes'
  return of.works === 'with' ? `with ${of.probes.join(' and ')}` : `no: ${of.lacks.join(', ')}`
}
