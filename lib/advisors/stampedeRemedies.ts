import { text } from '../format/format.ts'

/** A remedy of a stampede in the application. `fetches`: of the origin a second with it; null: `because` says why there is no number. */
export type StampedeRemedy = {
  id: 'single-flight' | 'lease' | 'early' | 'stale' | 'jitter'
  title: string
  fetches: { low: number; high: number } | null
  because: string
}

/**
 * What readers that miss the same key at the same time ask of the origin, before and after. `fills`: a second; `duplicates`: the share of them
 * that put a value which another reader had just fetched; `connections`: of clients to the cache, null where they are not known.
 */
export type StampedeSeen = { fills: number; duplicates: number; connections: number | null }

/** Early fetches come at random: now and then two readers begin one at the same time (XFetch with beta 1; Vattani et al., VLDB 2015). */
const EARLY_TWICE = 2

/** The remedies, each with what is still fetched at the measured rates. The one that takes most off without making anybody wait stands first. */
export function stampedeRemedies({ fills, duplicates, connections }: StampedeSeen): StampedeRemedy[] {
  // One fetch for each value that was needed at all.
  const once = fills * (1 - duplicates)
  const most = (high: number) => ({ low: once, high: Math.min(fills, Math.max(once, high)) })
  return [
    {
      id: 'stale',
      title: 'Serve the old value while one reader fetches the new one',
      fetches: most(once),
      because:
        'The value is kept longer than it is fresh, and a lease lets one reader fetch. Nobody waits; a reader sees a value that is older by one fetch.',
    },
    {
      id: 'lease',
      title: 'A lease: one reader fetches, the others wait and read again',
      fetches: most(once),
      because:
        'The others wait as long as one fetch takes. A reader that dies with the lease holds them up until the lease ends: give it little more than a fetch takes.',
    },
    {
      id: 'early',
      title: 'Fetch early, at random before the end (XFetch)',
      fetches: most(EARLY_TWICE * once),
      because:
        'Each read may fetch before the end, the likelier the longer a fetch takes and the nearer the end is. Nobody waits, and no lock is needed; a key that is read rarely still ends.',
    },
    {
      id: 'single-flight',
      title: 'One fetch for each process (single flight)',
      fetches: connections === null ? null : most(once * Math.max(1, connections)),
      because:
        connections === null
          ? 'How many processes read is not known: each of them still fetches once.'
          : `Each process still fetches once: no more than the ${text(connections, 'count')} connections to the cache. A few lines, and no change of what is stored.`,
    },
    {
      id: 'jitter',
      title: 'Jitter of the TTL',
      fetches: null,
      because: 'It spreads keys that would end together, and takes nothing off readers of one key.',
    },
  ]
}
