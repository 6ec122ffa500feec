import { expect, test } from 'vitest'
import { type AuditEntry, canonical } from '../../model/audit.ts'
import { counted, syslogMessage } from './syslogMessage.ts'

const entry: AuditEntry = {
  seq: 7,
  at: '2026-01-05T12:00:00.000Z',
  what: 'silence-made',
  by: 'änn\u2028',
  how: 'person',
  from: '192.0.2.7',
  about: 'a\u0007b 🔑',
  outcome: 'refused',
  detail: { because: 'x\n<13>1 forged' },
  prev: '0'.repeat(64),
  hash: 'f'.repeat(64),
}

test('an entry is one message of RFC 5424 in plain ASCII, and reads back as the same entry', () => {
  const message = syslogMessage(entry, { host: 'keel 1\n', pid: 42 })
  expect(message).toMatch(/^<108>1 2026-01-05T12:00:00\.000Z keel_1_ evenkeel 42 silence-made \[meta sequenceId="7"\] \{/)
  expect(message).toMatch(/^[ -~]+$/)
  expect(canonical(JSON.parse(message.slice(message.indexOf('{'))))).toBe(canonical(entry))
  expect(counted(message)).toBe(`${Buffer.byteLength(message)} ${message}`)
})

test('severity is by outcome, and a sequence id stays within its range', () => {
  const of = (more: Partial<AuditEntry>) => syslogMessage({ ...entry, ...more }, { host: 'k', pid: 1 })
  expect([of({ outcome: 'done' }), of({ outcome: 'failed' })].map((text) => text.slice(0, 5))).toEqual(['<109>', '<107>'])
  expect(of({ seq: 2_147_483_648 })).toContain('sequenceId="1"')
})
