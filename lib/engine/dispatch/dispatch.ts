import { createHash, randomUUID } from 'node:crypto'
import { alertOf, changeOf, idOf, isOpen } from '../../model/changeAlert.ts'
import type { ClockStep } from '../../model/clock.ts'
import { EvenkeelError } from '../../model/error.ts'
import type { Bus } from '../../model/events.ts'
import type { Finding } from '../../model/finding.ts'
import type { Log } from '../../model/log.ts'
import type { Delivery, Notice, Route } from '../../model/notice.ts'
import type { AnyNotifier } from '../../model/notifier.ts'
import { labelsMatch } from '../../model/series.ts'
import type { Store } from '../../model/store.ts'
import { findingLabels, groupKeyOf, groupOf, routeTakes } from './route.ts'

/** One try may take this long; `receivers/NAME/test` answers within ten seconds. */
const DEADLINE_MS = 9_000
const RETRY_FIRST_MS = 1_000
const RETRY_MAX_MS = 5 * 60_000
/** After a day nobody needs to hear that it fired. */
const RETRY_FOR_MS = 24 * 3_600_000
/** Deliveries that are done stay on the page for a week. */
const KEEP_MS = 7 * 86_400_000

export type Receivers = readonly { name: string; channels: readonly { kind: string; config: unknown }[] }[]

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

/** From a finding to a message that arrived: route, group, wait, repeat, silence, and an outbox that survives `kill -9`. */
export interface Dispatch {
  /** After each engine tick: what has changed since is put into the outbox, and what is due is sent. */
  tick(): void
  /** Sends one test notice over each channel of a receiver, now. */
  test(receiver: string): Promise<Delivery[]>
  /** No new tries; resolves when those under way have ended, which is within their deadline. */
  stop(): Promise<void>
}

/** What a group has said: survives restarts, so that nothing is said twice or never. */
type Said = { firing: string[]; at: number; dueAt?: number }
/** The message itself, beside its delivery. */
type Parcel = { notice: Notice; channel: number }

export function createDispatch({ routes, receivers, notifiers, store, bus, externalUrl, now = Date.now, log }: DispatchOptions): Dispatch {
  const underWay = new Map<string, Promise<void>>()
  const stopping = new AbortController()
  const parcelKey = (id: string) => `outbox/${id}`
  const unsubscribe = bus.on((event) => {
    if (event.type === 'clock') stepClock(event.step)
  })
  let sweptAt = 0

  /** The clock was set: who waits goes on waiting for what was left of it. */
  function stepClock({ byMs }: ClockStep) {
    sweptAt += byMs
    for (const key of store.memory.keys('said/')) {
      const { firing, at, dueAt } = store.memory.get<Said>(key)!
      save(key, { firing, at: at > 0 ? at + byMs : 0, ...(dueAt !== undefined && { dueAt: dueAt + byMs }) })
    }
    for (const delivery of store.deliveries.list(({ state }) => state === 'queued')) {
      const { at, nextAt } = delivery
      store.deliveries.put({ ...delivery, at: at + byMs, ...(nextAt !== undefined && { nextAt: nextAt + byMs }) })
    }
  }

  function silenced(finding: Finding, at: number): boolean {
    const labels = findingLabels(finding)
    return store.silences.list((silence) => silence.from <= at && at < silence.until && labelsMatch(labels, silence.match)).length > 0
  }

  /** Changes that failed or wait for a decision, until somebody has seen to them. */
  const alertsOfChanges = (at: number): Finding[] =>
    // `told/` marks those that an earlier version, which knew no end of them, has told of.
    store.changes
      .list((change) => isOpen(change) && !store.memory.get(`told/${change.id}`))
      .map((change) => alertOf(change, idOf(change), at))

  function alertOfId(id: string, at: number): Finding | null {
    const change = changeOf(id)
    if (change === null) return store.findings.get(id)
    const found = store.changes.get(change)
    return found && alertOf(found, id, at)
  }

  function judgeGroups(at: number) {
    const live = [...store.findings.list((finding) => finding.state === 'firing'), ...alertsOfChanges(at)]
    const audible = live.filter((finding) => !silenced(finding, at))
    routes.forEach((route, index) => {
      const prefix = `said/${routeKey(route, index)}/`
      const groups = new Map<string, { labels: Notice['groupLabels']; firing: Finding[] }>()
      for (const finding of audible) {
        if (!routeTakes(route, finding)) continue
        const { key, labels } = groupOf(route, finding)
        const group = groups.get(key) ?? { labels, firing: [] }
        group.firing.push(finding)
        groups.set(key, group)
      }
      for (const key of store.memory.keys(prefix)) {
        const name = key.slice(prefix.length)
        if (!groups.has(name)) groups.set(name, { labels: labelsOf(name), firing: [] })
      }
      for (const [name, group] of groups) judgeGroup(route, index, name, group, at)
    })
  }

  function judgeGroup(
    route: Route,
    index: number,
    name: string,
    { labels, firing }: { labels: Notice['groupLabels']; firing: Finding[] },
    at: number,
  ) {
    const key = `said/${routeKey(route, index)}/${name}`
    const group = { labels, key: groupKeyOf(routeKey(route, index), name) }
    const said = store.memory.get<Said>(key) ?? { firing: [], at: 0 }
    const fresh = firing.filter((finding) => !said.firing.includes(finding.id))
    // Silenced is not resolved: only its own end is.
    const ended = said.firing.flatMap((id) => {
      const finding = alertOfId(id, at)
      return finding === null || finding.state === 'resolved' ? [{ id, finding }] : []
    })
    // That a change waits is said once: nothing goes on that would get worse unheard.
    const lasts = firing.some(({ id }) => changeOf(id) === null)
    const again = lasts && fresh.length === 0 && said.at > 0 && at - said.at >= route.repeatMs
    if (fresh.length === 0 && ended.length === 0 && !again) {
      if (said.dueAt !== undefined) save(key, { firing: said.firing, at: said.at })
      return
    }
    if (!again && said.dueAt === undefined && route.waitMs > 0) return save(key, { ...said, dueAt: at + route.waitMs })
    if (!again && said.dueAt !== undefined && at < said.dueAt) return
    const resolved = ended.flatMap(({ finding }) => (finding ? [finding] : []))
    if (fresh.length || again) enqueue(route, group, 'firing', firing, at)
    if (resolved.length) enqueue(route, group, 'resolved', resolved, at)
    const still = said.firing.filter((id) => !ended.some((one) => one.id === id))
    save(key, { firing: [...new Set([...still, ...firing.map((finding) => finding.id)])], at })
  }

  function save(key: string, said: Said) {
    if (said.firing.length === 0 && said.dueAt === undefined) store.memory.delete(key)
    else store.memory.put(key, said)
  }

  function enqueue(
    route: Route,
    group: { labels: Notice['groupLabels']; key: string },
    status: Notice['status'],
    findings: Finding[],
    at: number,
  ) {
    for (const name of route.to) {
      const receiver = receivers.find((candidate) => candidate.name === name)
      receiver?.channels.forEach((channel, index) => {
        const id = randomUUID()
        const notice: Notice = { receiver: name, status, groupLabels: group.labels, groupKey: group.key, externalUrl, findings }
        // The parcel first: a delivery without one could never be sent.
        store.memory.put(parcelKey(id), { notice, channel: index } satisfies Parcel)
        store.deliveries.put({
          id,
          receiver: name,
          channel: channel.kind,
          at,
          findings: findings.map((finding) => finding.id),
          status,
          state: 'queued',
          attempts: 0,
          nextAt: at,
        })
      })
    }
  }

  /** In order for each channel of a receiver: the end of a story must not arrive before its beginning. */
  function sendDue(at: number) {
    const queued = store.deliveries
      .list((delivery) => delivery.state === 'queued' && delivery.status !== 'test')
      .sort((a, b) => a.at - b.at)
    const heads = new Set<string>()
    for (const delivery of queued) {
      const parcel = store.memory.get<Parcel>(parcelKey(delivery.id))
      const lane = `${delivery.receiver}/${parcel?.channel ?? delivery.channel}`
      if (heads.has(lane)) continue
      heads.add(lane)
      if (underWay.has(lane) || (delivery.nextAt ?? 0) > at) continue
      const trying: Promise<void> = attempt(delivery, parcel)
        .then(() => {})
        .catch((error: unknown) => log.error({ delivery: delivery.id, error: String(error) }, 'a delivery could not be tried'))
        .finally(() => underWay.delete(lane))
      underWay.set(lane, trying)
    }
  }

  async function attempt(delivery: Delivery, parcel: Parcel | null): Promise<Delivery> {
    const channel = parcel && receivers.find((receiver) => receiver.name === delivery.receiver)?.channels[parcel.channel]
    const notifier = channel && notifiers.find((candidate) => candidate.kind === channel.kind)
    if (!parcel || !channel || !notifier)
      return settle({ ...delivery, state: 'failed', answer: 'This receiver or channel is no longer configured.' })
    const signal = AbortSignal.any([stopping.signal, AbortSignal.timeout(DEADLINE_MS)])
    const { delivered, retry, answer } = await notifier
      .notify(channel.config, parcel.notice, signal)
      .catch(() => ({ delivered: false, retry: true, answer: 'The channel failed.' }))
    // Cut off by our own end: it has not been tried, and the next start tries it.
    if (!delivered && stopping.signal.aborted) return delivery
    // The clock may have been set meanwhile.
    const { at } = store.deliveries.get(delivery.id) ?? delivery
    const tried = { ...delivery, at, attempts: delivery.attempts + 1, answer }
    if (delivered) return settle({ ...tried, state: 'delivered' })
    if (!retry || delivery.status === 'test' || now() - at > RETRY_FOR_MS) return settle({ ...tried, state: 'failed' })
    const waiting = { ...tried, nextAt: now() + Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** Math.min(delivery.attempts, 20)) }
    store.deliveries.put(waiting)
    return waiting
  }

  function settle({ nextAt: _, ...delivery }: Delivery): Delivery {
    store.deliveries.put(delivery)
    store.memory.delete(parcelKey(delivery.id))
    if (delivery.state === 'failed')
      log.warn({ receiver: delivery.receiver, channel: delivery.channel, answer: delivery.answer }, 'a notice could not be delivered')
    return delivery
  }

  function sweep(at: number) {
    if (at - sweptAt < 60_000) return
    sweptAt = at
    for (const { id } of store.deliveries.list((delivery) => delivery.state !== 'queued' && at - delivery.at > KEEP_MS))
      store.deliveries.delete(id)
  }

  return {
    tick() {
      if (stopping.signal.aborted) return
      const at = now()
      judgeGroups(at)
      sendDue(at)
      sweep(at)
    },
    async test(name) {
      const receiver = receivers.find((candidate) => candidate.name === name)
      if (!receiver) throw new EvenkeelError('not_found', 'There is no receiver of that name.')
      const at = now()
      const finding: Finding = {
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
      }
      const notice: Notice = { receiver: name, status: 'firing', groupLabels: {}, externalUrl, findings: [finding] }
      return Promise.all(
        receiver.channels.map((channel, index) =>
          attempt(
            { id: randomUUID(), receiver: name, channel: channel.kind, at, findings: [], status: 'test', state: 'queued', attempts: 0 },
            { notice, channel: index },
          ),
        ),
      )
    },
    async stop() {
      unsubscribe()
      stopping.abort()
      await Promise.all(underWay.values())
    },
  }
}

/** A route that was edited is another route: what it has said is forgotten, what it should say is said anew. */
const routeKey = (route: Route, index: number) =>
  `${index}-${createHash('sha256')
    .update(JSON.stringify([route.match, route.to, route.group]))
    .digest('hex')
    .slice(0, 12)}`

/** Back from `labelsKey`: for a group that is only remembered. */
function labelsOf(key: string): Notice['groupLabels'] {
  if (!key.startsWith('{')) return {}
  const labels: Record<string, string> = {}
  for (const [, name, value] of key.matchAll(/(?<=[{,])(\w+)=("(?:[^"\\]|\\.)*")/g)) labels[name!] = JSON.parse(value!) as string
  return labels
}
