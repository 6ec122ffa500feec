import { expect, test } from 'vitest'
import { route } from '../../../test/documents.ts'
import { noBrowsers } from '../../../test/receiver.ts'
import type { Finding } from '../../model/finding.ts'
import type { Notice, RateLimit } from '../../model/notice.ts'
import type { Notifier } from '../../model/notifier.ts'
import type { Store } from '../../model/store.ts'
import { createStore } from '../../store/store.ts'
import { createBus } from '../bus.ts'
import { createDispatch } from './dispatch.ts'

const CRASH = new Error('the process has ended')

/** The store as a process sees it that ends before its write number `last + 1`: what was written stays. */
function crashingAfter(last: number, store: Store): { store: Store; crashed(): boolean } {
  let writes = 0
  let crashed = false
  const counted =
    <A extends unknown[]>(write: (...args: A) => void) =>
    (...args: A) => {
      if (crashed || ++writes > last) {
        crashed = true
        throw CRASH
      }
      write(...args)
    }
  const { deliveries, memory } = store
  return {
    crashed: () => crashed,
    store: {
      ...store,
      deliveries: {
        get: (id) => deliveries.get(id),
        list: (filter) => deliveries.list(filter),
        put: counted((delivery) => deliveries.put(delivery)),
        insist: counted((delivery) => deliveries.insist(delivery)),
        delete: (id) => deliveries.delete(id),
      },
      memory: {
        get: (key) => memory.get(key),
        keys: (prefix) => memory.keys(prefix),
        put: counted((key, value) => memory.put(key, value)),
        delete: counted((key) => memory.delete(key)),
      },
    },
  }
}

const finding = (id: string): Finding => ({
  id,
  rule: 'cache/hot-key',
  severity: 'warning',
  state: 'firing',
  subject: { target: id },
  summary: id,
  evidence: [],
  since: 0,
  seenAt: 0,
})

function setUp(limit: RateLimit | null) {
  const store = createStore({ path: ':memory:' })
  const sent: Notice[] = []
  const pigeon: Notifier<string> = {
    kind: 'pigeon',
    config: null as never,
    async notify(_config, notice) {
      sent.push(notice)
      return { delivered: true, retry: false, answer: 'ok' }
    },
  }
  const begin = (seen: Store, at: () => number) =>
    createDispatch({
      routes: [{ ...route, group: ['target'], waitMs: 0, limit }],
      receivers: [{ name: 'ops', channels: [{ kind: 'pigeon', config: '' }] }],
      browsers: noBrowsers,
      notifiers: [pigeon],
      store: seen,
      bus: createBus(() => {}),
      externalUrl: 'http://h',
      now: at,
      log: { info() {}, warn() {}, error() {} },
    })
  return { store, sent, begin }
}

/** Ticks a second apart for so long, each with what it sends taken. */
async function pass(dispatch: ReturnType<typeof createDispatch>, clock: { at: number }, seconds: number) {
  for (let second = 0; second < seconds; second++) {
    clock.at += 1_000
    dispatch.tick()
    await new Promise((resolve) => setImmediate(resolve))
  }
}

const CASES = [
  ['each by itself', null, 8],
  ['and as a digest of what is over the limit', { count: 1, perMs: 3_600_000 }, 75],
] as const

test.each(CASES)('a process that ends before any of its writes tells nothing twice and all of it: %s', async (_name, limit, seconds) => {
  for (let last = 0; ; last++) {
    const { store, sent, begin } = setUp(limit)
    for (const id of ['a', 'b', 'c']) store.findings.put(finding(id))
    const clock = { at: 1_000_000 }
    const process = crashingAfter(last, store)
    // A tick throws where the process would have ended; those after it are of a process that is no more.
    await pass(
      begin(process.store, () => clock.at),
      clock,
      seconds,
    ).catch((error) => expect(error).toBe(CRASH))
    const crashed = process.crashed()
    await pass(
      begin(store, () => clock.at),
      clock,
      seconds,
    )
    const told = sent.flatMap((notice) => notice.findings.map(({ id }) => id)).sort()
    // A try whose answer could not be written down is made again: at least once.
    const again = new Set(told)
    expect([...again], `crash before write ${last + 1}`).toEqual(['a', 'b', 'c'])
    expect(
      store.deliveries
        .list()
        .flatMap(({ findings }) => findings)
        .sort(),
      `crash before write ${last + 1}`,
    ).toEqual(['a', 'b', 'c'])
    store.close()
    if (!crashed) return
    expect(last).toBeLessThan(100)
  }
})
