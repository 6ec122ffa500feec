import { expect, it } from 'vitest'
import { EvenkeelError, malformed } from '../model/error.ts'
import { Late } from './deadline.ts'
import { failureOf } from './reason.ts'

it('says why a read failed, and whether anybody is there', () => {
  const coded = (code: string) => Object.assign(new Error(`connect ${code} 10.0.0.1:6379`), { code })
  expect(failureOf(coded('ECONNREFUSED'))).toEqual({ how: 'refused', reason: 'it refuses connections' })
  expect(failureOf(new TypeError('fetch failed', { cause: coded('ECONNREFUSED') })).how).toBe('refused')
  expect(failureOf(coded('ECONNRESET')).how).toBe('silent')
  expect(failureOf(new Late(900))).toEqual({ how: 'silent', reason: 'no answer within 900 ms' })
  expect(failureOf(new DOMException('aborted', 'AbortError')).how).toBe('silent')
  expect(failureOf(malformed('INFO has no run_id', 'x')).how).toBe('unreadable')
  expect(failureOf(new EvenkeelError('unreachable', 'it is gone')).how).toBe('silent')
})

it('never repeats a secret', () => {
  expect(failureOf(new Error('bad url redis://user:hunt@er2@10.0.0.1\r\nX')).reason).toBe('bad url redis://10.0.0.1 X')
  expect(failureOf('odd')).toEqual({ how: 'unreadable', reason: 'odd' })
  expect(failureOf(new Error('x'.repeat(999))).reason).toHaveLength(200)
})
