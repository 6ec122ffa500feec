import type { Finding } from '../lib/model/finding.ts'
import type { Store } from '../lib/model/store.ts'
import { type HotNames, WARM_RUN_PREFIX, type WarmRun } from '../lib/model/warming.ts'
import { type SeededServer, startSeeded } from './seeded.ts'

const covers = { value: 0.71, low: 0.69, high: 0.73 }

/** A cache that restarted twice within the last hour: one run brought it back, of the other the hook failed. */
function seed(store: Store, now: number): void {
  const finding = (id: string, at: number): Finding => ({ id, rule: 'cache/restart', severity: 'warning', state: 'resolved', subject: { target: 'cache-a' }, summary: 'cache-a restarted 9 s ago: hit ratio 12 %, 91 % before', evidence: [{ metric: 'cache_hit_ratio', where: { target: 'cache-a' }, label: 'hit ratio since', value: 0.12, baseline: 0.91, unit: 'ratio', from: at, to: at + 9_000 }], since: at, firingAt: at + 2_000, resolvedAt: at + 70_000, seenAt: at + 60_000 }) // biome-ignore format: one line
  const run = (id: string, at: number, more: Partial<WarmRun>): WarmRun => ({
    id,
    target: 'cache-a',
    by: 'Evenkeel',
    findings: [`f${id}`],
    emptiedAt: at,
    at: at + 2_500,
    state: 'ended',
    keys: 1_000,
    namedAt: at - 40_000,
    covers,
    perSecond: 100,
    batch: 50,
    next: 1_000,
    taken: 1_000,
    refused: 0,
    filled: 871,
    calls: 20,
    failuresInRow: 0,
    newest: { at: at + 12_000, taken: true, answer: 'HTTP 200' },
    endedAt: at + 12_300,
    end: 'sent',
    because: 'All keys were sent.',
    ratioBefore: 0.91,
    expects: {
      withHook: { value: 14.2, low: 10.1, high: 21.8 },
      without: { value: 96, low: 61, high: 170 },
      hitsPerSecond: { value: 410, low: 330, high: 490 },
      keys: 5_200,
    },
    measured: { seconds: 15.4, inside: true, saved: { value: 1_840, low: 1_210, high: 3_020 } },
    ...more,
  })
  const failed = run('two', now - 900_000, {
    next: 150,
    taken: 150,
    filled: null,
    calls: 8,
    failuresInRow: 5,
    newest: { at: now - 880_000, taken: false, answer: 'HTTP 503' },
    end: 'failed',
    because: '5 calls in a row failed, the newest with: HTTP 503.',
    measured: { seconds: 88, inside: null, saved: { value: 0, low: 0, high: 300 } },
  })
  for (const one of [run('one', now - 3_000_000, {}), failed]) {
    store.memory.put(WARM_RUN_PREFIX + one.id, one)
    store.findings.put(finding(`f${one.id}`, one.emptiedAt!))
  }
  const keys = Array.from({ length: 40 }, (_, i): HotNames['keys'][number] => [{ key: `product:${i}` }, 0.5 / (i + 1)])
  store.memory.put('warming/hot/cache-a', { at: now - 30_000, keys, covers } satisfies HotNames)
}

/** The built server on that store. No fleet: its cache cannot be reached, and its hook is a program that takes a second for each batch. */
export const startSeededWarming = (): Promise<SeededServer> =>
  startSeeded(
    seed,
    `targets:
  - kind: redis
    name: cache-a
    url: "redis://127.0.0.1:1"
    role: cache
    monitor: bursts
    warm: { command: [sleep, "1"], perSecond: 1, batch: 1 }
  - { kind: redis, name: cache-b, url: "redis://127.0.0.1:2", role: cache }
`,
  )
