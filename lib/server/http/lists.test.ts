import { expect, test } from 'vitest'
import { needsWords } from '../../../components/findings/words.ts'
import type { Page } from '../../model/answers/shape.ts'
import type { Finding } from '../../model/finding.ts'
import { createStore } from '../../store/store.ts'
import { listDeliveries } from '../deliveries/deliveries.ts'
import { listFindings } from '../findings/findings.ts'
import type { Runtime } from '../runtime.ts'
import { listSilences } from '../silences/silences.ts'
import type { Paging } from './paging.ts'

const DAY = 86_400_000
const NOW = 10 * DAY
const finding = (id: string, fields: Partial<Finding>): Finding => ({
  id,
  rule: 'balancer/slow-server',
  severity: 'critical',
  state: 'firing',
  subject: { target: 'edge' },
  summary: id,
  evidence: [],
  since: NOW,
  firingAt: NOW,
  seenAt: NOW,
  ...fields,
})
function runtimeOf(): Runtime {
  const store = createStore({ path: ':memory:', now: () => NOW })
  return {
    store,
    engine: { noRemedy: () => null },
    dispatch: { heldBack: () => null },
    detectors: [],
    advisors: [],
    now: () => NOW,
  } as unknown as Runtime
}
function everyPage<T>(list: (paging: Paging) => Page<T>): T[] {
  const found: T[] = []
  for (let cursor: string | undefined, pages = 0; pages < 10; pages++) {
    const page = list({ cursor })
    found.push(...page.items)
    if (!page.next) return found
    cursor = page.next
  }
  throw new Error('no end')
}

test('what fires since yesterday is counted and shown, whatever was resolved since', () => {
  const runtime = runtimeOf()
  runtime.store.findings.put(finding('old', { since: NOW - DAY }))
  for (let i = 0; i < 150; i++) runtime.store.findings.put(finding(`r${i}`, { state: 'resolved', since: NOW - i, resolvedAt: NOW }))
  // The trap: the newest page of everything does not hold it.
  expect(listFindings(runtime).items.some(({ state }) => state === 'firing')).toBe(false)
  expect(listFindings(runtime)).toMatchObject({ total: 151 })
  const firing = listFindings(runtime, { state: 'firing' })
  expect(firing).toMatchObject({ items: [{ id: 'old' }], next: null, total: 1 })
  expect(needsWords(firing.total!, listFindings(runtime, { state: 'firing', severity: 'info', limit: 1 }).total!)).toBe(
    '1 thing needs you.',
  )
})

test('nothing needs you is said of no firing finding alone', () => {
  expect(needsWords(0, 0)).toBe('Even keel: nothing needs you.')
  expect(needsWords(2, 2)).toBe('Nothing needs you; 2 for your information.')
  expect(needsWords(3, 1)).toBe('2 things need you.')
})

test('lists of 250 are reached entirely, and each page says how many there are', () => {
  const runtime = runtimeOf()
  for (let i = 0; i < 250; i++) {
    runtime.store.findings.put(finding(`f${i}`, { since: NOW - i }))
    runtime.store.silences.put({ id: `s${i}`, match: {}, from: NOW - i, until: NOW + 1, by: 'ann', reason: '' })
    runtime.store.deliveries.put({
      id: `d${i}`,
      receiver: 'ops',
      channel: 'webhook',
      at: NOW - i,
      findings: [],
      status: 'firing',
      state: 'delivered',
      attempts: 1,
    })
  }
  for (const list of [
    (paging: Paging) => listFindings(runtime, paging),
    (paging: Paging) => listSilences(runtime, paging),
    (paging: Paging) => listDeliveries(runtime, paging),
  ]) {
    const all = everyPage<{ id: string }>(list)
    expect(new Set(all.map(({ id }) => id)).size).toBe(250)
    expect(list({ limit: 7 }).total).toBe(250)
  }
})

test('what holds a text is counted and paged as a list of its own', () => {
  const runtime = runtimeOf()
  for (let i = 0; i < 250; i++)
    runtime.store.findings.put(finding(`f${i}`, { subject: { target: i % 2 === 0 ? 'Shop-edge' : 'mail' }, since: NOW - i }))
  expect(listFindings(runtime, { q: 'shop' })).toMatchObject({ total: 125, all: 250 })
  expect(listFindings(runtime)).not.toHaveProperty('all')
  expect(everyPage((paging) => listFindings(runtime, { q: 'SHOP', ...paging }))).toHaveLength(125)
  expect(listFindings(runtime, { q: 'slow-server' }).total).toBe(250)
  expect(listFindings(runtime, { q: 'shop', rule: 'other' })).toMatchObject({ total: 0, all: 0 })
  expect(listFindings(runtime, { q: 'f12 target=shop-EDGE' }).total).toBe(6)
})
