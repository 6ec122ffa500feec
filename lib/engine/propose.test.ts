import { beforeEach, expect, test } from 'vitest'
import { load } from '../../test/series.ts'
import type { Advisor } from '../model/detector.ts'
import type { Finding } from '../model/finding.ts'
import type { Draft } from '../model/proposal.ts'
import type { SolverAnswer } from '../model/ringSolver.ts'
import { emptyTopology } from '../model/topology.ts'
import { createStore } from '../store/store.ts'
import { createBus } from './bus.ts'
import { createPropose, type Propose } from './propose.ts'

const finding = { id: 'f1', rule: 'ring/imbalance', subject: { ring: 'r' }, state: 'firing' } as unknown as Finding
const draft: Draft = {
  steps: [{ setting: { target: 'ring:r', name: 'r/a/points' }, before: '160', after: '120' }],
  because: 'it is uneven',
  predict: { absentBecause: 'it is a test' },
  guards: [],
  risk: 'low',
  riskBecause: '',
}
const SOLVED: SolverAnswer = { is: 'floor', floor: 1.2, because: 'so it is' }
const asks: Advisor = {
  id: 'asks',
  title: '',
  answers: ['ring/imbalance'],
  spanMs: 1_000,
  propose: () => ({
    ask: { spec: { algorithm: 'ketama', nodes: [] } },
    conclude: (answer) => (answer === SOLVED ? draft : { none: 'another answer' }),
  }),
}

let solving: { resolve(answer: SolverAnswer): void; reject(error: Error): void }[]
let logged: unknown[]
let store: ReturnType<typeof createStore>
let bus: ReturnType<typeof createBus>
let propose: Propose
const open = () => store.proposals.list(({ state }) => state === 'open')
const settled = () => new Promise(setImmediate)
const tick = (now: number, firing = [finding]) =>
  propose.tick(firing, { windowOf: () => load(1_000, {}), topology: emptyTopology(), now, pause: () => undefined })

beforeEach(() => {
  solving = []
  logged = []
  store = createStore({ path: ':memory:' })
  bus = createBus(() => {})
  propose = createPropose({
    advisors: [asks],
    store,
    bus,
    describe: () => ({ commands: [] }),
    inFlight: () => null,
    solve: () => new Promise((resolve, reject) => solving.push({ resolve, reject })),
    log: { info() {}, warn() {}, error: (what) => void logged.push(what) },
  })
})

test('what an advisor asks is answered elsewhere, once at a time, and then it proposes', async () => {
  await tick(1_000_000)
  await tick(1_010_000)
  expect(solving).toHaveLength(1)
  expect(open()).toEqual([])
  solving[0]!.resolve(SOLVED)
  await settled()
  expect(open()).toMatchObject([{ advisor: 'asks', because: 'it is uneven', createdAt: 1_000_000 }])
})

test('no answer in time is logged once, and it is asked again', async () => {
  for (const now of [1_000_000, 1_010_000]) {
    await tick(now)
    solving.at(-1)!.reject(new Error('too late'))
    await settled()
  }
  expect(solving).toHaveLength(2)
  expect(logged).toMatchObject([{ advisor: 'asks' }])
  expect(open()).toEqual([])
})

test('an advisor that fails again after it has answered is logged again', async () => {
  const late = async (now: number) => {
    await tick(now)
    solving.at(-1)!.reject(new Error('too late'))
    await settled()
  }
  await late(1_000_000)
  await tick(1_010_000)
  solving.at(-1)!.resolve(SOLVED)
  await settled()
  await late(1_020_000)
  expect(logged).toMatchObject([{ advisor: 'asks' }, { advisor: 'asks' }])
})

test('a solver that cannot even be asked is asked again', async () => {
  let asked = 0
  const solve = () => {
    asked++
    throw new Error('no thread')
  }
  const log = { info() {}, warn() {}, error() {} }
  propose = createPropose({ advisors: [asks], store, bus, describe: () => ({ commands: [] }), inFlight: () => null, solve, log })
  await tick(1_000_000)
  await settled()
  await tick(1_010_000)
  expect(asked).toBe(2)
})

test.each([
  ['a change was made', () => bus.emit({ type: 'change', change: { id: 'c', steps: [], journal: [] } as never })],
  ['the clock was set', () => propose.stepClock({ at: 1_000_000, byMs: 5_000 })],
  ['the engine stopped', () => propose.stop()],
  ['the finding fires no more', () => tick(1_001_000, [])],
])('an answer is void when %s meanwhile', async (_, happens) => {
  await tick(1_000_000)
  await happens()
  solving[0]!.resolve(SOLVED)
  await settled()
  expect(open()).toEqual([])
})
