import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { readReport } from './report.ts'
import { readReportLine } from './reportLine.ts'

const report = (body: BodyInit, headers: Record<string, string> = {}) =>
  readReport(new Request('http://127.0.0.1/', { method: 'POST', body, headers }))
const refusal = (body: BodyInit, headers?: Record<string, string>) =>
  report(body, headers).then(
    () => 'taken',
    (error: Error & { code: string }) => `${error.code}: ${error.message}`,
  )
const HASH = '89abcdef01234567'

describe('a line of a report', () => {
  it('is read', () => {
    expect(readReportLine(`1767225600123 ${HASH} get`, 1)).toEqual({
      at: 1_767_225_600_123,
      high: 0x89abcdef,
      low: 0x01234567,
      op: 0,
      size: 0,
      ttlMs: Number.NaN,
      keyBytes: 0,
      pattern: '',
    })
    expect(readReportLine(`5 ${HASH.toUpperCase()} set 512 60000 product:*`, 1)).toMatchObject({
      op: 1,
      size: 512,
      ttlMs: 60_000,
      pattern: 'product:*',
    })
    expect(readReportLine(`5 ${HASH} set 512 60000 - 000000fF`, 1)).toMatchObject({ op: 1, pattern: '', tag: 255 })
    expect(readReportLine(`5 ${HASH} write - - product:*`, 1)).toMatchObject({ op: 3, pattern: 'product:*' })
    expect(readReportLine(`5.5 ${HASH} delete - -\r`, 1)).toMatchObject({ at: 6, op: 2, size: 0, ttlMs: Number.NaN })
  })

  it.each([
    [`x ${HASH} get`, 'MS: expected a number'],
    [`-5 ${HASH} get`, 'MS: expected a number'],
    ['5 89abcdef get', 'HASH: expected 16 hex digits'],
    [`5 ${HASH}`, 'expected MS HASH OP'],
    [`5 ${HASH} toString`, 'OP: expected get, set, delete or write'],
    [`5 ${HASH} set -1`, 'SIZE: expected a number from 0 to 536870912'],
    [`5 ${HASH} set 1e99`, 'SIZE: expected'],
    [`5 ${HASH} set 1 NaN`, 'TTL_MS: expected'],
    [`5 ${HASH} set 1 1 a b`, 'TAG: expected 8 hex digits'],
    [`5 ${HASH} set 1 1 a 89abcdef b`, 'expected MS HASH OP'],
  ])('%s is refused with its number', (text, words) => {
    expect(() => readReportLine(text, 7)).toThrow(`line 7: ${words}`)
  })
})

describe('a report', () => {
  it('is read whole, with or without gzip and a last line end', async () => {
    const text = `1 ${HASH} get\r\n\n2 ${HASH} set 5 0`
    expect(await report(text)).toHaveLength(2)
    expect(await report(gzipSync(text), { 'content-encoding': 'gzip' })).toHaveLength(2)
    expect(await report('')).toEqual([])
  })

  it('is refused with the line that cannot be read', async () => {
    expect(await refusal(`${`1 ${HASH} get\n`.repeat(5_000)}oops\n`)).toMatch(/^bad_request: line 5001: expected MS/)
    expect(await refusal(`1 ${HASH} get\n${'x'.repeat(2_000_000)}`)).toBe('bad_request: line 2: longer than 1000 characters.')
    expect(await refusal(new Uint8Array([0x31, 0x20, 0xff, 0xfe]))).toBe('bad_request: line 1: not UTF-8.')
    expect(await refusal('abc', { 'content-encoding': 'gzip' })).toMatch(/^bad_request: the body: it is not gzip/)
    expect(await refusal('abc', { 'content-encoding': 'br' })).toMatch(/^bad_request: Content-Encoding/)
  })

  it('that comes by the byte holds its place for a while only', async () => {
    const body = new ReadableStream({ start: (controller) => controller.enqueue(Buffer.from(`1 ${HASH} g`)) })
    const request = new Request('http://127.0.0.1/', { method: 'POST', body, duplex: 'half' } as RequestInit)
    await expect(readReport(request, { bytes: 1_000, words: '', withinMs: 30 })).rejects.toMatchObject({
      code: 'bad_request',
      message: expect.stringContaining('within 0.03 s'),
    })
  })

  it('is bounded, also where it was packed', async () => {
    const large = Buffer.alloc(9 * 1024 * 1024, `1 ${HASH} get\n`)
    expect(await refusal(large)).toMatch(/^too_large: /)
    expect(await refusal(gzipSync(large), { 'content-encoding': 'gzip' })).toMatch(/^too_large: /)
  })
})
