import { expect, test } from 'vitest'
import { ago, count, duration, exact, interval, labelsText, number, safe, safeLines, text } from './format.ts'

const plain = (said: string) => said.replace(/[\u202f\u00a0]/g, ' ')

test('numbers carry three significant digits and thin spaces', () => {
  expect([0, 0.00123, 0.5, 1.234, 12.34, 123.4, 4321, 41_000, -1234567].map(number).map(plain)).toEqual([
    '0',
    '0.00123',
    '0.5',
    '1.23',
    '12.3',
    '123',
    '4321',
    '41 000',
    '-1 234 567',
  ])
  expect(count(41_000)).toBe('41\u202f000')
  expect(number(Number.NaN)).toBe('–')
})

test('units as people say them', () => {
  expect(plain(text(0.182, 'seconds'))).toBe('182 ms')
  expect(plain(text(0.000024, 'seconds'))).toBe('24 µs')
  expect(plain(text(0.99999, 'seconds'))).toBe('1 s')
  expect(plain(text(0.1234, 'ratio'))).toBe('12.3 %')
  expect(plain(text(1536 * 1024, 'bytes'))).toBe('1.5 MiB')
  expect(plain(text(1023.9, 'bytes'))).toBe('1 KiB')
  expect(text(1.4199, 'factor')).toBe('1.42×')
  expect(text(240, 'perSecond')).toBe('240/s')
  expect(plain(text(12_345, 'count'))).toBe('12 345')
  expect(exact(0.182341, 'seconds')).toBe('0.182341 s')
})

test('an interval says its unit once when it can', () => {
  expect(plain(interval(0.05, 0.07, 'seconds'))).toBe('50 to 70 ms')
  expect(plain(interval(0.5, 1.5, 'seconds'))).toBe('500 ms to 1.5 s')
})

test('durations keep two parts at most', () => {
  expect([450, 1500, 45_000, 120_000, 150_000, 1_234_000, 4_800_000, 277_000_000].map(duration).map(plain)).toEqual([
    '450 ms',
    '1.5 s',
    '45 s',
    '2 min',
    '2 min 30 s',
    '20 min',
    '1 h 20 min',
    '3 d 4 h',
  ])
  expect(plain(ago(0, 1_000))).toBe('just now')
  expect(plain(ago(0, 12_300))).toBe('12 s ago')
  expect(plain(ago(0, 4_800_000))).toBe('1 h ago')
})

test('untrusted text stays on its line', () => {
  expect(safe('a\nb\u0000\u202ec')).toBe('a\\nb\\x00\\x202ec')
  expect(safe('x'.repeat(1e6), 10)).toHaveLength(10)
  expect(safeLines('a\tb\r\n\u001b[2Kc\u202e\rd\n')).toBe('a\tb\r\n\\x1b[2Kc\\x202e\\rd\n')
  expect(safeLines('x'.repeat(100_000))).toHaveLength(100_000)
  expect(labelsText({ target: 'edge', pool: 'app', server: 'app3', code: '500' })).toBe('edge/app/app3 code=500')
  expect(labelsText({})).toBe('all')
})
