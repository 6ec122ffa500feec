import { expect, test } from 'vitest'
import { limitOf } from './lab.ts'

const info = (used: number, keys: number) =>
  `# Memory\r\nused_memory:${used}\r\nused_memory_rss:99\r\nused_memory_dataset:${keys}\r\nused_memory_dataset_perc:9%\r\n`
const empty = info(900_000, 300_000)

test('a full cache has room for all but a twentieth of its keys', () =>
  expect(limitOf(info(4_000_000, 2_300_000), empty, 'full')).toEqual({ maxmemory: 3_900_000, memory: 'full' }))
test('one whose keys take less than connections move has some to spare, and it is said why', () =>
  expect(limitOf(info(1_500_000, 500_000), empty, 'full')).toEqual({
    maxmemory: 4_500_000,
    memory: { spareBytes: 3_000_000 },
    because: expect.stringMatching(/its keys take 200 kB.* refuse writes/),
  }))
test('what is drawn as spare is left free', () =>
  expect(limitOf(info(4_000_000, 400_000), empty, { spareBytes: 3_000_000.4 })).toMatchObject({ maxmemory: 7_000_000 }))
