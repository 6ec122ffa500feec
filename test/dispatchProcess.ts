/** Started by the kill test: dispatches findings to a webhook, a tick at a time, until it is killed. */

import { createBus } from '../lib/engine/bus.ts'
import { createDispatch } from '../lib/engine/dispatch/dispatch.ts'
import type { Finding } from '../lib/model/finding.ts'
import { webhook } from '../lib/notifiers/webhook.ts'
import { createStore } from '../lib/store/store.ts'
import { noBrowsers } from './receiver.ts'

const [path = '', url = '', count = '0', limit = ''] = process.argv.slice(2)
const start = Date.now()
const store = createStore({ path })
const finding = (index: number): Finding => ({
  id: `f${index}`,
  rule: 'cache/hot-key',
  severity: 'warning',
  state: 'firing',
  subject: { target: `t${index}` },
  summary: 'x',
  evidence: [],
  since: Date.now(),
  seenAt: Date.now(),
})
const dispatch = createDispatch({
  routes: [
    {
      match: {},
      to: ['hook'],
      group: ['target'],
      waitMs: 0,
      repeatMs: 3_600_000,
      continue: false,
      inhibit: [],
      followers: 'mute',
      quiet: [],
      limit: limit === '' ? null : { count: Number(limit), perMs: 3_600_000 },
    },
  ],
  receivers: [{ name: 'hook', channels: [{ kind: 'webhook', config: { url } }] }],
  notifiers: [webhook],
  browsers: noBrowsers,
  store,
  bus: createBus(() => {}),
  externalUrl: 'http://h',
  // A digest waits for a minute, which is here a tenth of a second.
  now: limit === '' ? Date.now : () => start + (Date.now() - start) * 600,
  log: { info() {}, warn() {}, error() {} },
})
for (let index = 0; index < Number(count); index++) if (!store.findings.get(`f${index}`)) store.findings.put(finding(index))
for (;;) {
  dispatch.tick()
  process.stdout.write('.')
  await new Promise((resolve) => setTimeout(resolve, 5))
}
