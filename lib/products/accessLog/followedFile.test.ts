import { appendFileSync, mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { followed } from './followedFile.ts'
import type { LogSource } from './source.ts'

let folder: string
let path: string
let seen: string[]
let log: LogSource
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'evenkeel-log-'))
  path = join(folder, 'access.log')
  writeFileSync(path, 'old\n')
  seen = []
  log = followed(path, { line: (text) => seen.push(text), gap: () => seen.push('(gap)'), lost() {} })
})
afterEach(async () => {
  await log.close()
  rmSync(folder, { recursive: true })
})
const pulled = async () => {
  await log.pull()
  return seen.splice(0)
}

test('begins at the end, and says that something is missing before', async () => {
  expect(await pulled()).toEqual(['(gap)'])
  appendFileSync(path, 'a\nb')
  expect(await pulled()).toEqual(['a'])
  appendFileSync(path, 'c\n')
  expect(await pulled()).toEqual(['bc'])
})

test('nothing is missing through a rotation, also while the old file is still written to', async () => {
  await pulled()
  appendFileSync(path, 'a\n')
  renameSync(path, `${path}.1`)
  appendFileSync(`${path}.1`, 'b\n')
  writeFileSync(path, 'c\n')
  expect(await pulled()).toEqual(['a', 'b', 'c'])
  appendFileSync(`${path}.1`, 'd\n')
  appendFileSync(path, 'e\n')
  expect(await pulled()).toEqual(['d', 'e'])
})

test('a file that was cut is read from its beginning, behind a gap', async () => {
  appendFileSync(path, 'x\n'.repeat(100))
  await pulled()
  truncateSync(path)
  appendFileSync(path, 'a\n')
  expect(await pulled()).toEqual(['(gap)', 'a'])
})

test('of more than is read at once the newest whole lines, behind a gap', async () => {
  await pulled()
  appendFileSync(path, `${'y'.repeat(99)}\n`.repeat(60_000))
  appendFileSync(path, 'last\n')
  const lines = await pulled()
  expect(lines[0]).toBe('(gap)')
  expect(lines.at(-1)).toBe('last')
  expect(lines.slice(1, -1).every((text) => text.length === 99)).toBe(true)
})

test('a line of 10 MB is one line that cannot be read, and its end is no line of its own', async () => {
  await pulled()
  for (let i = 0; i < 10; i++) {
    appendFileSync(path, 'z'.repeat(1_048_576))
    if (i % 3 === 0) await log.pull()
  }
  appendFileSync(path, '{"key":"forged"}\n{"key":"a"}\n')
  const lines = await pulled()
  expect(lines.map((text) => text.slice(0, 20))).toEqual(['z'.repeat(20), '{"key":"a"}'])
  expect(lines[0]!.length).toBeLessThan(70_000)
})
