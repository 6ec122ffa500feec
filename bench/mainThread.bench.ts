import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseConfig } from '../lib/config/parse.ts'
import { products } from '../lib/products/sources.ts'
import { exposition } from '../lib/server/health/exposition.ts'
import { operations } from '../lib/server/http/operations.ts'
import { serve } from '../lib/server/http/serve.ts'
import { createLog } from '../lib/server/log.ts'
import { openRuntime } from '../lib/server/open.ts'
import { type Runtime, setRuntime } from '../lib/server/runtime.ts'
import { schemas } from '../lib/server/schemas.ts'
import { bigFleet, fillHistory, QUERIED } from './bigFleet.ts'
import type { Bench, Row } from './table.ts'

/** The design's promise: nothing holds the only thread for longer. */
const TURN_MS = 50
/** Each call is made so often, with a finding put in between: the least of them is the call's own, what the engine did meanwhile is not. */
const TRIES = 3
const TICKS_S = 20

/** The longest turn of the event loop, in ms of this thread's own time, while `work` goes on. What the machine does besides is not in it. */
async function longestTurn(work: () => Promise<unknown>): Promise<number> {
  let longest = 0
  let before = process.threadCpuUsage()
  let over = false
  const measure = () => {
    const { user, system } = process.threadCpuUsage(before)
    before = process.threadCpuUsage()
    longest = Math.max(longest, (user + system) / 1_000)
  }
  const watch = (): void => {
    measure()
    if (!over) setImmediate(watch)
  }
  setImmediate(watch)
  await new Promise(setImmediate)
  longest = 0
  await work()
  measure()
  over = true
  return longest
}

/** Every GET call of the API, each list with its filters: a path below /api/v1 each. */
function paths(runtime: Runtime): string[] {
  const [newest] = runtime.store.findings.list()
  const { store } = runtime
  const ids: Record<string, string> = {
    'findings/{id}': newest!.id,
    'incidents/{id}': newest!.id,
    'proposals/{id}': store.proposals.list()[0]?.id ?? 'none',
    'changes/{id}': store.changes.list()[0]!.id,
    'pools/{target}/{pool}': 'edge/pool-0',
    'targets/{name}': QUERIED,
    'rings/{name}': 'users',
  }
  const filled = (path: string) =>
    ids[path] ??
    path
      .replace('{target}', 'edge')
      .replace('{pool}', 'pool-0')
      .replace('{name}', QUERIED)
      .replaceAll(/\{\w+\}/g, 'none')
  const day = `from=${new Date(runtime.now() - 86_400_000).toISOString()}`
  const plain = operations
    // Streams have no end, and `series` needs a metric.
    .filter(({ method, path }) => method === 'GET' && path !== 'events' && path !== 'series')
    .map(({ path }) => filled(path))
  const lists = ['findings', 'incidents', 'targets', 'pools', 'changes', 'proposals', 'deliveries', 'audit']
  return [
    ...plain,
    ...lists.map((list) => `${list}?limit=1000`),
    'findings?state=firing',
    'findings?state=resolved&limit=1000',
    'findings?rule=cache/hit-ratio-drop&severity=critical',
    `findings?target=${QUERIED}`,
    'incidents?state=firing',
    'incidents?state=resolved&limit=1000',
    `series?metric=cache_items&target=${QUERIED}&${day}`,
    `series?metric=cache_hits_total&rate=true&target=${QUERIED}&${day}`,
    `series?metric=pool_requests_total&rate=true&target=edge&${day}`,
  ]
}

/** A call through the whole server, without the socket. Follows `next` once. */
async function call(path: string): Promise<number> {
  const answer = await serve(new Request(`http://127.0.0.1/api/v1/${path}`, { headers: { host: '127.0.0.1' } }))
  await answer.text()
  return answer.status
}

export const bench: Bench = {
  name: 'mainThread',
  title: 'the longest turn of the event loop: 1,000 targets with 24 h of history, 10,000 findings',
  async run() {
    const data = mkdtempSync(join(tmpdir(), 'evenkeel-main-thread-'))
    const { product, targets } = bigFleet()
    products.push(product)
    try {
      await fillHistory(data)
      process.env.EVENKEEL_LOG = 'silent'
      const config = parseConfig('auth: { mode: none }\nlearning: 1s\n', {}, schemas(), {
        file: join(data, 'evenkeel.yaml'),
        readFile: () => '',
      })
      const runtime = await openRuntime({ ...config, data, targets }, { NODE_ENV: 'test' }, () => {}, createLog())
      setRuntime(runtime)
      await sleep(5_000)
      const rows: Row[] = []
      const measured = async (what: string, work: () => Promise<unknown>) => {
        let least = Number.POSITIVE_INFINITY
        for (let i = 0; i < TRIES; i++) {
          // What is remembered of the last answer is of no use: something has changed, as it does each second.
          const [finding] = runtime.store.findings.list(({ state }) => state === 'firing')
          if (finding) runtime.store.findings.put({ ...finding, seenAt: runtime.now() })
          least = Math.min(least, await longestTurn(work))
        }
        rows.push({ what, value: least, unit: 'ms', goal: { most: TURN_MS } })
      }
      for (const path of paths(runtime)) {
        const status = await call(path)
        // Derived series are computed bucket by bucket elsewhere; what is not there costs nothing and tells nothing.
        await measured(`GET ${path.replace(/from=[^&]*/, '24 h')}${status === 200 ? '' : ` (${status})`}`, () => call(path))
      }
      await measured('GET /metrics', () => exposition(runtime))
      rows.sort((a, b) => (b.value as number) - (a.value as number))
      rows.push({
        what: `${TICKS_S} s of polls and ticks with all rules`,
        value: await longestTurn(() => sleep(TICKS_S * 1_000)),
        unit: 'ms',
        goal: { most: TURN_MS },
      })
      await runtime.close()
      setRuntime(undefined)
      return rows
    } finally {
      products.pop()
      rmSync(data, { recursive: true, force: true })
    }
  },
}
