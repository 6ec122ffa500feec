import { beforeEach, expect, test } from 'vitest'
import { route } from '../../../test/documents.ts'
import { noBrowsers } from '../../../test/receiver.ts'
import type { Finding } from '../../model/finding.ts'
import type { Notice } from '../../model/notice.ts'
import type { Notifier } from '../../model/notifier.ts'
import { createStore } from '../../store/store.ts'
import { createBus } from '../bus.ts'
import { createDispatch } from './dispatch.ts'

let at = 1_000_000
let sent: [number, Notice['status'], string][] = []
let delivered = true
const forgetful: Notifier<string> = {
  kind: 'forgetful',
  config: null as never,
  refreshMs: 60_000,
  async notify(_config, { status, findings }) {
    sent.push([at, status, findings.map(({ id }) => id).join()])
    return { delivered, retry: !delivered, answer: '' }
  },
}
const finding: Finding = { id: 'f', rule: 'a/b', severity: 'warning', state: 'firing', subject: { target: 'a' }, summary: '', evidence: [], since: 0, seenAt: 0 } // biome-ignore format: one line
const open = (store = createStore({ path: ':memory:', now: () => at })) => {
  const dispatch = createDispatch({
    routes: [{ ...route, to: ['am'], repeatMs: 14_400_000 }],
    receivers: [{ name: 'am', channels: [{ kind: 'forgetful', config: '' }] }],
    browsers: noBrowsers,
    notifiers: [forgetful],
    store,
    bus: createBus(() => {}),
    externalUrl: '',
    now: () => at,
    log: { info() {}, warn() {}, error() {} },
  })
  const pass = async (seconds: number) => {
    for (let second = 0; second < seconds; second++) {
      at += 1_000
      dispatch.tick()
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  return { store, pass }
}
beforeEach(() => {
  at = 1_000_000
  sent = []
  delivered = true
})

test('what fires is sent again each minute until it is over, and never after its end', async () => {
  const { store, pass } = open()
  store.findings.put(finding)
  await pass(190)
  expect(sent.map(([at]) => at - 1_000_000)).toEqual([1_000, 61_000, 121_000, 181_000])
  store.findings.put({ ...finding, state: 'resolved', resolvedAt: at })
  await pass(130)
  expect(sent.slice(4).map(([, status]) => status)).toEqual(['resolved'])
  expect(store.deliveries.list()).toHaveLength(2)
})

test('a start sends what fires at once; what waits to be delivered goes first', async () => {
  const { store, pass } = open()
  store.findings.put(finding)
  await pass(5)
  const again = open(store)
  await again.pass(2)
  expect(sent).toHaveLength(2)
  delivered = false
  store.findings.put({ ...finding, state: 'resolved', resolvedAt: at })
  await again.pass(100)
  expect(new Set(sent.slice(2).map(([, status]) => status))).toEqual(new Set(['resolved']))
})

test('a clock that is set back by an hour holds nothing up', async () => {
  const { store, pass } = open()
  store.findings.put(finding)
  await pass(5)
  at -= 3_600_000
  await pass(5)
  expect(sent).toHaveLength(2)
})
