import { expect, test } from 'vitest'
import { detectMsOf } from './checks.ts'
import { parseConfigFile } from './configFile.ts'

const checksOf = (text: string) => {
  const [pool] = parseConfigFile(text).pools
  return pool!.servers.map(({ checks }) => checks)
}
const msOf = (line: string, defaults = '') => detectMsOf(checksOf(`backend app\n${defaults}\n  server s1 10.0.0.1:80 ${line}\n`)[0]!)

test("a check takes one pause and the failures that it waits for, by HAProxy's defaults three of 2 s", () => {
  expect(msOf('check')).toBe(6_000)
  expect(msOf('check inter 500 fall 2')).toBe(1_000)
  expect(msOf('check inter 10s fastinter 1s fall 3')).toBe(12_000)
  expect(msOf('check inter 1m fall 1')).toBe(60_000)
})

test('a server without a check has none, and what `default-server` says holds', () => {
  expect(msOf('weight 10')).toBeNull()
  expect(msOf('', '  default-server check inter 5s')).toBe(15_000)
  expect(msOf('no-check', '  default-server check inter 5s')).toBeNull()
  expect(msOf('fall 2', '  default-server check inter 5s')).toBe(10_000)
})

test('what a line does not tell for certain is not known', () => {
  expect(msOf('check inter soon')).toBeUndefined()
  expect(msOf('check inter "$INTER"')).toBeUndefined()
  expect(msOf('check fall many')).toBeUndefined()
})

test('traffic that counts as a check is seen', () => {
  expect(checksOf('backend app\n  server s1 10.0.0.1:80 check observe layer4 inter 30s\n')[0]).toMatchObject({
    observes: true,
    inter: 30_000,
  })
})
