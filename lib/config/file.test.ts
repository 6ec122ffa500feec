import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { schemas } from '../server/schemas.ts'
import { ConfigError } from './error.ts'
import { readConfigFile, readFile, readFileAgain } from './file.ts'
import { parseConfig } from './parse.ts'

const home = mkdtempSync(join(tmpdir(), 'evenkeel-config-'))
afterAll(() => rmSync(home, { recursive: true }))
const written = (name: string, content: string | Buffer) => {
  writeFileSync(join(home, name), content)
  return join(home, name)
}

describe('a configuration that is none is refused in words', () => {
  test.each([
    ['nothing', undefined, /EVENKEEL_CONFIG cannot be used:\n {2}the file: found nothing/],
    ['no file', join(home, 'none'), /found a file that cannot be read \(ENOENT\); allowed: a readable YAML file/],
    ['a folder', home, /found a folder; allowed: a YAML file; in a container, a mounted file that exists on the host/],
    ['a device without end', '/dev/zero', /found a file that cannot be read \(it is larger than 4 MiB\)/],
    ['bytes', written('bytes', Buffer.from([0xff, 0xfe, 0x61, 0])), /its bytes are no UTF-8/],
    ['a huge one', written('huge', 'a'.repeat(4 * 1024 * 1024 + 1)), /larger than 4 MiB/],
  ])('%s', (_, path, expected) => {
    expect(() => readConfigFile(path)).toThrow(ConfigError)
    expect(() => readConfigFile(path)).toThrow(expected)
  })
  test('a byte order mark is none of the text, of a secret neither', () => expect(readFile(written('mark', '\ufeffsesame'))).toBe('sesame'))
})

test.each([
  ['a folder', () => home, /EISDIR/],
  ['bytes', () => written('binary', Buffer.from([0x68, 0xff])), /its bytes are no UTF-8/],
  ['a huge file', () => written('large', 'x'.repeat(5_000_000)), /larger than 4 MiB/],
  ['a device', () => '/dev/zero', /larger than 4 MiB/],
])('a secret in %s is refused with the key that names it', (_, path, expected) => {
  const text = `targets:\n  - { kind: redis, name: a, url: redis://h, password_file: "${path()}" }\n`
  const parse = () => parseConfig(text, {}, schemas(), { file: join(home, 'evenkeel.yaml'), readFile })
  expect(parse).toThrow(ConfigError)
  expect(parse).toThrow(/^ {2}targets\[0\]\.password_file \(line 2\): found .*, which cannot be read/m)
  expect(parse).toThrow(expected)
})

test('while the process serves, a pipe is refused: to read it would wait for whoever writes it', () => {
  const pipe = join(home, 'pipe')
  execFileSync('mkfifo', [pipe])
  expect(() => readConfigFile(pipe, readFileAgain)).toThrow(/no regular file, and so cannot be read again/)
  expect(() => readConfigFile('/dev/zero', readFileAgain)).toThrow(/no regular file/)
  expect(() => readConfigFile(home, readFileAgain)).toThrow(/found a folder/)
  expect(readFileAgain(written('plain', 'a'))).toBe('a')
})
