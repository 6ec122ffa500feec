import { expect, test } from 'vitest'
import type { Track } from '../../metrics/history.ts'
import { joined, promqlOf, withArchived } from './archived.ts'

const track = (...points: [number, number | null][]): Track => ({ labels: { target: 'a' }, points })
const older = { labels: { target: 'a' }, points: [[1, 10], [2, 20], [3, 30]] as [number, number | null][] } // biome-ignore format: one line

test.each([
  ['the archive ends where the store begins', track([1, null], [2, null], [3, 33]), [[1, 10], [2, 20], [3, 33]]], // biome-ignore format: one line
  ['a gap after that is a gap', track([1, 11], [2, null], [3, 33]), [[1, 11], [2, null], [3, 33]]], // biome-ignore format: one line
  ['a store that has nothing', track([1, null]), older.points],
])('%s', (_what, local, points) => expect(joined(local, older).points).toEqual(points))

test('what answers PromQL is told the token, and nobody where there is none', () => {
  expect(promqlOf({})).toBeNull()
  expect(promqlOf({ series: { write: 'http://vm/api/v1/write' } })).toBeNull()
  expect(promqlOf({ series: { write: 'http://vm/api/v1/write', query: 'http://ann:pass@vm/p', bearer: undefined } })).toEqual({
    url: 'http://vm/p',
    headers: { authorization: `Basic ${Buffer.from('ann:pass').toString('base64')}` },
  })
})

test('an archive that does not answer costs itself alone, and is not asked of the newest minutes', async () => {
  const warned: unknown[] = []
  const log = {
    info() {},
    warn: (...args: unknown[]) => {
      warned.push(args)
    },
    error() {},
  }
  async function* local() {
    yield track([1, 5])
  }
  const from = async (at: number) => {
    const question = { metric: 'x', labels: {}, from: at, to: at + 10, stepMs: 1, rate: false }
    const tracks: Track[] = []
    for await (const one of withArchived(local(), { url: 'http://127.0.0.1:1', headers: {} }, question, { now: () => 3_600_000, log }))
      tracks.push(one)
    return tracks
  }
  expect(await from(0)).toEqual([track([1, 5])])
  expect(warned).toHaveLength(1)
  expect(await from(3_599_000)).toEqual([track([1, 5])])
  expect(warned).toHaveLength(1)
})
