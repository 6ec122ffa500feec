import { randomUUID } from 'node:crypto'
import { EvenkeelError } from '../../model/error.ts'
import type { Bus } from '../../model/events.ts'
import type { Finding } from '../../model/finding.ts'
import type { Log } from '../../model/log.ts'
import type { AboutFinding, Delivery, Notice, Route } from '../../model/notice.ts'
import type { AnyNotifier, Browsers } from '../../model/notifier.ts'
import type { Store } from '../../model/store.ts'
import { alertById } from './alerts.ts'
import { createDeliver, type Receivers } from './deliver.ts'
import { flapNote } from './flaps.ts'
import { createLimitLog } from './limitLog.ts'
import { type HeldBack, heldBack, type Surroundings } from './mute.ts'
import { createNotificationLog } from './notificationLog.ts'
import { createOutbox } from './outbox.ts'
import { type Draft, planRoute } from './plan.ts'
import { createRedoLog, type Written } from './redoLog.ts'
import { createRefresh } from './refresh.ts'
import { routeKey, takenBy } from './route.ts'
import { type Causes, surroundingsOf } from './surroundings.ts'
import { type Destination, whereTo } from './whereTo.ts'

export type DispatchOptions = {
  routes: readonly Route[]
  receivers: Receivers
  notifiers: readonly AnyNotifier[]
  store: Store
  bus: Bus
  externalUrl: string
  /** What a notice says of a finding besides the finding itself. */
  about?: (finding: Finding) => AboutFinding
  /** By what follows from a target that is down is known. */
  causes?: Causes
  browsers: Browsers
  /** Of several replicas only one sends notices, at a time. Default: this one. */
  leads?(): boolean
  now?: () => number
  log: Log
}

/**
 * From a finding to a message that arrived, in Alertmanager's stages: route, inhibit, silence, quiet hours, group, wait, deduplicate by the
 * notification log, limit, outbox, deliver. Each stage is a file beside this one; all up to the outbox are pure (`planRoute`).
 */
export interface Dispatch {
  /** After each engine tick: what has changed since is put into the outbox, and what is due is sent. */
  tick(): void
  /** Other routes and receivers from now on: what is under way ends as it began, what waits in the outbox goes by the new ones. */
  configure(next: Pick<DispatchOptions, 'routes' | 'receivers'>): void
  /** Sends one test notice over each channel of a receiver, now; `among`: of receivers that are not in use yet. */
  test(receiver: string, among?: Receivers): Promise<Delivery[]>
  /** Why a finding is held back on each route that does not say otherwise, as of the newest tick: what it follows from, or that it flaps. */
  heldBack(finding: Finding): HeldBack | null
  /** Where a finding goes that begins to fire at a time, as things stand now; `routes`: by others than those in use. */
  whereTo(finding: Finding, at: number, routes?: readonly Route[]): Destination[]
  /** No new tries; resolves when those under way have ended, which is within their deadline. */
  stop(): Promise<void>
}

/** Deliveries that are done stay on the page for a week. */
const KEEP_MS = 7 * 86_400_000
const SWEEP_MS = 60_000

export function createDispatch(options: DispatchOptions): Dispatch {
  const { notifiers, store, bus, externalUrl, about = () => ({}), causes = null, browsers, leads, now = Date.now, log } = options
  let { routes, receivers } = options
  let keys = routes.map(routeKey)
  const notificationLog = createNotificationLog(store)
  const limitLog = createLimitLog(store)
  const outbox = createOutbox(store)
  const redoLog = createRedoLog(store.memory, { outbox, notificationLog, limitLog })
  const deliver = createDeliver({ receivers: () => receivers, notifiers, outbox, deliveries: store.deliveries, browsers, now, log })
  const surroundings = (at: number, more: readonly Finding[] = []) => surroundingsOf(store, routes, causes, at, more)
  let led = leads === undefined
  if (led) redoLog.finish()
  /** Those of the newest tick. */
  let newest: Surroundings | null = null
  const aboutEach = (findings: readonly Finding[]) =>
    Object.fromEntries(findings.map((finding) => [finding.id, { ...about(finding), ...(newest && flapNote(finding, newest)) }]))
  const refreshing = () =>
    createRefresh({
      routes,
      receivers,
      notifiers,
      notificationLog,
      deliver,
      current: (id, at) => alertById(store, id, at),
      noticeOf: (receiver, findings) => ({
        receiver,
        status: 'firing',
        groupLabels: {},
        externalUrl,
        findings,
        about: aboutEach(findings),
      }),
    })
  let refresh = refreshing()
  let sweptAt = 0
  let stopped = false
  /** The clock was set: what waits goes on waiting for what was left of it. */
  const unsubscribe = bus.on((event) => {
    if (event.type !== 'clock') return
    sweptAt += event.step.byMs
    notificationLog.stepClock(event.step.byMs)
    limitLog.stepClock(event.step.byMs)
    outbox.stepClock(event.step.byMs)
  })

  function plan(at: number): void {
    newest = surroundings(at)
    const current = (id: string) => alertById(store, id, at)
    for (const [index, taken] of takenBy(routes, newest.firing).entries()) {
      const [route, key] = [routes[index]!, keys[index]!]
      const state = { log: notificationLog.entries(key), limit: limitLog.get(key) }
      if (taken.length === 0 && state.log.size === 0 && state.limit.sentAt.length === 0) continue
      const planned = planRoute({ ...newest, route, key, taken, current, state })
      for (const { name, reasons } of planned.groups) log.info({ route: key, group: name, reasons }, 'a group is notified')
      const notices = planned.notices.flatMap((notice) => addressed(route, { ...notice, externalUrl }, at))
      redoLog.write({ route: key, notices, log: [...planned.log], limit: planned.limit })
    }
  }

  /** One entry of the outbox for each channel of each receiver. */
  function addressed(route: Route, draft: Draft & Pick<Notice, 'externalUrl'>, at: number): Written['notices'] {
    const notice = { ...draft, about: aboutEach(draft.findings) }
    return route.to
      .flatMap((name) => receivers.find((receiver) => receiver.name === name) ?? [])
      .flatMap(({ name, channels }) =>
        channels.map(({ kind }, channel) => ({ id: randomUUID(), entry: { notice: { receiver: name, ...notice }, channel }, kind, at })),
      )
  }

  function sweep(at: number): void {
    if (at - sweptAt < SWEEP_MS) return
    sweptAt = at
    outbox.sweep(at - KEEP_MS)
  }

  /** The tick of one of several replicas: whoever leads plans and sends, the others know why something is held back. */
  async function tickAsOne(leads: () => boolean, at: number): Promise<void> {
    if (!leads()) {
      led = false
      newest = surroundings(at)
      return
    }
    if (!led) redoLog.finish()
    led = true
    plan(at)
    try {
      // A notice is sent once it is committed that it is: whoever leads next does not plan it anew.
      await store.durable()
    } catch {
      return
    }
    if (stopped || !leads()) return
    deliver.due(at)
    refresh.tick(at)
    sweep(at)
  }

  return {
    tick() {
      if (stopped) return
      const at = now()
      if (leads) return void tickAsOne(leads, at)
      plan(at)
      deliver.due(at)
      refresh.tick(at)
      sweep(at)
    },
    configure(next) {
      ;({ routes, receivers } = next)
      keys = routes.map(routeKey)
      refresh = refreshing()
    },
    async test(name, among = receivers) {
      const receiver = among.find((candidate) => candidate.name === name)
      if (!receiver) throw new EvenkeelError('not_found', 'There is no receiver of that name.')
      const at = now()
      const notice: Notice = { receiver: name, status: 'firing', groupLabels: {}, externalUrl, findings: [testFinding(at)] }
      const delivery = { receiver: name, at, findings: [], status: 'test' as const, state: 'queued' as const, attempts: 0 }
      return Promise.all(
        receiver.channels.map(({ kind }, channel) =>
          deliver.once({ ...delivery, id: randomUUID(), channel: kind }, { notice, channel }, among),
        ),
      )
    },
    whereTo: (finding, at, asked = routes) =>
      whereTo(finding, {
        routes: asked,
        limitOf: (index) => limitLog.get(routeKey(asked[index]!, index)),
        ...surroundings(now(), [finding]),
        at,
      }),
    heldBack: (finding) => (newest ? heldBack(finding, newest) : null),
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
