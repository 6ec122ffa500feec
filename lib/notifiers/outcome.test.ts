import { expect, test } from 'vitest'
import { again, httpOutcome, refused, silence, smtpOutcome, waitOf, worstOf } from './outcome.ts'

const AT = Date.UTC(2026, 10, 26, 21, 0, 0)

test.each([
  [200, null, { delivered: true, retry: false }],
  [202, null, { delivered: true, retry: false }],
  [204, '30', { delivered: true, retry: false }],
  [302, '30', { delivered: false, retry: false }],
  [400, '30', { delivered: false, retry: false }],
  [401, null, { delivered: false, retry: false }],
  [404, null, { delivered: false, retry: false }],
  [410, null, { delivered: false, retry: false }],
  [408, null, { delivered: false, retry: true }],
  [429, null, { delivered: false, retry: true }],
  [429, '7', { delivered: false, retry: true, waitMs: 7_000 }],
  [429, 'Thu, 26 Nov 2026 21:00:09 GMT', { delivered: false, retry: true, waitMs: 9_000 }],
  [500, null, { delivered: false, retry: true }],
  [503, '12', { delivered: false, retry: true, waitMs: 12_000 }],
] as const)('HTTP %i with Retry-After %s', (status, retryAfter, outcome) => {
  expect(httpOutcome({ status, retryAfter }, AT)).toEqual({ ...outcome, answer: `HTTP ${status}` })
})

test.each([
  [null, null],
  ['', null],
  ['soon', null],
  ['0', 0],
  ['1.5', 1_500],
  [' 5 ', 5_000],
  ['-1', 0],
  ['99999999999', 24 * 3_600_000],
  ['Thu, 26 Nov 2026 20:00:00 GMT', 0],
])('Retry-After %j is %j', (header, ms) => {
  expect(waitOf(header, AT)).toBe(ms)
})

test('SMTP: 4yz is tried again, 5yz is final, no code is no answer', () => {
  expect(smtpOutcome(250, '')).toEqual({ delivered: true, retry: false, answer: 'SMTP 250' })
  expect(smtpOutcome(451, '')).toEqual(again('SMTP 451'))
  expect(smtpOutcome(550, '')).toEqual(refused('SMTP 550'))
  expect(smtpOutcome(undefined, 'no answer')).toEqual(again('no answer'))
})

test('of several requests the worst counts, and the most patient of those', () => {
  const fine = httpOutcome({ status: 202 }, AT)
  const busy = httpOutcome({ status: 429, retryAfter: '3' }, AT)
  const busier = httpOutcome({ status: 429, retryAfter: '9' }, AT)
  expect(worstOf([fine, fine])).toEqual(fine)
  expect(worstOf([fine, refused('HTTP 400')])).toEqual(refused('HTTP 400'))
  expect(worstOf([refused('HTTP 400'), busy, busier, fine])).toEqual(busier)
  expect(worstOf([])).toMatchObject({ delivered: false, retry: false })
})

test('why there was no answer never names the address', () => {
  const error = Object.assign(new TypeError('fetch of http://h/sesame failed'), { cause: { code: 'ECONNRESET' } })
  expect(silence(error)).toBe('no answer (ECONNRESET)')
  expect(silence(Object.assign(new Error('x'), { name: 'TimeoutError' }))).toBe('no answer in time')
  expect(silence(Object.assign(new Error('x'), { code: 'at http://h/sesame' }))).toBe('no answer')
})
