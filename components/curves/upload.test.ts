import { expect, test } from 'vitest'
import { nameOf, packingOf } from './upload.ts'

const bytes = (...of: number[]) => new Uint8Array(of)

test('gzip is told from the first bytes, whatever the file is called', () => {
  expect(packingOf(10, bytes(0x1f, 0x8b, 8, 0))).toEqual({ gzip: true })
  expect(packingOf(10, bytes(0x6b, 0x65, 0x79, 0x0a))).toEqual({ gzip: false })
})

test('what the server would refuse is not sent', () => {
  expect(packingOf(0, bytes())).toEqual({ because: expect.stringContaining('empty') })
  expect(packingOf(257 * 1024 * 1024, bytes(1))).toEqual({ because: expect.stringContaining('256 MB') })
  expect(packingOf(10, bytes(0x28, 0xb5, 0x2f, 0xfd))).toEqual({ because: expect.stringContaining('zstd -d') })
})

test('a trace is called as its file, without its endings', () => {
  expect(nameOf('shop-2026.csv.gz')).toBe('shop-2026')
  expect(nameOf('w07.oracleGeneral')).toBe('w07')
  expect(nameOf('.csv')).toBe('trace')
  expect(nameOf('v1.2')).toBe('v1.2')
})
