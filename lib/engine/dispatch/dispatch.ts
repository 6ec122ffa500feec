import { randomUUID } from 'node:crypto'
import { EvenkeelError } from '../../model/error.ts'
import type { Bus } from '../../model/events.ts'
import type { Finding } from '../../model/finding.ts'
import type { Log } from '../../model/log.ts'
import type { Delivery, Notice, Route } from '../../model/notice.ts'
import type { AnyNotifier } from '../../model/notifier.ts'
import type { Store } from '../../model/store.ts'
import { alertById, firingAlerts } from './alerts.ts'
import { loggedAfter, notificationOf } from './dedup.ts'
import { createDeliver, type Receivers } from './deliver.ts'
import { type Group, groupKeyOf, groupsOf } from './group.ts'
import { createNotificationLog } from './notificationLog.ts'
import { createOutbox } from './outbox.ts'
import { routeKey } from './route.ts'
import { isSilenced } from './silence.ts'

export type DispatchOptions = {
  routes: readonly Route[]
  receivers: Receivers
  notifiers: readonly AnyNotifier[]
  store: Store
  bus: Bus
  externalUrl: string
  now?: () => number
  log: Log
}

/**
 * From a finding to a message that arrived, in Alertmanager's stages: silence, route, group, wait, deduplicate by the notification log,
 * outbox, deliver. Each stage is a file beside this one.
 */
export interface Dispatch {
  /** After each engine tick: what has changed since is put into the outbox, and what is due is sent. */
  tick(): void
  /** Sends one test notice over each channel of a receiver, now. */
  test(receiver: string): Promise<Delivery[]>
  /** No new tries; resolves when those under way have ended, which is within their deadline. */
  stop(): Promise<void>
}

/** Deliveries that are done stay on the page for a week. */
const KEEP_MS = 7 * 86_400_000
const SWEEP_MS = 60_000

export function createDispatch({ routes, receivers, notifiers, store, bus, externalUrl, now = Date.now, log }: DispatchOptions): Dispatch {
  const notificationLog = createNotificationLog(store)
  const outbox = createOutbox(store)
  const deliver = createDeliver({ receivers, notifiers, outbox, deliveries: store.deliveries, now, log })
  let sweptAt = 0
  let stopped = false
  /** The clock was set: what waits goes on waiting for what was left of it. */
  const unsubscribe = bus.on((event) => {
    if (event.type !== 'clock') return
    sweptAt += event.step.byMs
    notificationLog.stepClock(event.step.byMs)
    outbox.stepClock(event.step.byMs)
  })

  function notifyGroup(route: Route, key: string, group: Group, at: number): void {
    const last = notificationLog.get(key, group.name)
    const current = (id: string) => alertById(store, id, at)
    const decision = notificationOf(last, group.firing, current, route, at)
    if (decision.is === 'notify') {
      log.info({ route: key, group: group.name, reasons: decision.reasons }, 'a group is notified')
      const about = { groupLabels: group.labels, groupKey: groupKeyOf(key, group.name), externalUrl }
      if (decision.firing.length > 0) enqueue(route, { ...about, status: 'firing', findings: decision.firing }, at)
      if (decision.resolved.length > 0) enqueue(route, { ...about, status: 'resolved', findings: decision.resolved }, at)
    }
    const logged = loggedAfter(last, decision, group.firing, current, at)
    if (decision.is === 'notify' || logged.dueAt !== last.dueAt) notificationLog.put(key, group.name, logged)
  }

  function enqueue(route: Route, notice: Omit<Notice, 'receiver'>, at: number): void {
    for (const { name, channels } of route.to.flatMap((name) => receivers.find((receiver) => receiver.name === name) ?? []))
      channels.forEach(({ kind }, channel) => {
        outbox.put({ notice: { receiver: name, ...notice }, channel }, kind, at)
      })
  }

  return {
    tick() {
      if (stopped) return
      const at = now()
      const silences = store.silences.list()
      const audible = firingAlerts(store, at).filter((finding) => !isSilenced(finding, silences, at))
      routes.forEach((route, index) => {
        const key = routeKey(route, index)
        for (const group of groupsOf(route, audible, notificationLog.groups(key))) notifyGroup(route, key, group, at)
      })
      deliver.due(at)
      if (at - sweptAt < SWEEP_MS) return
      sweptAt = at
      outbox.sweep(at - KEEP_MS)
    },
    async test(name) {
      const receiver = receivers.find((candidate) => candidate.name === name)
      if (!receiver) throw new EvenkeelError('not_found', 'There is no receiver of that name.')
      const at = now()
      const notice: Notice = { receiver: name, status: 'firing', groupLabels: {}, externalUrl, findings: [testFinding(at)] }
      const delivery = { receiver: name, at, findings: [], status: 'test' as const, state: 'queued' as const, attempts: 0 }
      return Promise.all(
        receiver.channels.map(({ kind }, channel) => deliver.once({ ...delivery, id: randomUUID(), channel: kind }, { notice, channel })),
      )
    },
    async stop() {
      stopped = true
      unsubscribe()
      await deliver.stop()
    },
  }
}

const testFinding = (at: number): Finding => ({
  id: 'test',
  rule: 'evenkeel/test',
  severity: 'info',
  state: 'firing',
  subject: {},
  summary: 'This is a test: Evenkeel can reach you here.',
  evidence: [],
  since: at,
  firingAt: at,
  seenAt: at,
})
