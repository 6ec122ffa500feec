import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { sessionSecret, writePrivate } from './secret.ts'

let data: string
const key = () => join(data, 'session.key')
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'evenkeel-secret-'))
})
afterEach(() => rmSync(data, { recursive: true }))

test('is made once', () => {
  const made = sessionSecret(data)
  expect(made.length).toBeGreaterThan(43)
  expect(sessionSecret(data)).toBe(made)
  expect(statSync(key()).mode & 0o777).toBe(0o600)
})

test.each([
  ['empty', ''],
  ['short', 'abc'],
  ['garbage', '\u0000\u0001'.repeat(100)],
])('one that is %s is made anew', (_, text) => {
  writeFileSync(key(), text, { mode: 0o644 })
  const made = sessionSecret(data)
  expect(readFileSync(key(), 'utf8').trim()).toBe(made)
  expect(statSync(key()).mode & 0o777).toBe(0o600)
})

test('a link in a circle is replaced', () => {
  symlinkSync(key(), key())
  expect(sessionSecret(data)).toBe(sessionSecret(data))
})

test.each(['session.key', 'sign-in-link'])('a folder in the place of %s is refused with the file and the mend', (name) => {
  mkdirSync(join(data, name))
  expect(() => writePrivate(join(data, name), 'x')).toThrow(new RegExp(`${name}: a folder stands where a file should: move it away`))
})
