import { expect, test } from 'vitest'
import { limitOf } from './lab.ts'

const info = (used: number) => `# Memory\r\nused_memory:${used}\r\nused_memory_rss:99\r\nused_memory_dataset:${used - 900_000}\r\n`

test('a full cache has room for all but a twentieth of its keys', () =>
  expect(limitOf(info(4_000_000), 2_000_000, 'full')).toEqual({ maxmemory: 3_900_000, memory: 'full' }))
test('one whose keys take less than connections move has some to spare, and it is said why', () =>
  expect(limitOf(info(1_500_000), 200_000, 'full')).toEqual({
    maxmemory: 4_500_000,
    memory: { spareBytes: 3_000_000 },
    because: expect.stringMatching(/its keys take 200 kB.* refuse writes/),
  }))
test('what is drawn as spare is left free', () =>
  expect(limitOf(info(4_000_000), 100_000, { spareBytes: 3_000_000.4 })).toMatchObject({ maxmemory: 7_000_000 }))
