import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Collector } from './collector.ts'
import { importTrace } from './importTrace.ts'
import { readReferences } from './traceFile.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'evenkeel-traces-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

async function read(content: string | Uint8Array, format: 'csv' | 'keys' | 'oracle' | null = null) {
  const from = join(folder, 'trace')
  const to = join(folder, 'references')
  writeFileSync(from, content)
  const imported = await importTrace({ from, to, folder, format })
  return { ...imported, references: readReferences(to) }
}

/** What a trace is refused with; nothing stays behind. */
async function refusal(content: string | Uint8Array, format: 'csv' | 'keys' | 'oracle' | null = null): Promise<string> {
  try {
    await read(content, format)
  } catch (error) {
    expect(error).toMatchObject({ code: 'bad_request' })
    expect(readdirSync(folder)).toEqual(['trace'])
    return (error as Error).message
  }
  throw new Error('it was taken')
}

function oracle(records: [time: number, id: bigint, size: number, next: bigint][]): Uint8Array {
  const bytes = new Uint8Array(records.length * 24)
  const view = new DataView(bytes.buffer)
  for (const [i, [time, id, size, next]] of records.entries()) {
    view.setUint32(i * 24, time, true)
    view.setBigUint64(i * 24 + 4, id, true)
    view.setUint32(i * 24 + 12, size, true)
    view.setBigInt64(i * 24 + 16, next, true)
  }
  return bytes
}

describe('a csv', () => {
  it('is read by the names of its columns, in any order, others ignored', async () => {
    const { references, ...read1 } = await read(
      '﻿ size,Key,note,op,time,TTL\r\n100,"a,b",x,,1.5,60\r\n,ü,"two\nlines",SET,2,0\n7,"a,b",,delete,2,\n',
    )
    expect(read1).toMatchObject({
      format: 'csv',
      requests: 3,
      keys: 2,
      from: 1_500,
      to: 2_000,
      valueBytesMean: 53.5,
      samplingRate: 1,
      cutAfter: null,
    })
    expect([...references.key]).toEqual([0, 1, 0])
    expect([...references.at]).toEqual([1_500, 2_000, 2_000])
    expect([...references.op]).toEqual([0, 1, 2])
    expect([...references.size]).toEqual([100, 0, 7])
    expect([...references.ttlMs]).toEqual([60_000, 0, Number.NaN])
    expect([...references.keyBytes!]).toEqual([3, 2])
    expect(references.requests).toBe(1)
  })

  it.each([
    ['key,op\na,get\nb,touch\n', 'line 3: op: expected get, set or delete, found "touch".'],
    ['key,op\na,get\n,get\n', 'line 3: the key is empty.'],
    ['key,size\na,1\nb,-1\n', 'line 3: size: expected a number from 0 to 536870912, found "-1".'],
    ['key,size\na,1e999\n', 'line 2: size: expected a number from 0 to 536870912, found "1e999".'],
    ['key,size\na,1.5\n', 'line 2: size: expected whole bytes, found "1.5".'],
    ['key,ttl\na,NaN\n', 'line 2: ttl: expected a number from 0 to 10000000000, found "NaN".'],
    ['key,ttl\na,Infinity\n', 'line 2: ttl: expected a number from 0 to 10000000000, found "Infinity".'],
    ['key,time\na,2\nb,\n', 'line 3: time: there is none, and other lines have one.'],
    ['key,time\na,2\nb,1.5\n', 'line 3: its time is 0.5 s before the line above; lines stand in the order of time.'],
    ['time,size\n1,2\n', 'line 1: a column `key` is needed, found "time,size".'],
    ['key,op,key\na,get,b\n', 'line 1: two columns are named key.'],
    ['key,op\na,get\n"b,get\n', 'line 3: no CSV: csv quote not closed.'],
    ['key\n', 'the body: it holds no references; expected a line for each.'],
    ['', 'the body: it is empty; expected a trace.'],
  ])('%j is refused: %s', async (text, message) => expect(await refusal(text)).toBe(message))

  it('names a line of ten megabytes without holding more than one', async () => {
    expect(await refusal(`key\na\n${'x'.repeat(10_000_000)}\nb\n`)).toBe('line 3: longer than 1048576 bytes.')
    expect(await refusal(`a\n${'x'.repeat(10_000_000)}`)).toBe('line 2: longer than 1048576 bytes.')
  })

  it('names the line that is not UTF-8, wherever a piece ends', async () => {
    for (const before of [10, 65_530, 65_535, 200_000]) {
      const lines = `key\n${'ü\n'.repeat(before)}`
      const bytes = Buffer.concat([Buffer.from(lines), Buffer.from([0x61, 0xff, 0x62, 0x0a]), Buffer.from('c\n')])
      expect(await refusal(bytes)).toBe(`line ${before + 2}: not UTF-8.`)
    }
  })
})

describe('keys, one a line', () => {
  it('are read whatever they hold; the last line may have no end', async () => {
    const keys = ['a', 'b b', '"', '../x', 'ü'.repeat(40_000), '__proto__', 'a']
    const { references, ...rest } = await read(keys.join('\r\n'))
    expect(rest).toMatchObject({ format: 'keys', requests: 7, keys: 6, from: null, to: null, valueBytesMean: null })
    expect([...references.key]).toEqual([0, 1, 2, 3, 4, 5, 0])
    expect(references.keyBytes![4]).toBe(80_000)
    expect([...references.at]).toEqual([0, 1, 2, 3, 4, 5, 6])
  })

  it('an empty line is none', async () => expect(await refusal('a\n\nb\n')).toBe('line 2: the key is empty.'))
})

describe('oracleGeneral', () => {
  it('is told from its bytes and read', async () => {
    const records: Parameters<typeof oracle>[0] = [
      [5, 2n ** 63n, 100, 2n],
      [5, 7n, 0, -1n],
      [6, 2n ** 63n, 300, -1n],
    ]
    const { references, ...rest } = await read(oracle(records))
    expect(rest).toMatchObject({ format: 'oracle', requests: 3, keys: 2, from: 5_000, to: 6_000, valueBytesMean: 200 })
    expect([...references.key]).toEqual([0, 1, 0])
    expect(references.keyBytes).toBeNull()
  })

  it('noise and pieces are refused with the record', async () => {
    const whole = oracle([
      [5, 1n, 1, 1n],
      [6, 1n, 1, -1n],
    ])
    expect(await refusal(whole.slice(0, 40))).toBe('line 2: a record has 24 bytes, found 16 at the end of the file.')
    expect(await refusal(oracle([[5, 1n, 1, 0n], [4, 1n, 1, -1n]]))).toMatch(/^line 2: its time is 1 s before/) // biome-ignore format: one line
    expect(await refusal(oracle([[5, 1n, 1, -1n], [5, 1n, 1, -7n]]))).toMatch(/^line 2: the next access is -7;/) // biome-ignore format: one line
    let state = 1
    const noise = Uint8Array.from({ length: 1_000_000 }, () => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
      return state >>> 24
    })
    expect(await refusal(noise)).toMatch(/^line \d+: /)
    expect(await refusal(noise, 'csv')).toBe('line 1: not UTF-8.')
  })
})

describe('a trace that is too large to keep', () => {
  const line = (key: string) => ({ key: new TextEncoder().encode(key), isText: true, at: Number.NaN, op: 0, size: 1, ttlMs: Number.NaN })

  it('is sampled by key: what is counted stays exact, and what is kept is all of some keys', () => {
    const collector = new Collector(folder, { references: 4_000, keys: 1_000, keysMin: 100 })
    for (let i = 0; i < 60_000; i++) collector.take(line(`key-${i % 20_000}`))
    const { references, requests, keys } = collector.end()
    collector.close()
    expect({ requests, keys }).toEqual({ requests: 60_000, keys: 20_000 })
    expect(references.samplingRate).toBe(1 / 32)
    expect(references.keys / 20_000).toBeCloseTo(1 / 32, 2)
    expect(references.key.length).toBe(3 * references.keys)
    expect(references.requests).toBe(60_000)
    expect(readdirSync(folder)).toEqual([])
    expect(references.patterns).toEqual(['key-*'])
    expect([...new Set(references.patternOf)]).toEqual([1])
    expect(references.patternOf.length).toBe(references.keys)
  })

  it('of a few keys its beginning is kept, and the keys are counted on', () => {
    const collector = new Collector(folder, { references: 1_000, keys: 150, keysMin: 100 })
    for (let i = 0; i < 5_000; i++) collector.take(line(i < 2_000 ? `key-${i % 10}` : `late-${i}`))
    const { references, requests, keys, cutAfter } = collector.end()
    collector.close()
    expect({ requests, keys, cutAfter, kept: references.key.length }).toEqual({
      requests: 5_000,
      keys: 3_010,
      cutAfter: 1_000,
      kept: 1_000,
    })
  })
})

it('the patterns of its keys are kept, also when some of the keys are dropped; keys without text have none', async () => {
  const { references } = await read('key,time\nuser:1,0\npage:1:x,1\nuser:2,2\nuser:1,3\n')
  expect(references.patterns).toEqual(['user:*', 'page:*:x'])
  expect([...references.patternOf]).toEqual([1, 2, 1])
  const collector = new Collector(folder, { references: 4_000, keys: 1_000, keysMin: 100 })
  const key = (i: number) => `${i % 2 ? 'user' : 'page'}:${i}`
  const line = (i: number) => ({ key: new TextEncoder().encode(key(i)), isText: true, at: i, op: 0, size: i % 2, ttlMs: Number.NaN })
  for (let i = 0; i < 6_000; i++) collector.take(line(i))
  const sampled = collector.end().references
  collector.close()
  expect(sampled.samplingRate).toBeLessThan(1)
  const names = [...sampled.key].map((one) => sampled.patterns[sampled.patternOf[one]! - 1])
  expect(names).toEqual([...sampled.size].map((size) => (size === 1 ? 'user:*' : 'page:*')))
  const binary = (await read(oracle([[1, 1n, 10, 2n]]))).references
  expect({ patterns: binary.patterns, patternOf: [...binary.patternOf] }).toEqual({ patterns: [], patternOf: [0] })
})

it('a damaged file of references is malformed', async () => {
  await read('a\nb\n')
  const path = join(folder, 'references')
  writeFileSync(path, 'something else\n')
  expect(() => readReferences(path)).toThrow('a file of references begins with its kind')
})
