import { expect, test } from 'vitest'
import { noticeOf } from '../../test/receiver.ts'
import type { AboutFinding } from '../model/notice.ts'
import { itemLines, plain } from './markup.ts'
import { messageOf } from './message.ts'

const CAUSE = 'cache-b: mass expiry, and 3 that follow'
const told = (about: AboutFinding[]) => {
  const { findings, ...notice } = noticeOf(['a', 'b'])
  return messageOf({ ...notice, findings, about: Object.fromEntries(findings.map(({ id }, at) => [id, about[at]!])) })
}

test('findings of one incident are told by its first cause, those of several by their number', () => {
  expect(told([{ cause: CAUSE }, { cause: CAUSE }]).title).toBe(`Firing: ${CAUSE}`)
  expect(told([{ cause: CAUSE }, {}]).title).toMatch(/^Firing: 2 findings/)
  expect(told([{}, {}]).title).toMatch(/^Firing: 2 findings/)
  expect(told([{ cause: CAUSE }, { cause: CAUSE }]).heading).not.toContain('cache-b')
})

test('a finding names its incident, and that it flaps', () => {
  const about = { cause: CAUSE, note: 'It began 5 times' }
  const [item] = told([about, about]).items
  expect(itemLines(item!, plain)).toEqual(expect.arrayContaining([`Incident: ${CAUSE}`, 'It began 5 times']))
})
