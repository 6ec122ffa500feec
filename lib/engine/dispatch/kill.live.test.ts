import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { type Receiver, startReceiver } from '../../../test/receiver.ts'

const dir = mkdtempSync(join(tmpdir(), 'evenkeel-kill-'))
let receiver: Receiver
beforeAll(async () => {
  receiver = await startReceiver()
})
// Of this try alone, also when there was one before it.
let path: string
beforeEach(() => {
  path = join(mkdtempSync(join(dir, 'try-')), 'evenkeel.db')
  receiver.got.length = 0
  receiver.dropPlays()
})
afterAll(async () => {
  await receiver.close()
  rmSync(dir, { recursive: true })
})

/** A dispatch of so many findings in a process of its own; resolves once it has begun. */
async function begin(path: string, count: number, limit = ''): Promise<() => Promise<void>> {
  const script = join(import.meta.dirname, '../../../test/dispatchProcess.ts')
  const child = spawn(process.execPath, [script, path, receiver.url, String(count), limit])
  let errors = ''
  child.stderr.on('data', (chunk) => {
    errors += chunk
  })
  await Promise.race([once(child.stdout, 'data'), once(child, 'exit').then(() => Promise.reject(new Error(errors)))])
  return async () => {
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  }
}
/** Which keys each finding was sent with. */
function keysSent(): Map<string, Set<string>> {
  const keys = new Map<string, Set<string>>()
  for (const { body, headers } of receiver.got)
    for (const { labels } of (JSON.parse(body) as { alerts: { labels: { target: string } }[] }).alerts)
      keys.set(labels.target, (keys.get(labels.target) ?? new Set()).add(String(headers['idempotency-key'])))
  return keys
}

test('killed between enqueue and delivery, and in the middle of a try: sent after the next start, by the same key', async () => {
  receiver.always('hang')
  const kill = await begin(path, 1)
  await vi.waitFor(() => expect(receiver.got).toHaveLength(1), 10_000)
  await kill()
  receiver.always({ status: 503 })
  const killAgain = await begin(path, 1)
  await vi.waitFor(() => expect(receiver.got.length).toBeGreaterThan(1), 10_000)
  await killAgain()
  receiver.always({ status: 200 })
  const tries = receiver.got.length
  const end = await begin(path, 1)
  await vi.waitFor(() => expect(receiver.got).toHaveLength(tries + 1), 10_000)
  // Nothing comes after what was taken.
  await sleep(500)
  expect(receiver.got).toHaveLength(tries + 1)
  expect([...keysSent().values()].map((keys) => keys.size)).toEqual([1])
  await end()
}, 40_000)

test('however often it is killed, each finding is told, by one key alone', async () => {
  receiver.always({ status: 200 })
  const rounds = 5
  for (let round = 1; round <= rounds; round++) {
    receiver.play({ status: 503 }, 'reset')
    const kill = await begin(path, round * 5)
    await sleep(Math.random() * 60)
    await kill()
  }
  receiver.dropPlays()
  const end = await begin(path, rounds * 5)
  await vi.waitFor(() => expect(keysSent().size).toBe(rounds * 5), 20_000)
  expect([...keysSent().values()].filter((keys) => keys.size !== 1)).toEqual([])
  await end()
}, 60_000)

test('however often it is killed, what is over the limit is told in a digest, by one key alone', async () => {
  receiver.always({ status: 200 })
  const rounds = 5
  for (let round = 1; round <= rounds; round++) {
    receiver.play({ status: 503 })
    const kill = await begin(path, round * 5, '1')
    await sleep(80 + Math.random() * 80)
    await kill()
  }
  receiver.dropPlays()
  const end = await begin(path, rounds * 5, '1')
  await vi.waitFor(() => expect(keysSent().size).toBe(rounds * 5), 20_000)
  expect([...keysSent().values()].filter((keys) => keys.size !== 1)).toEqual([])
  expect(receiver.got.some(({ body }) => (JSON.parse(body) as { alerts: unknown[] }).alerts.length > 1)).toBe(true)
  await end()
}, 60_000)
