import { expect, test } from 'vitest'
import { FROM, judge, load } from '../../../test/series.ts'
import type { SlowEntry } from '../../model/record.ts'
import { slowCommands } from './slow-commands.ts'

const slow = (id: number, ms: number, atSecond = 50, command = ['HGETALL', 'cart']): SlowEntry => ({
  kind: 'slow',
  target: 'a',
  id: String(id),
  at: FROM + atSecond * 1000,
  durationUs: ms * 1000,
  command,
})
const said = (records: SlowEntry[], state: 'up' | 'down' = 'up') =>
  judge(slowCommands, load(1000, { 'cache_hits_total{target=a}': '0x120' }, { records }), {
    targets: [{ name: 'a', kind: 'redis', can: { slowLog: true }, state, capabilities: [] }],
  })

test('commands that hold the server are named by what takes most', () => {
  const records = [slow(1, 400, 100), slow(2, 500, 105), slow(3, 20, 110, ['KEYS', '*'])]
  expect(said(records)).toMatchObject([
    { subject: { target: 'a' }, is: 'found', severity: 'info', summary: expect.stringContaining('HGETALL') },
  ])
  expect(said([1, 2, 3, 4].map((id) => slow(id, 2_000, 100)))).toMatchObject([{ is: 'found', severity: 'warning' }])
})
test('one slow command, many that are hardly slow, and those of before', () => {
  expect(said([slow(1, 3_000, 100)])).toMatchObject([{ is: 'clear' }])
  expect(said([1, 2, 3, 4, 5].map((id) => slow(id, 12, 100)))).toMatchObject([{ is: 'clear' }])
  expect(said([1, 2, 3, 4].map((id) => slow(id, 2_000, 10)))).toMatchObject([{ is: 'clear' }])
})
test('a server out of sight is unjudged', () => expect(said([], 'down')).toMatchObject([{ is: 'unjudged' }]))
