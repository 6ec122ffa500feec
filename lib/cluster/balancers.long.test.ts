import { Agent, get } from 'node:http'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { change, finding } from '../../test/documents.ts'
import { webToApp } from '../../test/haproxyCfg.ts'
import { describeWith } from '../../test/live.ts'
import { type Replica, Replicas } from '../../test/replicas.ts'
import { ask, type HaproxyServer, startApp, startHaproxy } from '../../test/servers.ts'
import { startTap, type Tap } from '../../test/tap.ts'
import type { AutopilotView } from '../model/answers/autopilot.ts'
import type { ChangeView } from '../model/answers/change.ts'
import type { CourseView } from '../model/answers/course.ts'
import type { ProposalView } from '../model/answers/proposal.ts'
import type { Page } from '../model/answers/shape.ts'
import type { Proposal } from '../model/proposal.ts'
import { createDatabase } from '../store/postgres/connection.ts'
import { createSharedStore } from '../store/postgres/sharedStore.ts'

const NAMES = ['lb1', 'lb2', 'lb3']
const WATCH = 'watch: { longest: 60s, before: 10s, measure: 6s }'
const quiet = { info() {}, warn() {}, error() {} }

/** Three identical HAProxys with a slow server each, and traffic; three replicas, each of which has one of them. */
class Balancers implements AsyncDisposable {
  readonly #stack = new AsyncDisposableStack()
  readonly servers: HaproxyServer[] = []
  readonly taps: Tap[] = []
  fleet!: Replicas

  static async start(extra: string): Promise<Balancers> {
    const made = new Balancers()
    const use = <T extends AsyncDisposable>(one: T) => made.#stack.use(one)
    const apps = [15, 15, 15, 180].map((latencyMs) => startApp({ latencyMs }))
    const lines = await Promise.all(apps.map(async (app, i) => `server app${i + 1} 127.0.0.1:${use(await app).port} weight 100`))
    const cfg = webToApp('balance roundrobin', ...lines)
    for (const _ of NAMES) {
      const server = use(await startHaproxy({ cfg }))
      made.servers.push(server)
      made.taps.push(use(await startTap(server.about.adminPort)))
    }
    made.#traffic()
    const targets = NAMES.map((name, i) => `{ kind: haproxy, name: ${name}, socket: "tcp://127.0.0.1:${made.taps[i]!.port}" }`)
    made.fleet = use(await Replicas.start({ replicas: 3, caches: 0, targets, extra: `${WATCH}\n${extra}` }))
    await made.fleet.dealt(made.fleet.all)
    return made
  }

  #traffic(): void {
    const agent = new Agent({ keepAlive: true, maxSockets: 96 })
    const ports = this.servers.map(({ about }) => about.ports[0]!)
    const timer = setInterval(() => {
      for (const port of ports)
        for (let i = 0; i < 4; i++) get({ port, host: '127.0.0.1', path: '/', agent }, (answer) => answer.resume()).on('error', () => {})
    }, 50)
    this.#stack.defer(() => {
      clearInterval(timer)
      agent.destroy()
    })
  }

  /** How often each was told to set the weight of the slow server. */
  writes = () => this.taps.map((tap) => tap.sent(/^@?\d*\s*set (weight|server) app\/app4\b/).length)
  weights = () =>
    Promise.all(this.servers.map(async ({ about }) => /^(\d+)/.exec(await ask(about.adminPort, 'get weight app/app4\n'))?.[1]))

  /** Who has a balancer, as a replica tells. */
  async owner(name: string, asked: Replica): Promise<Replica> {
    return this.fleet.named((await this.fleet.owners(asked)).get(name)!)
  }

  /** The open proposal about the slow server of a balancer. */
  async proposalOf(name: string, asked: Replica): Promise<ProposalView> {
    const { items } = await asked.until(
      () => asked.get<Page<ProposalView>>('proposals?state=open&limit=200'),
      (page) => page.items.some((one) => isAbout(one, name)),
      90,
    )
    return items.find((one) => isAbout(one, name))!
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync()
  }
}

const past: Proposal = {
  id: 'past',
  finding: 'past',
  advisor: 'pool-weights',
  steps: change.steps,
  because: 'it was slow',
  prediction: { metric: 'pool_response_seconds', where: { target: 'edge', pool: 'app' }, unit: 'seconds', before: 0.1, after: 0.05, low: 0.01, high: 0.1, basis: 'a test' }, // biome-ignore format: one line
  guards: [],
  risk: 'low',
  riskBecause: 'exact',
  commands: [],
  state: 'applied',
  createdAt: 0,
}

const isAbout = ({ steps, advisor }: ProposalView, name: string) =>
  advisor === 'pool-weights' && steps.some(({ setting }) => setting.target === name && setting.name === 'app/app4/weight')

describeWith(['postgres', 'haproxy'], 'a course with three replicas', () => {
  let balancers: Balancers
  beforeAll(async () => {
    balancers = await Balancers.start('')
  })
  afterAll(() => balancers[Symbol.asyncDispose]())

  it('begins on the canary, wherever that is looked after, goes on when a replica is killed after it, and writes each balancer once', async () => {
    const { fleet } = balancers
    const asked = await balancers.owner('lb3', fleet.all[0]!)
    const { id } = await balancers.proposalOf('lb2', asked)
    const before = balancers.writes()
    const answer = await asked.call('POST', `proposals/${id}/apply`, { group: true })
    expect(answer.status, JSON.stringify(answer.body)).toBe(202)
    const { course } = answer.body as { course: string }
    const [canaryHolder, nextHolder] = [await balancers.owner('lb1', asked), await balancers.owner('lb2', asked)]
    expect(new Set([asked, canaryHolder, nextHolder]).size).toBe(3)
    const look = () => asked.get<CourseView>(`courses/${course}`)
    const partOf = ({ parts }: CourseView, target: string) => parts.find((part) => part.target === target)!
    await asked.until(look, (one) => partOf(one, 'lb1').state === 'kept' || one.state !== 'running', 120)

    await nextHolder.end('SIGKILL')
    const killedAt = Date.now()
    const going = await asked.until(look, (one) => partOf(one, 'lb2').state === 'watching' || one.state !== 'running', 25)
    console.log(`the next balancer was written ${Math.round((Date.now() - killedAt) / 100) / 10} s after the kill`)
    expect(going).toMatchObject({ state: 'running', parts: [{ target: 'lb1', verdict: 'improved' }, { state: 'watching' }, {}] })
    expect(Date.now() - killedAt).toBeLessThan(15_000)

    // The one that has the canary, and says how the course stands, is killed too.
    await nextHolder.start()
    await canaryHolder.end('SIGKILL')
    const done = await asked.until(look, ({ state }) => state === 'done' || state === 'rolled_back', 240)
    expect(done, JSON.stringify(done)).toMatchObject({ state: 'done' })
    expect(done.parts.map(({ target, state }) => `${target} ${state}`)).toEqual(NAMES.map((name) => `${name} kept`))
    expect(balancers.writes().map((count, i) => count - before[i]!)).toEqual([1, 1, 1])
    expect(new Set(await balancers.weights()).size).toBe(1)
    expect((await balancers.weights())[0]).not.toBe('100')
  }, 600_000)
})

describeWith(['postgres', 'haproxy'], 'the autopilot with three replicas', () => {
  const POLICY = `groups: []
autopilot: [{ advisor: pool-weights, max: { perHour: 1 }, licence: { judged: 5, inside: 0.5, withoutRegression: 1 } }]`
  let balancers: Balancers
  beforeAll(async () => {
    balancers = await Balancers.start(POLICY)
  })
  afterAll(() => balancers[Symbol.asyncDispose]())

  /** Changes of the remedy that were judged long ago: its licence. */
  async function earn(): Promise<void> {
    const { url } = balancers.fleet.database.about
    const store = await createSharedStore({ path: ':memory:', database: createDatabase({ url, replica: 'past' }), replica: 'past', now: Date.now, log: quiet }) // biome-ignore format: one line
    const at = Date.now() - 7 * 86_400_000
    const measured = { before: 0.1, after: 0.05, low: 0.04, high: 0.06 }
    for (let i = 0; i < 6; i++) {
      const id = `past${i}`
      store.findings.put({ ...finding, id, state: 'resolved', since: at, firingAt: at, seenAt: at, resolvedAt: at })
      store.proposals.put({ ...past, id, finding: id, createdAt: at })
      store.changes.put({ ...change, id, proposal: id, finding: id, state: 'kept', at, endedAt: at + 60_000, verdict: 'improved', prediction: past.prediction, measured }) // biome-ignore format: one line
    }
    await store.durable()
    await store.close()
  }

  it('has one licence and makes one step, of the fleet and not of each replica, also after a kill', async () => {
    const { fleet } = balancers
    const [first] = fleet.all as [Replica]
    for (const name of NAMES) await balancers.proposalOf(name, first)
    expect(balancers.writes()).toEqual([0, 0, 0])
    await earn()
    const steps = async (asked: Replica) =>
      (await asked.get<Page<ChangeView>>('changes?limit=200')).items.filter(({ autopilot }) => autopilot !== undefined)
    const [made] = await first.until(() => steps(first), (all) => all.length > 0, 30) // biome-ignore format: one line
    await first.until(() => steps(first), ([one]) => one!.state === 'kept' || one!.state === 'rolled_back', 120) // biome-ignore format: one line
    const owner = await balancers.owner(made!.steps[0]!.setting.target, first)
    const left = fleet.all.filter((one) => one !== owner)
    await owner.end('SIGKILL')
    await fleet.dealt([left[0]!], 1).catch(() => {})
    const [other] = left as [Replica]
    await other.until(() => fleet.owners(other), (owners) => [...owners.values()].every((name) => name !== null && name !== owner.name), 20) // biome-ignore format: one line
    // Several ticks of whoever has them now.
    const until = Date.now() + 8_000
    await other.until(() => Date.now(), (now) => now > until) // biome-ignore format: one line
    for (const one of left) {
      expect((await steps(one)).map(({ id }) => id)).toEqual([made!.id])
      const { items } = await one.get<AutopilotView>('autopilot')
      expect(items).toMatchObject([{ acts: false, because: expect.stringMatching(/1 step within the hour, of 1 at most/) }])
    }
    expect(balancers.writes().reduce((sum, count) => sum + count, 0)).toBe(1)
  }, 400_000)
})
