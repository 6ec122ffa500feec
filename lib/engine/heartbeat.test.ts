import { beforeEach, expect, test } from 'vitest'
import { createHeartbeat, type Heartbeat } from './heartbeat.ts'

let at = 0
let judgedAt: number | null
let targets: { lastPollAt: number | null; failures: number }[]
let beats: number[]
let answer: { ok: boolean; answer: string }
let logged: string[]
let beat: Heartbeat

beforeEach(() => {
  at = 1_000_000
  judgedAt = null
  targets = [{ lastPollAt: null, failures: 0 }]
  beats = []
  answer = { ok: true, answer: 'HTTP 200' }
  logged = []
  const line = (_: object, text: string) => void logged.push(text)
  beat = createHeartbeat({
    everyMs: 60_000,
    async send() {
      beats.push((at - 1_000_000) / 1000)
      return answer
    },
    judgedAt: () => judgedAt,
    polled: () => targets,
    pollsWithinMs: 60_000,
    now: () => at,
    monotonic: () => at,
    log: { info: line, warn: line, error: line },
  })
})
/** Seconds in which the engine ticks each second; `polls`, `judges`: whether it gets anywhere. */
async function pass(seconds: number, { polls = true, fails = false, judges = true } = {}) {
  for (let second = 0; second < seconds; second++) {
    at += 1000
    if (polls) targets = targets.map(({ lastPollAt, failures }) => (fails ? { lastPollAt, failures: failures + 1 } : { lastPollAt: at, failures: 0 })) // biome-ignore format: one line
    if (judges) judgedAt = at
    beat.tick()
    await new Promise((resolve) => setImmediate(resolve))
  }
}

test('it beats at once and then every minute while Evenkeel polls and judges', async () => {
  await pass(200)
  expect(beats).toEqual([1, 61, 121, 181])
  expect(beat.state()).toEqual({ takenAt: 1_181_000, failing: null, paused: null })
  expect(logged).toEqual([])
})

test('it goes on while every target is down: that is what Evenkeel tells of', async () => {
  await pass(130, { fails: true })
  expect(beats).toEqual([1, 61, 121])
})

test('it stops when ticks fail, though they go on, and comes back with them', async () => {
  await pass(10)
  await pass(200, { judges: false })
  expect(beats).toEqual([1])
  expect(beat.state().paused).toBe('the rules are not judged')
  await pass(5)
  expect(beats).toEqual([1, 211])
  expect(logged).toEqual(['the heartbeat stops'])
})

test('it stops when nothing is polled any more, though rules are judged', async () => {
  await pass(10)
  await pass(200, { polls: false })
  expect(beats).toEqual([1, 61])
  expect(beat.state().paused).toBe('no target is polled')
})

test('a beat that is not taken is logged once and shown, with since when', async () => {
  await pass(10)
  answer = { ok: false, answer: 'HTTP 500' }
  await pass(200)
  expect(beats).toEqual([1, 61, 121, 181])
  expect(beat.state()).toEqual({ takenAt: 1_001_000, failing: { since: 1_061_000, answer: 'HTTP 500' }, paused: null })
  answer = { ok: true, answer: 'HTTP 200' }
  await pass(60)
  expect(beat.state().failing).toBeNull()
  expect(logged).toEqual(['the heartbeat is not taken', 'the heartbeat is taken again'])
})

test('after its stop it beats no more', async () => {
  beat.stop()
  await pass(100)
  expect(beats).toEqual([])
})

test('its rhythm is not shifted by ticks that come late', async () => {
  for (let tick = 0; tick < 200; tick++) {
    at += 7_000
    targets = [{ lastPollAt: at, failures: 0 }]
    judgedAt = at
    beat.tick()
    await new Promise((resolve) => setImmediate(resolve))
  }
  // 1,393 s after the first, at a beat in 60 s; one after every ninth tick would be 23.
  expect(beats).toHaveLength(24)
})
