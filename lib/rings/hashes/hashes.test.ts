import { createHash } from 'node:crypto'
import { crc32 as zlibCrc32 } from 'node:zlib'
import { expect, test } from 'vitest'
import xxhash from 'xxhash-wasm'
import { bytesOf } from './bytes.ts'
import { crc16Wide } from './crc16.ts'
import { crc32 } from './crc32.ts'
import { md5Words } from './md5.ts'
import { murmur2 } from './murmur2.ts'
import type { Wide } from './wide.ts'
import { xxh64 } from './xxh64.ts'

const bigOf = ({ hi, lo }: Wide): bigint => (BigInt(hi >>> 0) << 32n) | BigInt(lo >>> 0)

const texts = ['', 'a', 'foo', 'ключ', 'x'.repeat(55), 'x'.repeat(56), 'x'.repeat(64), 'é'.repeat(300)]
for (let i = 0; i < 500; i++) texts.push(`${'k'.repeat(i % 90)}:${i}`)

test('md5 and crc32 agree with Node', () => {
  for (const text of texts) {
    const words = md5Words(bytesOf(text))
    const hex = [...new Uint8Array(words.buffer.slice(0))].map((byte) => byte.toString(16).padStart(2, '0')).join('')
    expect(hex).toBe(createHash('md5').update(text).digest('hex'))
    expect(crc32(bytesOf(text))).toBe(zlibCrc32(text))
  }
})

test('crc16 is XMODEM in its low 16 bits', () => {
  expect(crc16Wide(bytesOf('123456789')) & 0xffff).toBe(0x31c3)
})

test('xxh64 agrees with the reference build', async () => {
  const { h64 } = await xxhash()
  for (const text of texts) {
    expect(bigOf(xxh64(bytesOf(text)))).toBe(h64(text))
    expect(bigOf(xxh64(bytesOf(text), 1))).toBe(h64(text, 1n))
  }
})

// Envoy, test/common/common/hash_test.cc
test('Envoy’s own vectors', () => {
  const xx = (text: string) => bigOf(xxh64(bytesOf(text)))
  expect(xx('foo')).toBe(3728699739546630719n)
  expect(xx('bar')).toBe(5234164152756840025n)
  expect(xx('foo\nbar')).toBe(8917841378505826757n)
  expect(xx('lyft')).toBe(4400747396090729504n)
  expect(xx('')).toBe(17241709254077376921n)
  const murmur = (text: string) => bigOf(murmur2(bytesOf(text)))
  expect(murmur('foo')).toBe(9631199822919835226n)
  expect(murmur('bar')).toBe(11474628671133349555n)
  expect(murmur('foo\nbar')).toBe(16306510975912980159n)
  expect(murmur('lyft')).toBe(12847078931730529320n)
  expect(murmur('')).toBe(6142509188972423790n)
})
