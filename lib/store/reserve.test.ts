import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Reserve } from './reserve.ts'

let folder: string
let reserve: Reserve
const path = () => join(folder, 'r')

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'evenkeel-reserve-'))
  reserve = new Reserve(path())
})
afterEach(() => {
  reserve.close()
  rmSync(folder, { recursive: true })
})

function again(): void {
  reserve.close()
  reserve = new Reserve(path())
}

test('its blocks are its own from the start, and it never grows', () => {
  const { size, blocks, mode } = statSync(path())
  expect(blocks * 512).toBeGreaterThanOrEqual(size)
  expect(mode & 0o777).toBe(0o600)
  for (let i = 0; i < 300; i++) expect(reserve.put({ table: 'change', id: `${i % 7}`, json: `"${'x'.repeat(20_000)}${i}"` })).toBe(true)
  expect(statSync(path()).size).toBe(size)
})

test('holds the newest state of each row, over the end of a half and over a restart', () => {
  expect(reserve.rows()).toEqual([])
  for (let i = 0; i < 300; i++) reserve.put({ table: 'change', id: `${i % 7}`, json: `"${'x'.repeat(20_000)}${i}"` })
  reserve.put({ table: 'memory', id: '3', json: null })
  again()
  const rows = reserve.rows()
  expect(rows).toHaveLength(8)
  expect(rows.map(({ json }) => json?.replaceAll('x', '') ?? null).sort()).toEqual(
    [...[293, 294, 295, 296, 297, 298, 299].map((n) => `"${n}"`), null].sort(),
  )
})

test('what is cleared is gone, and stays so', () => {
  reserve.put({ table: 'change', id: 'a', json: '1' })
  reserve.clear()
  again()
  expect(reserve.rows()).toEqual([])
  reserve.put({ table: 'change', id: 'b', json: '2' })
  again()
  expect(reserve.rows()).toEqual([{ table: 'change', id: 'b', json: '2' }])
})

test('a row that does not fit is refused, and costs no other', () => {
  reserve.put({ table: 'change', id: 'a', json: '1' })
  expect(reserve.put({ table: 'change', id: 'big', json: JSON.stringify('x'.repeat(2_000_000)) })).toBe(false)
  expect(reserve.put({ table: 'change', id: 'b', json: '2' })).toBe(true)
  again()
  expect(reserve.rows().map(({ id }) => id)).toEqual(['a', 'b'])
})

test('a change goes before everything small', () => {
  for (let i = 0; i < 60; i++) reserve.put({ table: 'memory', id: `session/${i}`, json: JSON.stringify('x'.repeat(20_000)) })
  expect(reserve.put({ table: 'change', id: 'a', json: JSON.stringify('y'.repeat(100_000)) })).toBe(true)
  again()
  expect(reserve.rows().map(({ id }) => id)).toContain('a')
})

test('a record that was torn, or garbage in its place, ends what is read', () => {
  for (const id of ['a', 'b', 'c']) reserve.put({ table: 'change', id, json: '"0123456789"' })
  reserve.close()
  const bytes = readFileSync(path())
  const at = bytes.lastIndexOf('"b"')
  bytes.fill(0x7a, at, at + 4)
  writeFileSync(path(), bytes)
  reserve = new Reserve(path())
  expect(reserve.rows().map(({ id }) => id)).toEqual(['a'])
  reserve.close()
  writeFileSync(path(), Buffer.alloc(100_000, 0xff))
  reserve = new Reserve(path())
  expect(reserve.rows()).toEqual([])
  expect(reserve.put({ table: 'change', id: 'a', json: '1' })).toBe(true)
})
