import { expect, test } from 'vitest'
import { finding } from '../../../test/documents.ts'
import type { Finding, Severity } from '../../model/finding.ts'
import type { Inhibition } from '../../model/notice.ts'
import type { Labels } from '../../model/series.ts'
import { inhibitedBy } from './inhibit.ts'
import { findingLabels } from './route.ts'

const one = (id: string, rule: string, subject: Labels, severity: Severity = 'warning'): Finding => ({
  ...finding,
  id,
  rule,
  subject,
  severity,
})
const DOWN = one('down', 'fleet/target-down', { target: 'a' }, 'critical')
const by = (inhibition: Inhibition, about: Finding, firing = [DOWN, about]) =>
  inhibitedBy([inhibition], firing)(findingLabels(about))?.id ?? null
const SAME: Inhibition = { by: { rule: 'fleet/target-down' }, mute: {}, equal: ['target'] }

test('what fires on the same target is held back, elsewhere it is not', () => {
  expect(by(SAME, one('m', 'cache/hit-ratio-drop', { target: 'a' }))).toBe('down')
  expect(by(SAME, one('m', 'cache/hit-ratio-drop', { target: 'b' }))).toBeNull()
  expect(by(SAME, one('m', 'cache/hit-ratio-drop', { target: 'a' }), [])).toBeNull()
  expect(by({ ...SAME, mute: { severity: 'info' } }, one('m', 'cache/hit-ratio-drop', { target: 'a' }))).toBeNull()
  expect(by({ ...SAME, equal: [] }, one('m', 'cache/hit-ratio-drop', { target: 'b' }))).toBe('down')
})

test('a label that both lack is equal, one that one lacks is not', () => {
  const ring = { by: { rule: 'x/cause' }, mute: { rule: 'x/effect' }, equal: ['target', 'ring'] }
  const cause = one('cause', 'x/cause', { ring: 'r' })
  expect(by(ring, one('e', 'x/effect', { ring: 'r' }), [cause])).toBe('cause')
  expect(by(ring, one('e', 'x/effect', { ring: 'r', target: 'a' }), [cause])).toBeNull()
})

test('nothing holds itself back, nor two of a kind each other', () => {
  expect(by(SAME, DOWN)).toBeNull()
  const other = one('other', 'fleet/target-down', { target: 'a', pool: 'p' })
  expect(by(SAME, DOWN, [DOWN, other])).toBeNull()
  const critical: Inhibition = { by: { severity: 'critical' }, mute: { rule: 'cache/x' }, equal: ['target'] }
  const both = one('both', 'cache/x', { target: 'a' }, 'critical')
  expect(by(critical, both, [both])).toBeNull()
  expect(by(critical, both, [both, DOWN])).toBe('down')
  expect(by(critical, one('w', 'cache/x', { target: 'a' }), [both])).toBe('both')
})
