import { expect, test } from 'vitest'
import { load } from '../../test/series.ts'
import type { Finding } from '../model/finding.ts'
import type { Draft } from '../model/proposal.ts'
import { emptyTopology, type Ring } from '../model/topology.ts'
import { sharesOf } from '../rings/placement.ts'
import { solveRing } from '../rings/solver.ts'
import { ringPoints } from './ring-points.ts'

const finding = { id: 'f', rule: 'ring/imbalance', subject: { ring: 'products' } } as unknown as Finding
const ring = (points: number[], more: Partial<Ring> = {}): Ring => {
  const nodes = points.map((count, i) => ({ name: `n${i}`, target: `c${i}`, address: `127.0.0.1:638${i}`, points: count }))
  return {
    name: 'products',
    spec: { algorithm: 'ketama', nodes: nodes.map(({ name, address, points }) => ({ name, address, points })) },
    version: 1,
    control: { target: 'c0', key: 'k' },
    nodes,
    followers: [],
    ...more,
  }
}
const answered = (advice: ReturnType<typeof ringPoints.propose>) =>
  advice && 'ask' in advice ? advice.conclude(solveRing(advice.ask)) : advice
const owned = (one: Ring) => [...sharesOf(one.spec)]
function propose(one: Ring, seen: number[] | null, records: Parameters<typeof load>[2] = {}, hits = '0+150x60') {
  const lines = Object.fromEntries(
    one.nodes.flatMap((node, i): [string, string][] => [
      ...(seen ? [[`ring_share_seen{ring=products,node=${node.name}}`, `${seen[i]}x60`] as [string, string]] : []),
      [`cache_hits_total{target=${node.target}}`, hits],
      [`cache_misses_total{target=${node.target}}`, hits.replace('150', '20')],
    ]),
  )
  return answered(ringPoints.propose(finding, load(1000, lines, records), { ...emptyTopology(), rings: [one] }))
}

test('40/160/160 become even in the reads, moving little more than it must', () => {
  const one = ring([40, 160, 160])
  const draft = propose(one, owned(one).slice(0, 3)) as Draft
  expect(draft.steps[0]).toMatchObject({ setting: { target: 'ring:products', name: 'products/n0/points' }, before: '40' })
  for (const step of draft.steps) expect(step.after).toMatch(/^\d+$/)
  const predict = draft.predict as Exclude<Draft['predict'], { absentBecause: string }>
  expect(predict).toMatchObject({ metric: 'ring_imbalance', where: { ring: 'products' }, unit: 'factor' })
  expect(predict.before).toBeGreaterThan(1.25)
  expect(predict.after).toBeLessThanOrEqual(1.06)
  expect(predict.low).toBeLessThanOrEqual(predict.after)
  expect(predict.high).toBeGreaterThanOrEqual(predict.after)
  expect(predict.dip?.where).toEqual({ target: 'c0' })
  expect(predict.dip!.to).toBeLessThan(0.6)
  const after = owned(
    ring(one.nodes.map((node) => Number(draft.steps.find(({ setting }) => setting.name.includes(node.name))?.after ?? node.points))),
  )
  expect(Math.max(...after.slice(0, 3)) * 3).toBeLessThan(1.1)
  expect(draft.riskBecause).toMatch(/misses first.*No follower reports/)
})
test('a ring that somebody has just moved is solved by what is seen of it since, not by the reads of the old one', () => {
  const one = ring([40, 160, 160])
  const [old, now] = [owned(ring([160, 160, 160])), owned(one)]
  const proposed = (since: number) => {
    const lines = Object.fromEntries(
      one.nodes.flatMap((node, i): [string, string][] => [
        [`ring_share_owned{ring=products,node=${node.name}}`, `${old[i]}x${59 - since} ${now[i]}x${since - 1}`],
        [`ring_share_seen{ring=products,node=${node.name}}`, `${old[i]}x${59 - since + 9} ${now[i]}x${since - 10}`],
        [`cache_hits_total{target=${node.target}}`, '0+150x60'],
        [`cache_misses_total{target=${node.target}}`, '0+20x60'],
      ]),
    )
    return answered(ringPoints.propose(finding, load(1000, lines), { ...emptyTopology(), rings: [one] })) as Draft | null
  }
  expect(proposed(14)).toBeNull()
  const draft = proposed(20)!
  expect(draft.predict).toMatchObject({ metric: 'ring_imbalance', before: Math.max(...now.slice(0, 3)) * 3 })
  expect(Number(draft.steps.find(({ setting }) => setting.name === 'products/n0/points')?.after)).toBeGreaterThan(100)
})
test('without reads the keys are evened', () => {
  expect(propose(ring([40, 160, 160]), null)).toBeNull()
  expect(propose(ring([40, 160, 160]), null, {}, '_x50 0x10')).toBeNull()
  const draft = propose(ring([40, 160, 160]), null, {}, '0x60') as Draft
  expect(draft.predict).toMatchObject({ metric: 'ring_imbalance_owned' })
})
test('a key that alone is too much is no matter of points', () => {
  const key = {
    kind: 'hot-key' as const,
    target: 'c1',
    id: 'h',
    at: 0,
    key: 'h',
    share: 0.8,
    low: 0.7,
    high: 0.9,
    perSecond: 100,
    method: 'monitor' as const,
    lines: 3000,
    hot: true,
  }
  expect(propose(ring([160, 160, 160]), [0.2, 0.6, 0.2], { records: [key] })).toMatchObject({
    none: expect.stringMatching(/one key has 48.0 %/),
  })
})
test('a ring that cannot be read, or is gone', () => {
  expect(propose(ring([40, 160, 160], { error: 'not JSON' }), null)).toMatchObject({ none: expect.stringMatching(/not JSON/) })
  expect(ringPoints.propose(finding, load(1000, { x: '1' }), emptyTopology())).toBeNull()
})
