// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the configuration writes variables like this.
import { describe, expect, test } from 'vitest'
import { publicText, publicUrl, redactedUrl } from './publicUrl.ts'

const HOSTILE = 's3cr@t:p/a?s#s@w%40rd\\\\'

describe('publicUrl', () => {
  test.each([
    ['http://u:p@127.0.0.1:8404/stats?key=K#f', 'http://127.0.0.1:8404/stats'],
    ['redis://:p@ss@h:6379/1', 'redis://h:6379/1'],
    ['redis://h', 'redis://h'],
    ['unix:/run/a.sock', 'unix:/run/a.sock'],
    ['redis+unix:///run/a.sock?db=1', 'redis+unix:///run/a.sock'],
    ['http://[::1]:9090/a', 'http://[::1]:9090/a'],
    ['user:pass@host:6379', 'user:host:6379'],
    ['redis://:p', '[redacted]'],
    ['http://u:p\\@h/', '[redacted]'],
    ['nonsense', '[redacted]'],
  ])('%s', (url, expected) => expect(publicUrl(url)).toBe(expected))
})

describe('redactedUrl shows that there was something', () => {
  test.each([
    ['redis://:p@ss@h:6379/1?a#b', 'redis://[redacted]@h:6379/1?[redacted]'],
    ['redis://:${P}@${H}:${PORT}/0', 'redis://[redacted]@${H}:${PORT}/0'],
    ['${H}:${PORT}', '${H}:${PORT}'],
    ['nowhere', 'nowhere'],
    ['10.0.0.1:11211', '10.0.0.1:11211'],
    ['redis://h:99999', 'redis://h:99999'],
    ['redis://:hunter2', '[redacted]'],
    ['http://me:hunter2', '[redacted]'],
    ['me:hunter2@10.0.0.1:1:2', 'me:[redacted]@10.0.0.1:1:2'],
  ])('%s', (url, expected) => expect(redactedUrl(url)).toBe(expected))
})

test('whatever a password is, nothing of it comes through', () => {
  for (let length = 1; length <= HOSTILE.length; length++)
    for (let at = 0; at + length <= HOSTILE.length; at++) {
      const part = HOSTILE.slice(at, at + length)
      for (const make of [
        (p: string) => `redis://user:x${p}x@h:1/2`,
        (p: string) => `http://h/?x${p}x`,
        (p: string) => `http://u:x${encodeURIComponent(p)}x@h/`,
      ])
        for (const show of [publicUrl, redactedUrl]) {
          const text = show(make(part))
          // What a slash, a question mark or a hash begins is no password to anybody who reads URLs.
          if (!/[/?#]/.test(part) || make('').includes('?')) expect(text, make(part)).not.toMatch(/x/)
        }
    }
})

test('publicText finds the URLs in the words of others', () => {
  expect(publicText("connect 'redis://u:p@ss@h:1/?k=v' failed, see https://x/y?z")).toBe("connect 'redis://h:1/' failed, see https://x/y")
})
