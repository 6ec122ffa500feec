import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { heldLog } from './heldLog.ts'

test('what took long to read is held for a while, and only of the same question', () => {
  const folder = mkdtempSync(join(tmpdir(), 'evenkeel-held-'))
  const clock =
    (...times: number[]) =>
    () =>
      times.shift()!
  const first = heldLog({ folder, since: 0 }, clock(0, 2_000))
  expect(heldLog({ folder, since: 5 }, clock(41_000))).toBe(first)
  const other = heldLog({ folder, since: 0, match: 'a' }, clock(41_000, 41_001))
  expect(other).not.toBe(first)
  expect(heldLog({ folder, since: 0, match: 'a' }, clock(41_002, 43_002))).not.toBe(other)
  expect(heldLog({ folder, since: 0, match: 'a' }, clock(83_003, 83_004))).not.toBe(other)
  rmSync(folder, { recursive: true })
})

test('is read anew when the cache was changed meanwhile, so that older references no longer count', () => {
  const folder = mkdtempSync(join(tmpdir(), 'evenkeel-held-'))
  const clock =
    (...times: number[]) =>
    () =>
      times.shift()!
  const first = heldLog({ folder, since: 500_000, match: 'b' }, clock(0, 2_000))
  // As the clock moves on, it begins later where a fixed time is kept, and earlier where it was changed before.
  expect(heldLog({ folder, since: 510_000, match: 'b' }, clock(10_000))).toBe(first)
  expect(heldLog({ folder, since: 490_000, match: 'b' }, clock(10_000))).toBe(first)
  const changed = heldLog({ folder, since: 700_000, match: 'b' }, clock(11_000, 13_000))
  expect(changed).not.toBe(first)
  expect(heldLog({ folder, since: 699_000, match: 'b' }, clock(14_000))).toBe(changed)
  rmSync(folder, { recursive: true })
})
