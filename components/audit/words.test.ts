import { expect, test } from 'vitest'
import { AUDIT_KINDS, type AuditEntry } from '@/lib/model/audit.ts'
import { actorWords, detailWords, kindWords, questionOf } from './words.ts'

test('every kind has words of its own', () => {
  const words = AUDIT_KINDS.map(kindWords)
  expect(new Set(words).size).toBe(AUDIT_KINDS.length)
  expect(words.filter((word) => !/^[A-Z]/.test(word))).toEqual([])
})

test('who it was, and how they were known', () => {
  expect(actorWords({ by: 'ann', how: 'person' })).toBe('ann')
  expect(actorWords({ by: 'ci', how: 'token:0123456789ab' })).toBe('ci, by token')
  expect(actorWords({ by: null, how: 'anonymous' })).toBe('nobody known')
  expect(actorWords({ by: null, how: 'evenkeel' })).toBe('Evenkeel itself')
})

test('details stand in one line; a status is said where it failed', () => {
  const words = (detail: AuditEntry['detail']) => detailWords({ detail })
  expect(words({ operation: 'POST tokens', status: '201', role: 'viewer' })).toBe('POST tokens · role viewer')
  expect(words({ operation: 'POST tokens', status: '403', code: 'forbidden', times: '7' })).toBe('POST tokens · forbidden · 7 more times')
  expect(words({})).toBe('')
})

test('times of the filters become moments; what is no time is left out', () => {
  const question = questionOf({ what: 'start', by: '', address: '', since: '2026-01-31T12:00', until: 'x' })
  expect(question).toEqual({ what: 'start', by: '', address: '', from: new Date(2026, 0, 31, 12).toISOString(), to: undefined })
})
