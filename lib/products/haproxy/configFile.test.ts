import { describe, expect, it } from 'vitest'
import { spentMs } from '../../../test/cpuTime.ts'
import { parseConfigFile } from './configFile.ts'

const numbered = (count: number, line: (i: number) => string) => Array.from({ length: count }, (_, i) => line(i)).join('\n')

describe('a file of any content', () => {
  it.each([
    ['statements', numbered(20_000, (i) => `word${i} on`)],
    ['words of one server', `server a 10.0.0.1:80 ${numbered(20_000, (i) => `word${i}`).replaceAll('\n', ' ')}`],
    ['words of many servers', numbered(20_000, (i) => `server s${i} 10.0.0.1:80 newword v${i}`)],
  ])('many unknown %s make few sentences, in time', (_, lines) => {
    const start = spentMs()
    const [pool] = parseConfigFile(`backend x\n${lines}\nserver last 10.0.0.2:80`).pools
    expect(spentMs() - start).toBeLessThan(3_000)
    expect(pool!.unclear.some(({ touches }) => touches === 'shares')).toBe(true)
    expect(pool!.unclear.length).toBeLessThanOrEqual(100)
  })

  it('nests conditions as deeply as HAProxy allows', () => {
    expect(parseConfigFile(`backend x\n${'.if 1\n'.repeat(99)}server a 10.0.0.1:80`).pools[0]!.servers).toHaveLength(1)
    expect(() => parseConfigFile(`backend x\n${'.if feature(X)\n'.repeat(20_000)}`)).toThrow(/at most 100 `.if`/)
  })

  it('variables that double each other are not known, and fill no memory', () => {
    const doubling = numbered(60, (i) => `setenv V${i + 1} "$V${i}$V${i}"`)
    const [server] = parseConfigFile(`global\nsetenv V0 12\n${doubling}\nbackend x\nserver a 10.0.0.1:80 weight "$V60"`).pools[0]!.servers
    expect(server!.weight).toBeUndefined()
    expect(parseConfigFile('global\nsetenv A 1\nsetenv B "$A$A"\nbackend x\nserver a h:1 weight "$B"').pools[0]!.servers[0]!.weight).toBe(
      11,
    )
  })

  it('shows no control character of it', () => {
    const [pool] = parseConfigFile('backend x\n\u001b[31mred on\nserver a 10.0.0.1:80 \u0007bell').pools
    expect(pool!.unclear.map(({ text }) => text).join()).not.toMatch(/[\u0000-\u001f]/)
  })
})

it('a backend whose servers are all added at run time is in the file', () => {
  expect(parseConfigFile('backend x\nbalance uri\nhash-type consistent').pools).toMatchObject([
    { name: 'x', balance: 'uri', hashType: ['consistent'], servers: [] },
  ])
})
