import { expect, test } from 'vitest'
import type { Proposal } from '../../model/proposal.ts'
import { proposalLine } from './aboutFinding.ts'

const step = (name: string) => ({ setting: { target: 'cache-a', name }, before: '1gb', after: '2gb' })
const prediction = { metric: 'cache_hit_ratio', where: {}, unit: 'ratio', before: 0.81, after: 0.9, low: 0.85, high: 0.95, basis: '' }

test('a proposal is one line: the first step, how many more, the prediction', () => {
  expect(proposalLine({ steps: [step('config/maxmemory')], prediction: null } as Pick<Proposal, 'steps' | 'prediction'>)).toBe(
    'config/maxmemory of cache-a from 1gb to 2gb',
  )
  const line = proposalLine({ steps: [step('a'), step('b')], prediction } as Pick<Proposal, 'steps' | 'prediction'>)
  expect(line.replaceAll('\u00a0', ' ')).toBe('a of cache-a from 1gb to 2gb, and 1 more; hit ratio 81.0 % to 90.0 % predicted')
})
