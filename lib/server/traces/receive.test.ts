import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { receive } from './receive.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'evenkeel-receive-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const sent = (body: Uint8Array | string, headers: Record<string, string> = {}) =>
  new Request('http://127.0.0.1/', { method: 'POST', body: body as BodyInit, headers })

test('a body is written as it is, or as what it unpacks to', async () => {
  const path = join(folder, 'a')
  await receive(sent('key\na\n'), path)
  expect(readFileSync(path, 'utf8')).toBe('key\na\n')
  await receive(sent(gzipSync('key\nb\n'), { 'content-encoding': 'gzip' }), path)
  expect(readFileSync(path, 'utf8')).toBe('key\nb\n')
})

test.each([
  ['what it does not unpack', 'key\na\n', { 'content-encoding': 'br' }, 'bad_request', /expected gzip or none, found "br"/],
  ['what is no gzip', 'key\na\n', { 'content-encoding': 'gzip' }, 'bad_request', /not gzip, as Content-Encoding says/],
  ['half of a gzip', gzipSync('key\n'.repeat(1_000)).subarray(0, 20), { 'content-encoding': 'gzip' }, 'bad_request', /ends too early/],
  ['what says that it is too long', 'key\na\n', { 'content-length': '300000000' }, 'too_large', /at most 256 MB/],
] as const)('%s is refused, and once that is said its file can be removed for good', async (_what, body, headers, code, words) => {
  const path = join(folder, 'a')
  await expect(receive(sent(body, headers), path)).rejects.toMatchObject({ code, message: expect.stringMatching(words) })
  rmSync(path, { force: true })
  for (let i = 0; i < 20; i++) await turn()
  expect(readdirSync(folder)).toEqual([])
})
