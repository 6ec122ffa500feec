import { expect, test } from 'vitest'
import { poolOf } from '../../test/normal.ts'
import { load } from '../../test/series.ts'
import type { Finding } from '../model/finding.ts'
import { emptyTopology, type Pool } from '../model/topology.ts'
import { unstickOf } from '../products/haproxy/unstick.ts'
import { stickySessions, unevenByChance } from './sticky-sessions.ts'

const finding = { subject: { target: 'edge', pool: 'app' } } as unknown as Finding
function said(own: Partial<Pool>) {
  const pools = [{ ...poolOf('edge', 'app', [100, 100]), ...own }]
  const row = (server: string) => `pool_requests_total{target=edge,pool=app,server=${server}}`
  const window = load(1_000, { [row('app1')]: '0+80x120', [row('app2')]: '0+20x120' })
  return stickySessions.propose(finding, window, { ...emptyTopology(), pools }) as { none: string } | null
}

test('says what each way would give: evenness by chance alone without stickiness, no number where users are not counted', () => {
  const { none } = said({ sticky: 'cookie SRV' })!
  expect(none).toMatch(/^What can be done about cookie SRV of app; the busiest server has 1\.6/)
  expect(none).toMatch(/max over mean 1\.01\S* by chance alone/)
  expect(none).toMatch(/no number: how many users there are is not counted/)
  expect(said({})).toBeNull()
})

test('as lines of the configuration where the product knows them', () => {
  const { none } = said({ sticky: 'cookie SRV', unstick: unstickOf('cookie SRV')! })!
  expect(none).toContain('`cookie SRV insert indirect nocache maxidle 30m maxlife 8h`')
  expect(none).toContain('`balance source`, `hash-type consistent`')
  expect(unstickOf('a cookie')).toBeNull()
  expect(unstickOf('stick on src')!.sooner).toMatch(/expire 30m$/)
})

test('chance makes few requests more uneven', () => {
  expect(unevenByChance(4, 1_000)).toBeGreaterThan(unevenByChance(4, 100_000))
  expect(unevenByChance(1, 10)).toBe(1)
})
